// Many new people on one page, answered together in real Chromium: every effect checked through the API.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { startBrowser } from '../harness/browser.js';
import { mintKey, openReviewPage, type ReviewerPage, seriousFaults } from '../harness/review-page.js';
import { samplePhotos } from '../harness/shared-data.js';

interface Cluster {
  readonly id: string;
  readonly state: string;
  readonly label: string | null;
  readonly face_count: number;
}

describe('new people, together', () => {
  let app: TestApp;
  let browser: Browser;
  let api: Api;
  let reviewer: ReviewerPage;
  let page: Page;

  const at = (path: string): string => `/v1/tenants/t/${path}`;
  const waiting = async (): Promise<number> =>
    (await api.get<{ items: unknown[] }>(at('review-pending?kind=new_cluster&limit=100'))).json.items.length;
  const clusters = async (query: string): Promise<Cluster[]> =>
    (await api.get<{ items: Cluster[] }>(at(`clusters?limit=100&${query}`))).json.items;
  const rows = () => page.getByRole('row');
  const bar = (name: string) => page.getByRole('button', { name, exact: true });
  const shows = (count: number) => expect.poll(() => rows().count(), { timeout: 30_000 }).toBe(count);

  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), startBrowser()]);
    api = app.admin;
    await api.post('/v1/tenants', { id: 't', settings: { clustering: { review_faces_min: 1 } } });
    for (const photo of samplePhotos) await api.sendImage('t', photo);
    reviewer = await openReviewPage(browser, api.as(await mintKey(api, 't')), '/together');
    page = reviewer.page;
    await page.getByRole('heading', { name: 'New people, together' }).waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  it('joins those selected by keyboard as one person under a new name, and takes that back', async () => {
    const before = await waiting();
    expect(before).toBeGreaterThan(6);
    await shows(before);
    expect(await seriousFaults(page)).toEqual([]);
    await rows().first().focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await page.getByRole('status').filter({ hasText: '2 new people selected' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await bar('All one person…').click();
    await page.getByRole('combobox', { name: 'Name' }).fill('Ada Long');
    expect(await seriousFaults(page)).toEqual([]);
    await bar('Name').click();
    await shows(before - 2);
    const [ada, ...others] = await clusters('labelled=true');
    expect(others).toEqual([]);
    expect(ada).toMatchObject({ label: 'Ada Long', state: 'confirmed' });
    await bar('Undo').click();
    await shows(before);
    expect(await clusters('labelled=true')).toEqual([]);
  });

  it('keeps some as people of their own, and hides others', async () => {
    const before = await waiting();
    for (const i of [0, 1, 2]) await rows().nth(i).click();
    await bar('Each a person of their own').click();
    await bar('Keep').click();
    await shows(before - 3);
    expect(await clusters('state=confirmed')).toHaveLength(3);
    await rows().first().click();
    await bar('Hide').click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Hide' }).click();
    await shows(before - 4);
    expect(await clusters('state=ignored')).toHaveLength(1);
  });

  it('does nothing to a question that changed after it was looked at', async () => {
    const before = await waiting();
    await rows().first().click();
    const { items } = (
      await api.get<{ items: { id: string }[] }>(at('review-pending?kind=new_cluster&sort=size&limit=1'))
    ).json;
    const answered = await api.post(at(`review-pending/${items[0]!.id}/decision`), { decision: 'ignore' });
    expect(answered.status, answered.text).toBe(200);
    await bar('Each a person of their own').click();
    await bar('Keep').click();
    await shows(before - 1);
    expect(await clusters('state=confirmed')).toHaveLength(3);
    expect(await clusters('state=ignored')).toHaveLength(2);
  });

  it('says when nobody new waits', async () => {
    await rows().first().click();
    await bar('Select all').click();
    await bar('Hide').click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Hide' }).click();
    await page.getByRole('heading', { name: 'No new people wait' }).waitFor();
    expect(await waiting()).toBe(0);
  });

  it('complained about nothing', () => {
    expect(reviewer.complaints).toEqual([]);
  });
});
