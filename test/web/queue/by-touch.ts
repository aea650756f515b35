// On a phone, by touch: answers, choices, marks, skip, put off, note and undo.
import { expect, it } from 'vitest';
import { openReviewPage, PHONE, seriousFaults } from '../../harness/review-page.js';
import type { ItemJson } from '../every-kind.js';
import { LONG, type Setting, STORED_MS } from './reviewing.js';

export function touchWorks(setting: () => Setting): void {
  it(
    'by touch on a phone: a candidate is chosen, answers are given and taken back',
    async () => {
      const { browser, reviewer, items, at } = setting();
      const { page, context, complaints } = await openReviewPage(browser, reviewer.api, '/statistics', PHONE);
      await page.getByRole('heading', { name: 'Statistics' }).waitFor();
      const before = await at.gallery();
      const tapped = async (item: ItemJson, taps: readonly string[]): Promise<ItemJson> => {
        await at.open(page, item);
        for (const name of taps) await page.locator(name).tap();
        const stored = await at.closed(item);
        await page.getByRole('button', { name: 'Undo', exact: true }).tap();
        await at.shown(page, item);
        expect(await at.gallery()).toEqual(before);
        return stored;
      };
      const { candidates } = items['uncertain_assignment']!.evidence as {
        candidates: { cluster_id: string }[];
      };
      const second = await tapped(items['uncertain_assignment']!, [
        '.person-choice >> nth=1',
        '[data-answer=accept]',
      ]);
      expect(second.outcome).toMatchObject({
        decision: 'accept',
        cluster_id: candidates[1]!.cluster_id,
      });
      const two = await tapped(items['merge_suggestion']!, ['[data-answer=not_same]']);
      expect(two.outcome).toMatchObject({ decision: 'not_same' });
      const first = await tapped(items['same_image_conflict']!, ['[data-answer=keep_1]']);
      expect(first.outcome).toMatchObject({ decision: 'keep_one' });
      expect(complaints).toEqual([]);
      await context.close();
    },
    LONG,
  );

  it(
    'by touch on a phone: of the faces shown, one that is marked is said to be none; the others stay',
    async () => {
      const { browser, reviewer, at } = setting();
      const { page, context } = await openReviewPage(browser, reviewer.api, '/statistics', PHONE);
      await page.getByRole('heading', { name: 'Statistics' }).waitFor();
      const item = await at.freshItem(2);
      const [first, ...others] = item.evidence['face_ids'] as string[];
      await at.open(page, item);
      await page.locator(`.face-toggle [data-face="${first}"]`).tap();
      await page.getByRole('button', { name: /^Not a face/ }).tap();
      expect((await at.closed(item)).outcome).toMatchObject({ decision: 'not_a_face' });
      expect((await at.face(first!)).state).toBe('dismissed');
      for (const id of others)
        expect(await at.face(id)).toMatchObject({ state: 'active', cluster_id: item.subject.cluster_id });
      await context.close();
    },
    LONG,
  );

  it(
    'by touch on a phone: notes, puts off, takes that back, skips',
    async () => {
      const { browser, reviewer, at } = setting();
      const { page, context, complaints } = await openReviewPage(browser, reviewer.api, '/statistics', PHONE);
      await page.getByRole('heading', { name: 'Statistics' }).waitFor();
      const item = await at.freshItem();
      await at.open(page, item);
      await page.getByRole('button', { name: 'Note', exact: true }).tap();
      await page.getByLabel('For people who look at it later').fill('Ask Gerda.');
      expect(await seriousFaults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Write note' }).tap();
      await page.getByText('Ask Gerda.').waitFor();
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width).toBeLessThanOrEqual(PHONE.width);
      await page.getByRole('button', { name: 'Put off' }).tap();
      await page.getByRole('menuitem', { name: 'For an hour' }).tap();
      const sleepsUntil = async (): Promise<unknown> =>
        (await at.get<{ snoozed_until: string | null }>(`review-pending/${item.id}`)).snoozed_until;
      await expect.poll(sleepsUntil, { timeout: STORED_MS }).not.toBeNull();
      await page.getByRole('button', { name: 'Undo', exact: true }).tap();
      await at.shown(page, item);
      expect(await sleepsUntil()).toBeNull();
      await page.getByRole('button', { name: 'Skip' }).tap();
      await at.left(page, item);
      await expect.poll(async () => (await at.item(item.id)).state, { timeout: STORED_MS }).toBe('open');
      expect(complaints).toEqual([]);
      await context.close();
    },
    LONG,
  );
}
