// Every kind of question, decided in every way that the domain allows: the effect through the API, and taken back.
import { expect, it } from 'vitest';
import { DECISIONS_BY_KIND, type DecisionName } from '../../../src/domain/review/decision.js';
import { REVIEW_KINDS } from '../../../src/domain/review/review-item.js';
import { seriousFaults } from '../../harness/review-page.js';
import { EVERY_WAY } from './every-way.js';
import { type Gallery, LONG, type Setting, STORED_MS } from './reviewing.js';

/** What was computed of a face is erased with it: no undo brings it back. */
const FINAL: readonly DecisionName[] = ['not_a_face'];
const isFinal = (decision: DecisionName): boolean => FINAL.includes(decision);

export function answersAreTaken(setting: () => Setting): void {
  it.each(REVIEW_KINDS)('%s: the tests know every decision that it takes, and no other', (kind) => {
    const known = Object.entries(EVERY_WAY[kind]).filter(([, ways]) => ways.length > 0);
    expect(known.map(([decision]) => decision).sort()).toEqual([...DECISIONS_BY_KIND[kind]].sort());
  });

  it.each(REVIEW_KINDS)(
    '%s: its screen has no serious accessibility fault, light or dark',
    async (kind) => {
      const { reviewer, items, at } = setting();
      await at.open(reviewer.page, items[kind]!);
      expect(await seriousFaults(reviewer.page)).toEqual([]);
      await reviewer.page.emulateMedia({ colorScheme: 'dark' });
      await reviewer.page.locator('html[data-theme=dark]').waitFor();
      expect(await seriousFaults(reviewer.page, ['color-contrast'])).toEqual([]);
      await reviewer.page.emulateMedia({ colorScheme: 'light' });
      await reviewer.page.locator('html[data-theme=light]').waitFor();
    },
    LONG,
  );

  let before: Gallery | null = null;
  const matrix = REVIEW_KINDS.flatMap((kind) =>
    [...DECISIONS_BY_KIND[kind]]
      .sort((a, b) => Number(isFinal(a)) - Number(isFinal(b)))
      .flatMap((decision) =>
        (EVERY_WAY[kind][decision] ?? []).map((way) => ({
          title: `${kind}: ${decision} by ${way.by}`,
          kind,
          decision,
          way,
        })),
      ),
  );

  it.each(matrix.map((row) => [row.title, row] as const))(
    '%s',
    async (_, { kind, decision, way }) => {
      const { reviewer, items, at } = setting();
      const { page } = reviewer;
      const asked = items[kind]!;
      before ??= await at.gallery();
      if ((await page.locator('[data-item]').getAttribute('data-item')) !== asked.id)
        await at.open(page, asked);
      await way.act(page);
      const item = await at.closed(asked);
      expect(item).toMatchObject({ outcome: { decision } });
      await way.effect({ item, asked, before, after: await at.gallery(), at });
      if (isFinal(decision)) {
        await page.keyboard.press('u');
        await page.getByText('It was not taken back.').waitFor();
        expect((await at.item(asked.id)).state).toBe('resolved');
        before = null;
      } else {
        await at.takeBack(page, asked);
        expect(await at.gallery()).toEqual(before);
      }
      expect(reviewer.complaints).toEqual([]);
    },
    LONG,
  );

  it('says at once how much is answered, and soon what is left', async () => {
    const { reviewer, at } = setting();
    const item = await at.freshItem();
    await at.open(reviewer.page, item);
    const waiting = async (): Promise<number> => {
      const { open } = await at.get<{ open: { open: number; claimed: number }[] }>('review-pending/stats');
      return open.reduce((sum, kind) => sum + kind.open + kind.claimed, 0);
    };
    const progress = reviewer.page.locator('.progress');
    await progress.getByText(`${await waiting()} questions wait`).waitFor();
    await reviewer.page.keyboard.press('d');
    await progress.getByText('1 answered now').waitFor();
    await at.closed(item);
    await expect
      .poll(async () => progress.innerText(), { timeout: STORED_MS })
      .toContain(`${await waiting()} questions wait`);
    await at.takeBack(reviewer.page, item);
    await expect.poll(() => progress.innerText(), { timeout: STORED_MS }).not.toContain('answered now');
  });
}
