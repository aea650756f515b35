// The API document: 3.1, complete, and the committed copy is fresh.
import type { Express } from 'express';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../harness/app.js';
import { repositoryRoot } from '../harness/shared-data.js';

interface Document {
  readonly openapi: string;
  readonly paths: Record<
    string,
    Record<string, { responses: Record<string, unknown>; security?: unknown[] }>
  >;
}

describe('openapi.json', () => {
  let app: TestApp;
  let document: Document;
  beforeAll(async () => {
    app = await startApp();
    document = (await app.admin.as(undefined).get<Document>('/openapi.json')).json;
  });
  afterAll(() => app.close());

  it('is the committed file: run `npm run openapi` after a change of the API', async () => {
    const committed = JSON.parse(await readFile(join(repositoryRoot, 'openapi.json'), 'utf8')) as unknown;
    expect(document).toEqual(committed);
  });

  it('is OpenAPI 3.1 and uses nothing that 3.1 dropped', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(JSON.stringify(document)).not.toContain('"nullable"');
  });

  it('names every route of the router, what it answers on success and on failure, and who may use it', () => {
    const express: Express = app.app.getHttpAdapter().getInstance();
    const routes = express.router.stack.flatMap(({ route }) =>
      route && route.path.startsWith('/v1')
        ? route.stack.map(({ method }) => [method, route.path.replace(/:(\w+)/g, '{$1}')] as const)
        : [],
    );
    expect(routes.length).toBeGreaterThan(30);
    const open: string[] = [];
    for (const [method, path] of routes) {
      const operation = document.paths[path]?.[method];
      expect(operation, `${method} ${path}`).toBeDefined();
      const statuses = Object.keys(operation!.responses);
      expect(
        statuses.some((status) => status.startsWith('2')),
        `${method} ${path} success`,
      ).toBe(true);
      expect(statuses, `${method} ${path} failure`).toContain('default');
      if (!operation!.security?.length) open.push(`${method} ${path}`);
    }
    // Whoever has the random id of an erasure may look at it: its tenant's keys end with the tenant.
    expect(open.sort()).toEqual([
      'get /v1/erasures/{erasure_id}',
      'get /v1/receipts/key',
      'get /v1/receipts/{receipt_id}',
    ]);
  });

  it('is shown at /docs without a request to anybody else', async () => {
    const page = await app.admin.as(undefined).get('/docs');
    expect(page.status).toBe(200);
    expect(page.text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });
});
