// People, one person, a face and its reasons, and the history: each seen and worked on in real Chromium, every effect checked
// through the API.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, FaceJson, ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { startBrowser } from '../harness/browser.js';
import { mintKey, openReviewPage, type ReviewerPage, seriousFaults } from '../harness/review-page.js';
import { samplePhotos } from '../harness/shared-data.js';
import { raiseMergeSuggestion } from './every-kind.js';
import { NAMES, type NamedPeople, PHOTOS, threePeople } from './named-people.js';

interface Cluster {
  readonly id: string;
  readonly state: string;
  readonly label: string | null;
  readonly face_count: number;
  readonly merged_into: string | null;
}

const at = (path: string): string => `/v1/tenants/t/${path}`;

describe('the pages of the gallery', () => {
  let app: TestApp;
  let browser: Browser;
  let api: Api;
  let reviewer: ReviewerPage;
  let page: Page;
  let { faces, people }: NamedPeople = { faces: [], people: [] };

  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), startBrowser()]);
    api = app.admin;
    await api.post('/v1/tenants', { id: 't' });
    ({ faces, people } = await threePeople(api, 't'));
    await api.sendImage('t', samplePhotos[1]!);
    reviewer = await openReviewPage(browser, api.as(await mintKey(api, 't')), '/people');
    page = reviewer.page;
    await page.getByRole('heading', { name: 'People', exact: true }).waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  const open = async (path: string): Promise<void> => {
    await page.goto(`${api.url}/review${path}`);
  };
  const cluster = async (id: string): Promise<Cluster> => (await api.get<Cluster>(at(`clusters/${id}`))).json;
  const homeOf = async (face: FaceJson): Promise<string | null> =>
    (await api.get<FaceJson>(at(`faces/${face.id}`))).json.cluster_id;
  const person = (name: string) => page.getByRole('row', { name });
  const face = ({ id }: FaceJson) => page.locator(`.face:has([data-face="${id}"])`);
  const choose = async (field: string, typed: string, name: string): Promise<void> => {
    await page.getByRole('combobox', { name: field }).fill(typed);
    await page.getByRole('option', { name }).click();
  };
  const said = (message: string) => page.getByRole('alertdialog').filter({ hasText: message }).first();

  it('shows people by size, finds them by name, and is walked through and opened by keyboard', async () => {
    await person(NAMES[0]!).waitFor();
    const names = await page.getByRole('row').locator('.person-name').allTextContents();
    expect(names.slice(0, 3)).toEqual(NAMES);
    await page.getByLabel('Search by name').fill('shor');
    await expect.poll(() => page.getByRole('row').count(), { timeout: 20_000 }).toBe(1);
    await page.getByLabel('Search by name').fill('nobody has this name');
    await page.getByRole('heading', { name: 'Nobody fits' }).waitFor();
    await page.getByLabel('Search by name').fill('');
    await person(NAMES[0]!).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await person(NAMES[0]!).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: NAMES[1]!, exact: true }).waitFor();
  });

  it('hides a person, who is found among the hidden ones, and shows them again', async () => {
    await open(`/people/${people[2]}`);
    await page.getByRole('button', { name: 'Hide' }).click();
    await page.getByRole('button', { name: 'Show again' }).waitFor();
    expect((await cluster(people[2]!)).state).toBe('ignored');
    await page.getByRole('link', { name: 'All people' }).click();
    await person(NAMES[0]!).waitFor();
    expect(await person(NAMES[2]!).count()).toBe(0);
    await page.getByRole('button', { name: /Show/ }).click();
    await page.getByRole('option', { name: 'Hidden' }).click();
    await person(NAMES[2]!).click();
    await page.getByRole('button', { name: 'Show again' }).click();
    await page.getByRole('button', { name: 'Hide' }).waitFor();
    expect((await cluster(people[2]!)).state).toBe('confirmed');
  });

  it('renames a person', async () => {
    await open(`/people/${people[2]}`);
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('combobox', { name: 'Name' }).fill('Cleo Grown');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Cleo Grown' }).waitFor();
    expect((await cluster(people[2]!)).label).toBe('Cleo Grown');
  });

  it('splits selected faces off, and takes that back', async () => {
    await open(`/people/${people[0]}`);
    const [first, second] = faces[0]!;
    await face(first!).click();
    await face(second!).focus();
    await page.keyboard.press('Space');
    await page.getByText('2 faces selected').first().waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Split off' }).click();
    await said('2 faces split off').waitFor();
    expect(await homeOf(first!)).not.toBe(people[0]);
    expect(await homeOf(first!)).toBe(await homeOf(second!));
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await said('Undone').waitFor();
    expect(await homeOf(first!)).toBe(people[0]);
  });

  it('moves a face to a known person', async () => {
    await open(`/people/${people[0]}`);
    const [, , third] = faces[0]!;
    await face(third!).click();
    await page.getByRole('button', { name: 'Move to…' }).click();
    await choose('Name', 'ben', NAMES[1]!);
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await said(`1 face moved to ${NAMES[1]}`).waitFor();
    expect(await homeOf(third!)).toBe(people[1]);
  });

  it('offers names that come after the last letter', async () => {
    await open(`/people/${people[0]}`);
    await page.route(/clusters\?.*label_prefix=|clusters\?labelled=/, async (route) => {
      await asked;
      await route.continue();
    });
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => (answer = resolve));
    await page.getByRole('tab', { name: 'Photos' }).click();
    await page.getByRole('combobox', { name: 'Together with' }).fill('cl');
    answer();
    await page.getByRole('option', { name: 'Cleo Grown' }).waitFor();
    await page.unrouteAll({ behavior: 'wait' });
  });

  it('takes a new name at the first Enter, though another one begins so', async () => {
    await open(`/people/${people[2]}`);
    await page.getByRole('button', { name: 'Rename' }).click();
    const field = page.getByRole('combobox', { name: 'Name' });
    await field.fill('Ben');
    await page.getByRole('option', { name: NAMES[1]! }).waitFor();
    await field.press('Enter');
    await page.getByRole('heading', { name: 'Ben', exact: true }).waitFor();
    await api.call('PATCH', at(`clusters/${people[2]}`), { label: 'Cleo Grown' });
  });

  it('shows the photos of a person, and those with another', async () => {
    await open(`/people/${people[1]}`);
    await page.getByRole('tab', { name: 'Photos' }).click();
    const photos = page.getByRole('list', { name: 'Photos of this person' }).getByRole('listitem');
    await expect.poll(() => photos.count(), { timeout: 20_000 }).toBe(PHOTOS[1]! + 1);
    await photos.first().getByRole('img').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await choose('Together with', 'cleo', 'Cleo Grown');
    await page.getByRole('heading', { name: 'No photo shows them together' }).waitFor();
  });

  it('merges a person with one that resembles them, after asking because somebody said that they are two', async () => {
    const split = await api.post<{ clusters: Cluster[] }>(at(`clusters/${people[0]}/split`), {
      groups: [[faces[0]![0]!.id]],
      override: true,
    });
    const part = split.json.clusters[1]!.id;
    await open(`/people/${people[0]}`);
    await page.getByRole('tab', { name: 'Same person?' }).click();
    const row = page
      .getByRole('listitem')
      .filter({ has: page.locator(`a[href$="${part}"]`) })
      .first();
    await row.getByText('Somebody said that they are two people').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await row.getByRole('button', { name: /^Merge with/ }).click();
    await page
      .getByRole('alertdialog')
      .getByRole('button', { name: /^Merge with/ })
      .click();
    await page.getByRole('button', { name: 'Do it anyway' }).click();
    await said('Merged').waitFor();
    expect((await cluster(part)).merged_into).toBe(people[0]);
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByRole('list', { name: 'Changes, newest first' }).waitFor();
  });

  it('says why a face is where it is, in words, in figures and with its history, and undoes from there', async () => {
    const [, , third] = faces[0]!;
    const { json: why } = await api.get<{ sentence: string }>(at(`faces/${third!.id}/explanation`));
    await open(`/faces/${third!.id}`);
    await page.getByText(why.sentence).first().waitFor();
    await page.getByRole('img', { name: 'Photo with the face marked' }).waitFor();
    await page.getByRole('heading', { name: 'How the machine decided' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page
      .getByRole('button', { name: /^Undo: / })
      .first()
      .click();
    await said('Undone').waitFor();
    expect(await homeOf(third!)).toBe(people[0]);
  });

  it('shows the corrected cosine of whom evidence compared', async () => {
    interface Why {
      readonly decision: {
        readonly candidates: readonly { readonly corrected_cosine: number | null }[];
      } | null;
    }
    const explained = await Promise.all(
      faces.flat().map(async ({ id }) => {
        const { json } = await api.get<Why>(at(`faces/${id}/explanation`));
        return { id, cosine: json.decision?.candidates[0]?.corrected_cosine ?? null };
      }),
    );
    const compared = explained.find(({ cosine }) => cosine !== null)!;
    await open(`/faces/${compared.id}`);
    await page.getByRole('columnheader', { name: 'Corrected' }).waitFor();
    await page
      .getByRole('row')
      .nth(1)
      .getByRole('cell', { name: compared.cosine!.toFixed(2), exact: true })
      .first()
      .waitFor();
  });

  it('takes a face out', async () => {
    const [first] = faces[1]!;
    await open(`/people/${people[1]}`);
    await face(first!).click();
    await page.getByRole('button', { name: 'Not this person' }).click();
    await said('1 face taken out').waitFor();
    expect(await homeOf(first!)).toBe(null);
  });

  it('lists what happened in the tenant, and undoes from there', async () => {
    const [first] = faces[1]!;
    await open('/log');
    const list = page.getByRole('list', { name: 'Changes, newest first' });
    await list.waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await list
      .getByRole('button', { name: /^Undo: / })
      .first()
      .click();
    await said('Undone').waitFor();
    expect(await homeOf(first!)).toBe(people[1]);
    await page.getByRole('button', { name: /Show/ }).click();
    await page.getByRole('option', { name: 'Undos' }).click();
    await list
      .getByRole('button', { name: /^Redo: / })
      .first()
      .waitFor();
  });

  it('leads from the people to the questions which of them are one person', async () => {
    const homes: string[] = [];
    // Two who share no photo.
    for (const photo of [samplePhotos[0]!, samplePhotos[5]!]) {
      const { json } = await api.sendImage<ImageJson>('t', photo);
      homes.push(json.faces.find(({ cluster_id }) => cluster_id !== null)!.cluster_id!);
    }
    const question = await raiseMergeSuggestion(app, 't', [homes[0]!, homes[1]!]);
    await open('/people');
    await page.getByRole('link', { name: 'Same person? 1 pair' }).click();
    await page.locator(`[data-item="${question.id}"]`).waitFor();
    await page.getByRole('heading', { name: 'Are these two one person?' }).waitFor();
  });

  it('complained about nothing', () => {
    expect(reviewer.complaints).toEqual([]);
  });
});
