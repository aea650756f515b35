// What the service refuses, or never hears: the question comes back with a message, and no answer is lost or taken twice.
import type { Page, Request } from 'playwright-core';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import type { TestApp } from '../../harness/app.js';
import { openReviewPage } from '../../harness/review-page.js';
import { type ItemJson, raiseMergeSuggestion } from '../every-kind.js';
import { oneQuestion } from './one-question.js';
import { LONG, type Reviewing, type Setting, STORED_MS } from './reviewing.js';

const DECISION = /\/review-pending\/[0-9a-f-]+\/decision$/;

export function refusalsAreTold(setting: () => Setting): void {
  it(
    'evidence that grew since it was shown: the answer is not taken, the question comes back as it is now',
    async () => {
      const { app, browser } = setting();
      const { at, item, portrait } = await oneQuestion(app, 'grown');
      const { page, context } = await openReviewPage(browser, await at.reviewer(), '/statistics');
      await page.getByRole('heading', { name: 'Statistics' }).waitFor();
      await at.open(page, item);
      // Another copy of the portrait joins the first, and is new evidence.
      await at.send(await sharp(portrait).jpeg({ quality: 70 }).toBuffer());
      const grown = await at.item(item.id);
      expect(grown.version).toBeGreaterThan(item.version);
      await page.keyboard.press('Enter');
      await page.getByText('The evidence has changed since you looked. Here it is as it is now.').waitFor();
      await at.shown(page, item);
      expect(await page.locator('.face-toggle').count()).toBe(2);
      expect((await at.item(item.id)).state).toBe('claimed');
      await page.keyboard.press('Enter');
      await at.closed(item);
      for (const id of grown.evidence['face_ids'] as string[])
        expect(await at.face(id)).toMatchObject({ locked: true, cluster_id: item.subject.cluster_id });
      await context.close();
    },
    LONG,
  );

  it(
    'a question that another change has made moot: it is said, and the reviewer goes on',
    async () => {
      const { reviewer, app, at } = setting();
      const { page } = reviewer;
      const [item, other] = await at.freshPair();
      await at.open(page, item);
      const into = other.subject.cluster_id!;
      const merged = await app.admin.post(at.path(`clusters/${into}/merge`), {
        source_cluster_id: item.subject.cluster_id,
      });
      expect(merged.status, merged.text).toBe(200);
      await page.keyboard.press('Enter');
      await page.getByText('Another change has made the question moot.').waitFor();
      await at.left(page, item);
      expect(await at.item(item.id)).toMatchObject({ state: 'superseded', outcome: null });
      expect(await at.cluster(item.subject.cluster_id!)).toMatchObject({
        state: 'merged',
        merged_into: into,
      });
    },
    LONG,
  );

  it(
    'an earlier decision in the way: asked about, let be, and set aside when the reviewer says so',
    async () => {
      const { reviewer, app, at } = setting();
      const { page } = reviewer;
      const [item, other] = await at.freshPair();
      await keepApart(app, at, item, other);
      const known = { label: 'Odile', state: 'confirmed' };
      const named = await app.admin.call('PATCH', at.path(`clusters/${other.subject.cluster_id}`), known);
      expect(named.status, named.text).toBe(200);
      await at.open(page, item);
      const question = page.getByRole('alertdialog', { name: 'An earlier decision says otherwise' });
      const answer = async (): Promise<void> => {
        await at.choosePerson(page, 'Odile');
        await page.keyboard.press('Enter');
        await question.waitFor();
      };
      await answer();
      expect((await at.item(item.id)).state).toBe('claimed');
      await page.keyboard.press('Escape');
      await question.waitFor({ state: 'detached' });
      await at.shown(page, item);
      expect((await at.item(item.id)).state).toBe('claimed');
      await answer();
      await question.getByRole('button', { name: 'Set it aside and go on' }).click();
      expect((await at.closed(item)).outcome).toMatchObject({ decision: 'assign_to' });
      expect(await at.cluster(item.subject.cluster_id!)).toMatchObject({
        merged_into: other.subject.cluster_id,
      });
    },
    LONG,
  );

  it(
    'two different names: asked which stays, and nothing moves before that is said',
    async () => {
      const { reviewer, app, at } = setting();
      const { page } = reviewer;
      const item = await at.freshItem();
      const { cluster_id: clusterId } = item.subject;
      await at.open(page, item);
      const guess = { label: 'Xaver', state: 'pending' };
      const named = await app.admin.call('PATCH', at.path(`clusters/${clusterId}`), guess);
      expect(named.status, named.text).toBe(200);
      await at.choosePerson(page, 'Gerda');
      await page.keyboard.press('Enter');
      const question = page.getByRole('alertdialog', { name: 'Two different names' });
      await question.getByText('Xaver goes into Gerda; the name Gerda stays.').waitFor();
      expect(await at.cluster(clusterId!)).toMatchObject({ state: 'pending', label: 'Xaver' });
      await question.getByRole('button', { name: 'Keep the name Gerda' }).click();
      expect((await at.closed(item)).outcome).toMatchObject({ decision: 'assign_to' });
      const { merged_into } = await at.cluster(clusterId!);
      expect((await at.cluster(merged_into!)).label).toBe('Gerda');
    },
    LONG,
  );

  it(
    'without a network nothing is lost: it is said, the question comes back, and takes an answer when the network is there',
    async () => {
      const { reviewer, at } = setting();
      const { page, context } = reviewer;
      const item = await at.freshItem();
      await at.open(page, item);
      await page.locator('.progress').waitFor();
      await context.setOffline(true);
      await page.getByText('No connection').first().waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('Your answer was not taken.').first().waitFor();
      await at.shown(page, item);
      expect((await at.item(item.id)).state).toBe('claimed');
      await context.setOffline(false);
      await page.keyboard.press('i');
      expect((await at.closed(item)).outcome).toMatchObject({ decision: 'ignore' });
    },
    LONG,
  );

  it(
    'an answer that was taken, and whose receipt was lost on the way, is sent again and taken once',
    async () => {
      const { reviewer, at } = setting();
      const { page } = reviewer;
      const item = await at.freshItem();
      await at.open(page, item);
      const keys: (string | undefined)[] = [];
      const watch = (request: Request): void => {
        if (DECISION.test(request.url())) keys.push(request.headers()['idempotency-key']);
      };
      page.on('request', watch);
      await loseFirstReceipt(page);
      await page.keyboard.press('Enter');
      await expect.poll(() => keys.length, { timeout: STORED_MS }).toBe(2);
      expect(new Set(keys).size).toBe(1);
      const stored = await at.closed(item);
      expect(stored.outcome).toMatchObject({ decision: 'confirm' });
      // It is one of the answers that can be taken back: the page knows that it was taken.
      await at.takeBack(page, item);
      page.off('request', watch);
      expect(await page.getByText('Your answer was not taken.').count()).toBe(0);
    },
    LONG,
  );
}

/** The service has the first answer; the page hears of a broken line. */
async function loseFirstReceipt(page: Page): Promise<void> {
  await page.route(
    DECISION,
    async (route) => {
      await route.fetch();
      await route.abort('connectionreset');
    },
    { times: 1 },
  );
}

/** A human said that the two are not one person. */
async function keepApart(app: TestApp, at: Reviewing, one: ItemJson, other: ItemJson): Promise<void> {
  const pair = [one.subject.cluster_id!, other.subject.cluster_id!] as const;
  const { id } = await raiseMergeSuggestion(app, at.tenantId, pair);
  const said = await app.admin.post(at.path(`review-pending/${id}/decision`), { decision: 'not_same' });
  expect(said.status, said.text).toBe(200);
}
