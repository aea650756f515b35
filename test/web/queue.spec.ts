// The review queue in real Chromium, on the real service. One service and one browser for all of it; the tests stand in queue/.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { startApp, type TestApp } from '../harness/app.js';
import { startBrowser } from '../harness/browser.js';
import { mintKey, openReviewPage } from '../harness/review-page.js';
import { samplePhotos } from '../harness/shared-data.js';
import { EveryKind } from './every-kind.js';
import { answersAreTaken } from './queue/answers.js';
import { keyboardAndEarSuffice } from './queue/by-ear.js';
import { touchWorks } from './queue/by-touch.js';
import { refusalsAreTold } from './queue/refusals.js';
import { LONG, Reviewing, type Setting } from './queue/reviewing.js';
import { reviewersMeet } from './queue/together.js';

const TENANT = 'family';

describe('the review queue in a browser', () => {
  let app: TestApp;
  let browser: Browser;
  let shared: Setting;
  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), startBrowser()]);
    const items = await EveryKind.raise(app, TENANT);
    for (const photo of samplePhotos.slice(1, 6)) await app.admin.sendImage(TENANT, photo);
    const key = await mintKey(app.admin, TENANT);
    const reviewer = await openReviewPage(browser, app.admin.as(key), '/statistics');
    await reviewer.page.getByRole('heading', { name: 'Statistics' }).waitFor();
    const at = new Reviewing(app.admin, TENANT, Object.values(items));
    shared = { app, browser, items, reviewer, at };
  }, LONG);
  afterAll(async () => {
    await browser.close();
    await app.close();
  });
  const setting = (): Setting => shared;

  // First, because some answers of the others are final.
  describe('by touch', () => touchWorks(setting));
  describe('answers', () => answersAreTaken(setting));
  describe('keyboard and screen reader', () => keyboardAndEarSuffice(setting));
  describe('refusals', () => refusalsAreTold(setting));
  describe('several reviewers', () => reviewersMeet(setting));
});
