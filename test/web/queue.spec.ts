// The review queue in real Chromium, on the real service: each kind of question answered each way, undo, a race, a lost lease.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TenantStore } from '../../src/database/tenant-store.js';
import type { Api, FaceJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { startBrowser } from '../harness/browser.js';
import { mintKey, openReviewPage, PHONE, type ReviewerPage, seriousFaults } from '../harness/review-page.js';
import { samplePhotos } from '../harness/shared-data.js';
import { EveryKind, type ItemJson } from './every-kind.js';

const TENANT = 'family';
/** A busy machine may take this long until an answer is stored, ms. */
const STORED_MS = 30_000;
const LONG = 180_000;

interface ClusterJson {
  readonly id: string;
  readonly state: string;
  readonly label: string | null;
  readonly merged_into: string | null;
  readonly face_count: number;
}

describe('the review queue in a browser', () => {
  let app: TestApp;
  let browser: Browser;
  let items: Readonly<Record<string, ItemJson>>;
  let reviewer: ReviewerPage;
  let api: Api;
  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), startBrowser()]);
    api = app.admin;
    items = await EveryKind.raise(app, TENANT);
    for (const photo of samplePhotos.slice(3, 6)) await api.sendImage(TENANT, photo);
    const key = await mintKey(app.admin, TENANT);
    reviewer = await openReviewPage(browser, app.admin.as(key), '/statistics');
    await reviewer.page.getByRole('heading', { name: 'Statistics' }).waitFor();
  }, LONG);
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  const get = async <T>(path: string): Promise<T> => (await api.get<T>(`/v1/tenants/${TENANT}/${path}`)).json;
  const itemNow = (id: string): Promise<ItemJson> => get<ItemJson>(`review-pending/${id}`);
  const cluster = (id: string): Promise<ClusterJson> => get<ClusterJson>(`clusters/${id}`);
  const face = (id: string): Promise<FaceJson> => get<FaceJson>(`faces/${id}`);

  async function open(page: Page, { id, kind }: ItemJson): Promise<void> {
    await page.goto(`${app.admin.url}/review/queue/${id}`);
    await page.locator(`[data-item="${id}"]`).waitFor();
    expect(await page.locator('[data-kind]').getAttribute('data-kind')).toBe(kind);
  }

  /** Answers by keyboard and waits until the service has it. */
  async function answer(page: Page, item: ItemJson, key: string): Promise<ItemJson> {
    await page.locator(`[data-item="${item.id}"]`).waitFor();
    await page.keyboard.press(key);
    return closed(item);
  }

  async function closed({ id }: ItemJson): Promise<ItemJson> {
    await expect
      .poll(async () => (await itemNow(id)).state, { timeout: STORED_MS })
      .not.toMatch(/^(open|claimed)$/);
    return itemNow(id);
  }

  async function undo(page: Page, { id }: ItemJson): Promise<void> {
    // Keys do not reach through a menu that closes.
    await expect.poll(() => page.locator('.overlay, .popover').count(), { timeout: STORED_MS }).toBe(0);
    await page.keyboard.press('u');
    await page.locator(`[data-item="${id}"]`).waitFor();
    expect((await itemNow(id)).state).toMatch(/^(open|claimed)$/);
  }

  /** What each key does to a question, and how the API shows it. Each is undone, but the last. */
  const kinds: Readonly<
    Record<
      string,
      readonly (readonly [key: string, decision: string, check?: (item: ItemJson) => Promise<void>])[]
    >
  > = {
    new_cluster: [
      [
        'Enter',
        'confirm',
        async ({ subject }) => expect((await cluster(subject.cluster_id!)).state).toBe('confirmed'),
      ],
      [
        'i',
        'ignore',
        async ({ subject }) => expect((await cluster(subject.cluster_id!)).state).toBe('ignored'),
      ],
      [
        'x',
        'not_a_face',
        async ({ outcome }) => {
          expect(outcome).toMatchObject({ decision: 'not_a_face' });
          for (const id of items['new_cluster']!.evidence['face_ids'] as string[])
            expect((await face(id)).state).toBe('dismissed');
        },
      ],
    ],
    uncertain_assignment: [
      [
        'a',
        'accept',
        async () => {
          const { face_id, candidates } = items['uncertain_assignment']!.evidence as {
            face_id: string;
            candidates: { cluster_id: string }[];
          };
          expect(await face(face_id)).toMatchObject({ cluster_id: candidates[0]!.cluster_id, locked: true });
        },
      ],
      [
        'n',
        'new_cluster',
        async ({ evidence }) =>
          expect((await cluster(evidence['own_cluster_id'] as string)).state).toBe('confirmed'),
      ],
      [
        'r',
        'reject',
        async () => {
          const { face_id, candidates } = items['uncertain_assignment']!.evidence as {
            face_id: string;
            candidates: { cluster_id: string }[];
          };
          const { cluster_id } = await face(face_id);
          expect(candidates.map((one) => one.cluster_id)).not.toContain(cluster_id);
        },
      ],
    ],
    merge_suggestion: [
      [
        'a',
        'merge',
        async ({ subject, evidence }) => {
          const sides = (evidence['clusters'] as { cluster_id: string }[]).map(
            ({ cluster_id }) => cluster_id,
          );
          expect(sides).toContain(subject.cluster_id);
          const states = await Promise.all(sides.map(async (id) => (await cluster(id)).state));
          expect(states.filter((state) => state === 'merged')).toHaveLength(1);
        },
      ],
      ['r', 'not_same'],
    ],
    split_suggestion: [
      ['r', 'keep'],
      ['a', 'split', async ({ subject }) => expect((await cluster(subject.cluster_id!)).face_count).toBe(8)],
    ],
    same_image_conflict: [
      ['1', 'keep_one'],
      ['2', 'keep_one'],
      ['b', 'both'],
      ['r', 'neither'],
    ],
    suspect_face: [
      ['a', 'is_face', async ({ subject }) => expect((await face(subject.face_id!)).state).toBe('active')],
      [
        'x',
        'not_a_face',
        async () => expect((await face(items['suspect_face']!.subject.face_id!)).state).toBe('dismissed'),
      ],
    ],
    constraint_conflict: [
      [
        'a',
        'take_proposal',
        async () => {
          const { proposal } = items['constraint_conflict']!.evidence as { proposal: { face_ids: string[] } };
          const { cluster_id } = await face(proposal.face_ids[0]!);
          expect((await cluster(cluster_id!)).label).toBe('Gertrud');
        },
      ],
      ['r', 'keep_human'],
    ],
    duplicate_image: [
      ['r', 'different'],
      ['1', 'same'],
    ],
  };

  it.each(Object.keys(kinds))(
    '%s: is answered each way by keyboard, and taken back',
    async (kind) => {
      const { page } = reviewer;
      const item = items[kind]!;
      await open(page, item);
      expect(await seriousFaults(page)).toEqual([]);
      const answers = kinds[kind]!;
      for (const [i, [key, decision, check]] of answers.entries()) {
        const stored = await answer(page, item, key);
        expect(stored, `${kind} ${key}`).toMatchObject({ outcome: { decision } });
        await check?.(stored);
        if (i < answers.length - 1) await undo(page, item);
      }
      expect(reviewer.complaints).toEqual([]);
    },
    LONG,
  );

  it(
    'a name is completed from known people: choosing one moves the faces there, and undo takes it back',
    async () => {
      const { page } = reviewer;
      const gerda = (await get<{ items: ClusterJson[] }>('clusters?labelled=true')).items[0]!;
      const item = await freshItem();
      await open(page, item);
      await page.keyboard.press('l');
      await page.keyboard.type(gerda.label!.slice(0, 3));
      // The list opens by itself when the names are there; this key opens it in any case.
      await expect
        .poll(
          async () => {
            await page.getByRole('combobox', { name: 'Name' }).press('ArrowDown');
            return page.getByRole('option', { name: gerda.label! }).count();
          },
          { timeout: STORED_MS },
        )
        .toBe(1);
      await page.getByRole('option', { name: gerda.label! }).click();
      await page
        .getByRole('button', { name: `It is ${gerda.label}` })
        .first()
        .click();
      expect((await closed(item)).outcome).toMatchObject({ decision: 'assign_to' });
      expect(await cluster(item.subject.cluster_id!)).toMatchObject({
        state: 'merged',
        merged_into: gerda.id,
      });
      await undo(page, item);
      expect((await cluster(item.subject.cluster_id!)).state).toBe('pending');
      await page.keyboard.press('l');
      await page.keyboard.type('Noor');
      await page.keyboard.press('Enter');
      await closed(item);
      expect(await cluster(item.subject.cluster_id!)).toMatchObject({ state: 'confirmed', label: 'Noor' });
    },
    LONG,
  );

  it(
    'two browsers race on one question: one answer is taken, the other reviewer is told which',
    async () => {
      const second = await openReviewPage(browser, reviewer.api, '/statistics');
      await second.page.getByRole('heading', { name: 'Statistics' }).waitFor();
      const item = await freshItem();
      await open(reviewer.page, item);
      await open(second.page, item);
      await Promise.all([reviewer.page.keyboard.press('Enter'), second.page.keyboard.press('i')]);
      const { outcome } = await closed(item);
      const told = outcome!['decision'] === 'confirm' ? second.page : reviewer.page;
      await told.getByText(/Somebody answered it first/).waitFor();
      const left = outcome!['decision'] === 'confirm' ? 'confirmed' : 'ignored';
      expect((await cluster(item.subject.cluster_id!)).state).toBe(left);
      expect(second.complaints).toEqual([]);
      await second.context.close();
    },
    LONG,
  );

  it(
    'a hold that has ended and went to another reviewer is said, and nothing is lost',
    async () => {
      const item = await freshItem();
      await open(reviewer.page, item);
      const other = app.admin.as(await mintKey(app.admin, TENANT));
      const path = `/v1/tenants/${TENANT}/review-pending/${item.id}`;
      // The page may renew its hold just now: whoever comes next finds it ended.
      const takeOver = async (): Promise<number> => {
        await endLease(item);
        return (await other.post(`${path}/claim`)).status;
      };
      await expect.poll(takeOver, { timeout: STORED_MS }).toBe(200);
      await reviewer.page.keyboard.press('Enter');
      await reviewer.page.getByText('Another reviewer works on this question now.').waitFor();
      expect((await other.post(`${path}/decision`, { decision: 'confirm', label: 'Olga' })).status).toBe(200);
      await reviewer.page.goto(`${app.admin.url}/review/queue/${item.id}`);
      await reviewer.page.getByText('Somebody answered it first: it is a new person.').waitFor();
      expect(await seriousFaults(reviewer.page)).toEqual([]);
    },
    LONG,
  );

  it(
    'skips, puts off and notes, also on a phone',
    async () => {
      const phone = await openReviewPage(browser, reviewer.api, '/statistics', PHONE);
      await phone.page.getByRole('heading', { name: 'Statistics' }).waitFor();
      const item = await freshItem();
      await open(phone.page, item);
      await phone.page.getByRole('button', { name: 'Note' }).click();
      await phone.page.getByLabel('For people who look at it later').fill('Ask Gerda.');
      expect(await seriousFaults(phone.page)).toEqual([]);
      await phone.page.getByRole('button', { name: 'Write note' }).click();
      await phone.page.getByText('Ask Gerda.').waitFor();
      const width = await phone.page.evaluate('document.documentElement.scrollWidth');
      expect(width).toBeLessThanOrEqual(PHONE.width);
      await phone.page.getByRole('button', { name: 'Put off' }).click();
      await phone.page.getByRole('menuitem', { name: 'For an hour' }).click();
      await expect
        .poll(
          async () =>
            (await get<{ snoozed_until: string | null }>(`review-pending/${item.id}`)).snoozed_until,
          {
            timeout: STORED_MS,
          },
        )
        .not.toBeNull();
      await undo(phone.page, item);
      await phone.page.keyboard.press('s');
      await phone.page.locator(`[data-item="${item.id}"]`).waitFor({ state: 'detached' });
      expect(phone.complaints).toEqual([]);
      await phone.context.close();
    },
    LONG,
  );

  const endLease = ({ id }: ItemJson) =>
    app.app
      .get(TenantStore)
      .forTenant(TENANT)
      .transaction(({ reviewWork }) => reviewWork.patch(id, { leaseExpiresAt: new Date(Date.now() - 1000) }));

  /** A question about somebody whom no test has answered yet. */
  async function freshItem(): Promise<ItemJson> {
    const { items: open } = await get<{ items: ItemJson[] }>(
      'review-pending?kind=new_cluster&limit=50&sort=oldest',
    );
    const fresh = open.find(({ id }) => !used.has(id));
    if (!fresh) throw new Error('no question is left');
    used.add(fresh.id);
    return fresh;
  }
  const used = new Set<string>();
});
