// A reviewer at work, and the service as anybody else sees it: what the tests of the queue do over and over.
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Api, FaceJson, ImageJson } from '../../harness/api.js';
import type { TestApp } from '../../harness/app.js';
import { mintKey, type ReviewerPage } from '../../harness/review-page.js';
import type { ItemJson } from '../every-kind.js';

/** A busy machine may take this long until an answer is stored, ms. */
export const STORED_MS = 30_000;
/** For a test of several steps, ms. */
export const LONG = 180_000;

export interface ClusterJson {
  readonly id: string;
  readonly state: string;
  readonly label: string | null;
  readonly merged_into: string | null;
  readonly face_count: number;
}

/** All that answers may change: where each face is, and what each cluster is. By id. */
export interface Gallery {
  readonly faces: Readonly<Record<string, Pick<FaceJson, 'cluster_id' | 'state' | 'locked'>>>;
  readonly clusters: Readonly<Record<string, Omit<ClusterJson, 'id'>>>;
}

/** What the specs of the queue share: one service, one browser, one question of each kind. */
export interface Setting {
  readonly app: TestApp;
  readonly browser: Browser;
  readonly items: Readonly<Record<string, ItemJson>>;
  /** Signed in at a desk, with a key of the tenant. */
  readonly reviewer: ReviewerPage;
  readonly at: Reviewing;
}

export class Reviewing {
  private readonly used = new Set<string>();

  /** @param reserved Tests of their own are about these: no question about one of their people is fresh. */
  constructor(
    private readonly api: Api,
    readonly tenantId: string,
    private readonly reserved: readonly ItemJson[] = [],
  ) {}

  path(rest: string): string {
    return `/v1/tenants/${this.tenantId}/${rest}`;
  }

  async get<T>(rest: string): Promise<T> {
    const { status, json, text } = await this.api.get<T>(this.path(rest));
    if (status !== 200) throw new Error(`${rest}: ${status} ${text}`);
    return json;
  }

  /** The API with a new key of this tenant: another reviewer. */
  async reviewer(): Promise<Api> {
    return this.api.as(await mintKey(this.api, this.tenantId));
  }

  async send(photo: Uint8Array): Promise<ImageJson> {
    const { status, json, text } = await this.api.sendImage(this.tenantId, photo);
    if (status !== 201) throw new Error(`the photo: ${status} ${text}`);
    return json;
  }

  item = (id: string): Promise<ItemJson> => this.get<ItemJson>(`review-pending/${id}`);
  cluster = (id: string): Promise<ClusterJson> => this.get<ClusterJson>(`clusters/${id}`);
  face = (id: string): Promise<FaceJson> => this.get<FaceJson>(`faces/${id}`);

  /** Kinds of the human decisions that stand about a face: `must_link`, `cannot_link`, `same_image_ok`. */
  async constraints(faceId: string): Promise<readonly string[]> {
    const { constraints } = await this.get<{ constraints: { kind: string }[] }>(
      `faces/${faceId}/explanation`,
    );
    return constraints.map(({ kind }) => kind);
  }

  async gallery(): Promise<Gallery> {
    const states = ['pending', 'confirmed', 'ignored', 'merged'].map((state) => `state=${state}`).join('&');
    const [clusters, images] = await Promise.all([
      this.api.all<ClusterJson>(this.path(`clusters?${states}`)),
      this.api.all<ImageJson>(this.path('images')),
    ]);
    return {
      faces: Object.fromEntries(
        images
          .flatMap(({ faces }) => faces)
          .map(({ id, cluster_id, state, locked }) => [id, { cluster_id, state, locked }]),
      ),
      clusters: Object.fromEntries(
        clusters.map(({ id, state, label, merged_into, face_count }) => [
          id,
          { state, label, merged_into, face_count },
        ]),
      ),
    };
  }

  async open(page: Page, { id, kind }: ItemJson): Promise<void> {
    await page.goto(`${this.api.url}/review/queue/${id}`);
    await this.shown(page, { id });
    expect(await page.locator('[data-kind]').getAttribute('data-kind')).toBe(kind);
  }

  shown = (page: Page, { id }: Pick<ItemJson, 'id'>): Promise<void> =>
    page.locator(`[data-item="${id}"][data-ready=true]`).waitFor();

  left = (page: Page, { id }: Pick<ItemJson, 'id'>): Promise<void> =>
    page.locator(`[data-item="${id}"]`).waitFor({ state: 'detached' });

  /** Waits until the service has an answer. */
  async closed({ id }: Pick<ItemJson, 'id'>): Promise<ItemJson> {
    await expect
      .poll(async () => (await this.item(id)).state, { timeout: STORED_MS })
      .not.toMatch(/^(open|claimed)$/);
    return this.item(id);
  }

  /** Chooses somebody known from the names that are offered; the field is left with the list closed. */
  async choosePerson(page: Page, name: string): Promise<void> {
    await page.keyboard.press('l');
    const field = page.getByRole('combobox', { name: 'Name' });
    await field.fill(name.slice(0, 3));
    const option = page.getByRole('option', { name });
    // The list opens by itself when the names are there; this key opens it in any case.
    const offered = async (): Promise<number> => {
      if ((await option.count()) === 0) await field.press('ArrowDown');
      return option.count();
    };
    await expect.poll(offered, { timeout: STORED_MS }).toBe(1);
    if ((await option.getAttribute('data-focused')) === null) await field.press('ArrowDown');
    await field.press('Enter');
    await option.waitFor({ state: 'detached' });
  }

  async takeBack(page: Page, item: ItemJson): Promise<void> {
    // Keys do not reach through a menu that closes.
    await expect.poll(() => page.locator('.overlay, .popover').count(), { timeout: STORED_MS }).toBe(0);
    await page.keyboard.press('u');
    await this.shown(page, item);
    expect((await this.item(item.id)).state).toMatch(/^(open|claimed)$/);
  }

  /** A question about somebody whom no test has answered yet. @param faces It shows at least so many. */
  async freshItem(faces = 1): Promise<ItemJson> {
    const open = await this.api.all<ItemJson>(this.path('review-pending?kind=new_cluster&sort=oldest'));
    const reserved = JSON.stringify(this.reserved);
    const fresh = open.find(
      ({ id, subject, evidence }) =>
        !this.used.has(id) &&
        !reserved.includes(subject.cluster_id!) &&
        (evidence['face_ids'] as string[]).length >= faces,
    );
    if (!fresh) throw new Error('no question is left');
    this.used.add(fresh.id);
    return fresh;
  }

  /** Two fresh questions about people who are in no photo together: only such two can be one person. */
  async freshPair(): Promise<readonly [ItemJson, ItemJson]> {
    const one = await this.freshItem();
    const photos = await this.photosOf(one);
    const passed: ItemJson[] = [];
    for (;;) {
      const other = await this.freshItem();
      const shared = (await this.photosOf(other)).some((id) => photos.includes(id));
      if (shared) {
        passed.push(other);
        continue;
      }
      for (const { id } of passed) this.used.delete(id);
      return [one, other];
    }
  }

  private async photosOf({ subject }: ItemJson): Promise<readonly string[]> {
    const faces = await this.api.all<FaceJson>(this.path(`clusters/${subject.cluster_id}/faces`));
    return faces.map(({ image_id }) => image_id);
  }
}
