// The review page in headless Chromium (KINDRED_TEST_CHROMIUM names another one), on a service with a durable PostgreSQL.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { ADMIN_TOKEN, startService } from './contenders/kindred-service.js';
import type { Place } from './copied-gallery.js';
import { DurablePostgres } from './durable-postgres.js';
import { repositoryRoot } from './repository.js';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

/** @param work Is given a page that nobody is signed in to, and an empty tenant. */
export async function withReviewPage(
  tenant: string,
  work: (page: Page, place: Place) => Promise<void>,
): Promise<void> {
  const postgres = await DurablePostgres.start();
  const dataDir = await mkdtemp(join(tmpdir(), 'kindred-page-'));
  try {
    const { program, url } = await startService({
      modelsDir: join(repositoryRoot, 'onnx-models'),
      pack: 'compact',
      databaseUrl: postgres.url,
      dataDir,
      tenants: [tenant],
    });
    const executablePath = process.env['KINDRED_TEST_CHROMIUM'] ?? '/usr/bin/chromium';
    const browser = await chromium.launch({ executablePath, args: FLAGS });
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
      await work(page, { tenant, url, dataDir, postgresUrl: postgres.url });
    } finally {
      await browser.close();
      await program.stop();
    }
  } finally {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Fills in the key and the tenant. @returns performance.now() when the page began to open. */
export async function signIn(
  page: Page,
  { url, tenant }: Place,
  path: string,
  shown: string,
): Promise<number> {
  await page.goto(`${url}/review${path}`);
  await page.getByLabel('API key').fill(ADMIN_TOKEN);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const choice = page.getByRole('option', { name: tenant });
  await choice.or(page.locator(shown)).first().waitFor();
  const began = performance.now();
  if (await choice.isVisible()) await choice.click();
  return began;
}
