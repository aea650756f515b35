// Several reviewers at one queue: each question goes to one of them, and whoever is late is told what became of it.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { TenantStore } from '../../../src/database/tenant-store.js';
import type { TestApp } from '../../harness/app.js';
import { openReviewPage, type ReviewerPage } from '../../harness/review-page.js';
import type { ItemJson } from '../every-kind.js';
import { oneQuestion } from './one-question.js';
import { LONG, type Reviewing, type Setting, STORED_MS } from './reviewing.js';

export function reviewersMeet(setting: () => Setting): void {
  it(
    'two browsers race on one question: one answer is taken, the other reviewer is told which',
    async () => {
      const { reviewer, browser, at } = setting();
      const second = await openReviewPage(browser, reviewer.api, '/statistics');
      await second.page.getByRole('heading', { name: 'Statistics' }).waitFor();
      const item = await at.freshItem();
      await at.open(reviewer.page, item);
      await at.open(second.page, item);
      await Promise.all([reviewer.page.keyboard.press('Enter'), second.page.keyboard.press('i')]);
      const { outcome } = await at.closed(item);
      const confirmed = outcome!['decision'] === 'confirm';
      const told = confirmed ? second.page : reviewer.page;
      await told
        .getByText(`Somebody answered it first: ${confirmed ? 'it is a new person' : 'hidden'}.`)
        .waitFor();
      // The loser was shown the next question meanwhile: nothing that he did was counted or lost.
      await at.left(told, item);
      await expect.poll(() => told.locator('.progress').innerText()).not.toContain('answered now');
      expect((await at.cluster(item.subject.cluster_id!)).state).toBe(confirmed ? 'confirmed' : 'ignored');
      expect(second.complaints).toEqual([]);
      await second.context.close();
    },
    LONG,
  );

  it(
    'a lease that ends gives the question to whoever asks next; the late answer is not taken, and both are told',
    async () => {
      const { app, browser } = setting();
      const { at, item } = await oneQuestion(app, 'alone');
      const ann = await atTheQueue(browser, at);
      await at.shown(ann.page, item);
      const bob = await atTheQueue(browser, at);
      await bob.page.getByText('Nothing is waiting').waitFor();
      await offeredTo(bob.page, item, () => endLease(app, at, item));
      await ann.page.keyboard.press('Enter');
      await ann.page.getByText('Another reviewer works on this question now.').waitFor();
      await ann.page.getByText('Nothing is waiting').waitFor();
      expect((await at.item(item.id)).state).toBe('claimed');
      await bob.page.keyboard.press('l');
      await bob.page.keyboard.type('Olga');
      await bob.page.keyboard.press('Enter');
      expect((await at.closed(item)).outcome).toMatchObject({ decision: 'confirm', label: 'Olga' });
      await ann.page.goto(`${app.admin.url}/review/queue/${item.id}`);
      await ann.page.getByText('Somebody answered it first: it is a new person.').waitFor();
      for (const { context, complaints } of [ann, bob]) {
        expect(complaints).toEqual([]);
        await context.close();
      }
    },
    LONG,
  );
}

async function atTheQueue(browser: Setting['browser'], at: Reviewing): Promise<ReviewerPage> {
  const reviewer = await openReviewPage(browser, await at.reviewer(), '/queue');
  await reviewer.page.getByRole('heading', { name: 'Review queue' }).waitFor();
  return reviewer;
}

/** The other page may renew its hold just now: whoever asks again finds it ended. */
const offeredTo = (page: Page, { id }: ItemJson, endLease: () => Promise<unknown>): Promise<void> =>
  expect
    .poll(
      async () => {
        await endLease();
        await page.getByRole('button', { name: 'Look again' }).click();
        const question = page.locator(`[data-item="${id}"]`);
        await question.or(page.getByText('Nothing is waiting')).waitFor();
        return question.count();
      },
      { timeout: STORED_MS },
    )
    .toBe(1);

const endLease = ({ app }: TestApp, { tenantId }: Reviewing, { id }: ItemJson): Promise<unknown> =>
  app
    .get(TenantStore)
    .forTenant(tenantId)
    .transaction(({ reviewWork }) => reviewWork.patch(id, { leaseExpiresAt: new Date(Date.now() - 1000) }));
