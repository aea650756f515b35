// Without a mouse and without a screen: where the focus goes, what is said, what each thing is called.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { LONG, type Setting, STORED_MS } from './reviewing.js';

export function keyboardAndEarSuffice(setting: () => Setting): void {
  it(
    'a name is completed from known people: choosing one moves the faces there, and undo takes it back',
    async () => {
      const { reviewer, at } = setting();
      const { page } = reviewer;
      const gerda = (await at.get<{ items: { id: string }[] }>('clusters?label=Gerda')).items[0]!;
      const item = await at.freshItem();
      await at.open(page, item);
      await at.choosePerson(page, 'Gerda');
      await page
        .getByRole('button', { name: /^It is Gerda/ })
        .first()
        .waitFor();
      await page.keyboard.press('Enter');
      expect((await at.closed(item)).outcome).toMatchObject({ decision: 'assign_to' });
      expect(await at.cluster(item.subject.cluster_id!)).toMatchObject({
        state: 'merged',
        merged_into: gerda.id,
      });
      await at.takeBack(page, item);
      expect((await at.cluster(item.subject.cluster_id!)).state).toBe('pending');
    },
    LONG,
  );

  it(
    'the focus starts at the question and goes through evidence and answers; every stop has a name',
    async () => {
      const { reviewer, at } = setting();
      const { page } = reviewer;
      const item = await at.freshItem();
      await at.open(page, item);
      expect(await focused(page)).toBe('Who is this?');
      const stops: string[] = [];
      for (let i = 0; i < 40 && !stops.includes('Keys'); i++) {
        await page.keyboard.press('Tab');
        stops.push(await focused(page));
      }
      expect(stops[0]).toBe('Name');
      const order = ['Name', 'A new person', 'Hide', 'Not a face', 'Do not answer', 'Skip'];
      const rest = ['Put off', 'Note', 'Undo', 'Keys'];
      const places = [...order, ...rest].map((name) => stops.findIndex((stop) => stop.startsWith(name)));
      expect(places, stops.join(' | ')).toEqual([...places].sort((a, b) => a - b));
      expect(places).not.toContain(-1);
      expect(stops).not.toContain('');
    },
    LONG,
  );

  it(
    'says what happened and what comes: the answer, the next question, what was taken back',
    async () => {
      const { reviewer, at } = setting();
      const { page } = reviewer;
      const item = await at.freshItem();
      await at.open(page, item);
      await page.keyboard.press('Enter');
      await page.getByRole('status').getByText('Answered: A new person.').waitFor();
      await at.closed(item);
      await page.locator('[data-item]').waitFor();
      expect(await focused(page)).toBe(await page.locator('.question-title').innerText());
      await at.takeBack(page, item);
      await page.getByRole('alert').getByText('Taken back. Here it is again.').waitFor();
      expect(await focused(page)).toBe('Who is this?');
      await page.keyboard.press('s');
      await page.getByRole('status').getByText('Skipped.').waitFor();
      await at.takeBack(page, item);
    },
    LONG,
  );

  it(
    'the list of keys opens, tells the keys of this question, turns single keys off, and gives the focus back',
    async () => {
      const { reviewer, at } = setting();
      const { page } = reviewer;
      const item = await at.freshItem();
      await at.open(page, item);
      const help = page.getByRole('dialog', { name: 'Keys of the queue' });
      const keysOf = async (): Promise<string> => {
        await page.keyboard.press('?');
        await help.waitFor();
        return help.innerText();
      };
      for (const words of ['Enter', 'A new person', 'Hide', 'Skip', 'Put off', 'Undo'])
        expect(await keysOf()).toContain(words);
      // What is pressed in the dialog answers nothing.
      await page.keyboard.press('i');
      await page.keyboard.press('Escape');
      await help.waitFor({ state: 'detached' });
      expect((await at.item(item.id)).state).toBe('claimed');
      await keysOf();
      await help.getByRole('switch').press(' ');
      await page.keyboard.press('Escape');
      await help.waitFor({ state: 'detached' });
      await page.keyboard.press('i');
      await page.keyboard.press('?');
      expect(await help.count()).toBe(0);
      // The button opens it all the same.
      await page.getByRole('button', { name: 'Keys' }).press('Enter');
      await help.getByRole('switch').press(' ');
      await help.getByRole('button', { name: 'Close' }).press('Enter');
      await help.waitFor({ state: 'detached' });
      await expect.poll(() => focused(page), { timeout: STORED_MS }).toBe('Keys');
      expect((await at.item(item.id)).state).toBe('claimed');
    },
    LONG,
  );
}

/** What a screen reader calls the thing that has the focus. */
async function focused(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  try {
    const { result } = await session.send('Runtime.evaluate', { expression: 'document.activeElement' });
    const { nodes } = await session.send('Accessibility.getPartialAXTree', {
      objectId: result.objectId!,
      fetchRelatives: false,
    });
    return String(nodes[0]?.name?.value ?? '');
  } finally {
    await session.detach();
  }
}
