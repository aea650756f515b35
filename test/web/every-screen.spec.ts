// Every screen and state of the review page, at a desk and on a phone, in light and in dark, with real photos: whatever axe calls serious is a
// fault, and so is what does not fit and a photo out of shape. `npm run screenshots` keeps a picture of each.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../harness/app.js';
import { startBrowser } from '../harness/browser.js';
import { DESKTOP, openReviewPage, PHONE, seriousFaults } from '../harness/review-page.js';
import { galleryScreens } from './screens/gallery-screens.js';
import { queueScreens } from './screens/queue-screens.js';
import { stateScreens } from './screens/state-screens.js';
import { type Galleries, makeGalleries, type Screen, type Tenant, type Visit } from './screens/visit.js';

const SCREENS: readonly Screen[] = [...queueScreens, ...galleryScreens, ...stateScreens];
const LOOKS = [
  { name: 'phone-dark', viewport: PHONE, colorScheme: 'dark' },
  { name: 'desk-light', viewport: DESKTOP, colorScheme: 'light' },
  { name: 'desk-dark', viewport: DESKTOP, colorScheme: 'dark' },
  { name: 'phone-light', viewport: PHONE, colorScheme: 'light' },
] as const;
type Viewport = (typeof LOOKS)[number]['viewport'];
/** Where least fits and least is legible. At a desk and in light the other specs hold their screens; for pictures all looks are. */
const LOOKS_HELD = LOOKS.slice(0, 1);
/** A busy machine may take this long to bring a screen up, ms. */
const STEP_MS = 20_000;
/** All screens of one look, ms. */
const TOUR_MS = 900_000;
/** Folder for the pictures; without it none are taken. */
const OUT = process.env['KINDRED_SCREENSHOTS'];
/** Only screens whose name begins so. */
const ONLY = process.env['KINDRED_SCREENSHOTS_ONLY'] ?? '';

/** These run in the page. */
const PICTURES_ARE_THERE = `[...document.querySelectorAll('.crop:not(.crop-none), span.photo')].every((frame) => {
  const { left, top, width, height } = frame.getBoundingClientRect();
  const seen = document.elementFromPoint(left + width / 2, top + height / 2);
  if (width === 0 || !seen || !(frame.contains(seen) || seen.contains(frame))) return true;
  return frame.querySelector('.picture-failed') !== null || frame.querySelector('img')?.complete === true;
})`;
const FAULTS = `(() => {
  const faults = [];
  if (document.documentElement.scrollWidth > innerWidth) faults.push('wider than the screen: ' + document.documentElement.scrollWidth);
  for (const image of document.images) {
    const { width, height } = image.getBoundingClientRect();
    if (image.naturalWidth === 0 || width === 0 || getComputedStyle(image).objectFit !== 'fill') continue;
    const stretched = width / height / (image.naturalWidth / image.naturalHeight);
    if (Math.abs(stretched - 1) > 0.02) faults.push('a photo out of shape: ' + stretched.toFixed(2));
  }
  return faults;
})()`;

/** @returns False when one did not come. */
async function shownWithPictures(page: Page): Promise<boolean> {
  for (const end = Date.now() + STEP_MS; Date.now() < end; await page.waitForTimeout(100))
    if (await page.evaluate<boolean>(PICTURES_ARE_THERE)) return true;
  return false;
}

describe('every screen of the review page', () => {
  let app: TestApp;
  let browser: Browser;
  let galleries: Galleries;
  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), startBrowser()]);
    galleries = await makeGalleries(app);
    if (OUT) await mkdir(OUT, { recursive: true });
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  async function faultsOf(
    page: Page,
    { name, show, admits }: Screen,
    visit: Visit,
    look: string,
  ): Promise<string[]> {
    try {
      await show(visit);
    } catch (error) {
      if (OUT) await page.screenshot({ path: join(OUT, `${name}.${look}.png`) });
      return [`${name}: does not come up: ${(error as Error).message.split('\n')[0]}`];
    }
    const arePicturesThere = await shownWithPictures(page);
    if (OUT) {
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(OUT, `${name}.${look}.png`) });
    }
    const found = [
      ...(arePicturesThere ? [] : ['a picture does not come']),
      ...(await page.evaluate<string[]>(FAULTS)),
      ...(await seriousFaults(page)),
    ];
    const counted = found.filter((fault) => admits === undefined || !fault.startsWith(`${admits}:`));
    return counted.map((fault) => `${name}: ${fault}`);
  }

  /** @param tenant Whose key signs in; null: nobody does. */
  async function enter(tenant: Tenant | null, viewport: Viewport, colorScheme: 'light' | 'dark') {
    if (tenant === null) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
      context.setDefaultTimeout(STEP_MS);
      return { context, page: await context.newPage() };
    }
    const api = galleries.api.as(galleries.keys[tenant]);
    const entered = await openReviewPage(browser, api, '/log', viewport, { colorScheme });
    entered.context.setDefaultTimeout(STEP_MS);
    await entered.page.getByRole('heading', { name: 'History', exact: true }).waitFor();
    return entered;
  }

  it.each(OUT ? LOOKS : LOOKS_HELD)(
    '$name: fits, keeps photos in shape, and has no serious accessibility fault',
    async ({ name: look, viewport, colorScheme }) => {
      const faults: string[] = [];
      for (const tenant of [null, 'questions', 'people', 'empty'] satisfies (Tenant | null)[]) {
        const screens = SCREENS.filter((one) => one.tenant === tenant && one.name.startsWith(ONLY));
        if (screens.length === 0) continue;
        const { page, context } = await enter(tenant, viewport, colorScheme);
        const go = async (path: string): Promise<void> => {
          await page.goto(`${galleries.api.url}/review${path}`);
        };
        const visit: Visit = { browser, page, galleries, go };
        for (const screen of screens) {
          faults.push(...(await faultsOf(page, screen, visit, look)));
          await screen.leave?.(visit);
        }
        await context.close();
      }
      expect(faults).toEqual([]);
    },
    TOUR_MS,
  );
});
