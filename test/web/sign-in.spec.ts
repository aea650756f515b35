// The door of the review page, and how its files are served, in real Chromium against the real service.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../harness/app.js';
import { startBrowser } from '../harness/browser.js';
import { mintKey, openReviewPage, PHONE, seriousFaults } from '../harness/review-page.js';
import { repositoryRoot } from '../harness/shared-data.js';

/** What the first screen may weigh, bytes after gzip. */
const FIRST_SCREEN_MAX = 250_000;

describe('the review page', () => {
  let app: TestApp;
  let browser: Browser;
  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), startBrowser()]);
    for (const id of ['family', 'school']) await app.admin.post('/v1/tenants', { id });
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  it('is served with a policy that admits its own files only, and is never stored', async () => {
    for (const path of ['/review', '/review/', '/review/statistics']) {
      const { status, headers, text } = await app.admin.as(undefined).get(path);
      expect(status, path).toBe(200);
      expect(headers.get('content-security-policy')).toContain("script-src 'self'; style-src 'self'");
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('cache-control')).toBe('private, no-store');
      expect(text).not.toMatch(/<script>|<style| style=| on\w+=/);
    }
    const { headers } = await app.admin.as(undefined).get('/review/assets/none.js');
    expect(headers.get('content-type')).not.toContain('javascript');
  });

  it('has a first screen of at most 250 kB', async () => {
    const folder = join(repositoryRoot, 'dist/web');
    const html = await readFile(join(folder, 'index.html'), 'utf8');
    const first = [...html.matchAll(/(?:src|href)="\/review\/([^"]+)"/g)].map(([, name]) => name!);
    expect(first.some((name) => name.endsWith('.js'))).toBe(true);
    const chunks = (await readdir(join(folder, 'assets'))).filter((name) => /\.(js|css)$/.test(name));
    expect(chunks.length).toBeGreaterThan(1);
    const weights = await Promise.all(
      first.map(async (name) => gzipSync(await readFile(join(folder, name))).length),
    );
    expect(weights.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(FIRST_SCREEN_MAX);
  });

  it('takes a key, keeps it for the tab and out of every address, and forgets it on leaving', async () => {
    const key = await mintKey(app.admin, 'family');
    const { page, complaints } = await openReviewPage(browser, app.admin.as(key), '/statistics');
    await page.getByRole('heading', { name: 'Statistics' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.reload();
    await page.getByRole('heading', { name: 'Statistics' }).waitFor();
    const kept = await page.evaluate('[location.href, document.cookie, JSON.stringify(localStorage)].join()');
    expect(kept).not.toContain(key);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API key').waitFor();
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toContain(key);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('lets the operator choose among tenants', async () => {
    const { page, complaints } = await openReviewPage(browser, app.admin, '/', PHONE);
    await page.getByRole('option', { name: /^school/ }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('option', { name: /^school/ }).click();
    await page.getByTitle('admin').filter({ hasText: 'school' }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('has the colours of the system before anybody signs in', async () => {
    for (const colorScheme of ['dark', 'light'] as const) {
      const page = await browser.newPage({ colorScheme });
      await page.goto(`${app.admin.url}/review`);
      await page.getByLabel('API key').waitFor();
      expect(await page.locator('html').getAttribute('data-theme')).toBe(colorScheme);
      expect(await seriousFaults(page)).toEqual([]);
      await page.close();
    }
  });

  it('says what is wrong with a key', async () => {
    const reader = await mintKey(app.admin, 'family', ['read']);
    for (const [key, message] of [
      ['kindred_abcdefghij_wrong', 'This key is unknown, expired or revoked.'],
      [reader, 'This key lacks the scope review.'],
    ] as const) {
      const { page } = await openReviewPage(browser, app.admin.as(key));
      await page.getByText(message).waitFor();
      expect(await seriousFaults(page)).toEqual([]);
      await page.context().close();
    }
  });

  it('tells who a key is', async () => {
    const key = await mintKey(app.admin, 'school', ['read']);
    const { json } = await app.admin.as(key).get<{ tenant_id: string; scopes: string[] }>('/v1/me');
    expect(json).toMatchObject({ tenant_id: 'school', scopes: ['read'] });
    expect((await app.admin.get('/v1/me')).json).toMatchObject({ actor: 'admin', tenant_id: null });
  });
});
