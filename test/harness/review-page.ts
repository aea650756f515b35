// The review page as a reviewer has it: a page of Chromium, signed in with a key of a tenant; what it complains about is collected.
import axe, { type AxeResults } from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Api } from './api.js';

/** A slow machine may take this long for one step, ms. */
const STEP_MS = 30_000;

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export interface ReviewerPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly api: Api;
  /** Errors of scripts, and what the Content-Security-Policy refused. Refusals of the service are answers, not errors. */
  readonly complaints: readonly string[];
}

export async function mintKey(
  admin: Api,
  tenantId: string,
  scopes: readonly string[] = ['ingest', 'read', 'review'],
): Promise<string> {
  const minted = await admin.post<{ key: string }>(`/v1/tenants/${tenantId}/api-keys`, {
    name: 'reviewer',
    scopes,
  });
  if (minted.status !== 201) throw new Error(`no key: ${minted.text}`);
  return minted.json.key;
}

/** Opens the page at a path under /review and signs in. */
export async function openReviewPage(
  browser: Browser,
  api: Api,
  path = '/',
  viewport: { width: number; height: number } = DESKTOP,
  options: BrowserContextOptions = {},
): Promise<ReviewerPage> {
  const hasTouch = viewport === PHONE;
  const context = await browser.newContext({ viewport, hasTouch, reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(STEP_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) complaints.push(text);
  });
  await page.goto(`${api.url}/review${path}`);
  await page.getByLabel('API key').fill(api.token ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  return { page, context, api, complaints };
}

/**
 * Accessibility faults of the page as it is now that axe calls serious or critical.
 * @param rules Ids of the rules to run; default: all.
 */
export async function seriousFaults(page: Page, rules?: readonly string[]): Promise<string[]> {
  // Through the debugger, because the page's own policy admits no foreign script.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, ${JSON.stringify(rules ? { runOnly: rules } : {})})`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html }) => html.slice(0, 160))
          .join(' | ')}`,
    );
}
