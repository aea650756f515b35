// A visitor of the review page who brings its screens up one after the other, and the galleries that there are to see.
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Api, FaceJson } from '../../harness/api.js';
import type { TestApp } from '../../harness/app.js';
import { fiftyPhotosOfFivePeople } from '../../harness/people.js';
import { mintKey } from '../../harness/review-page.js';
import { samplePhotos } from '../../harness/shared-data.js';
import { EveryKind, type ItemJson } from '../every-kind.js';
import { type NamedPeople, threePeople } from '../named-people.js';

/** What the screens show: a tenant with a question of each kind, one with people, one with nothing. */
export interface Galleries {
  readonly api: Api;
  /** Of the questions, by kind. */
  readonly items: Readonly<Record<string, ItemJson>>;
  readonly named: NamedPeople;
  /** Ids of two people who are in one photo, in the order of TOGETHER. */
  readonly together: readonly string[];
  /** A face in a photo of several. */
  readonly inGroup: string;
  /** Keys by tenant. */
  readonly keys: Readonly<Record<Tenant, string>>;
}

export type Tenant = 'questions' | 'people' | 'empty';

export interface Visit {
  readonly browser: Browser;
  readonly page: Page;
  readonly galleries: Galleries;
  /** Opens a path under /review. */
  readonly go: (path: string) => Promise<void>;
}

export interface Screen {
  readonly name: string;
  /** Who is signed in; null: nobody. */
  readonly tenant: Tenant | null;
  /** Brings it up. It is called with the page as the screen before it left it. */
  readonly show: (visit: Visit) => Promise<void>;
  /** A rule of axe that does not hold here; why stands at the screen. */
  readonly admits?: string;
  /** Puts back what the page must not keep. */
  readonly leave?: (visit: Visit) => Promise<void>;
}

/** Names of two people who are in one photo. */
export const TOGETHER = ['Dora Wide', 'Emil Wide'] as const;

/** Photos of people nobody has named, count. */
const UNNAMED = 30;

export async function makeGalleries(app: TestApp): Promise<Galleries> {
  const api = app.admin;
  const items = await EveryKind.raise(app, 'questions');
  await api.post('/v1/tenants', { id: 'empty' });
  await api.post('/v1/tenants', { id: 'people' });
  const named = await threePeople(api, 'people');
  let group: readonly FaceJson[] = [];
  for (const photo of samplePhotos) {
    const { json } = await api.sendImage('people', photo);
    if (json.faces.length > 1) group = json.faces;
  }
  const together = await Promise.all(
    TOGETHER.map(async (label, n) => {
      const body = { label, face_ids: [group[n]!.id] };
      const made = await api.post<{ cluster: { id: string } }>('/v1/tenants/people/clusters', body);
      return made.json.cluster.id;
    }),
  );
  // From the end: the people at the beginning are the named ones.
  for (const { bytes } of (await fiftyPhotosOfFivePeople()).slice(-UNNAMED))
    await api.sendImage('people', bytes);
  const tenants: readonly Tenant[] = ['questions', 'people', 'empty'];
  const keys = await Promise.all(tenants.map(async (id) => [id, await mintKey(api, id)] as const));
  return {
    api,
    items,
    named,
    together,
    inGroup: group[0]!.id,
    keys: Object.fromEntries(keys) as Record<Tenant, string>,
  };
}

/** This runs in the page. */
const NAMES_ARE_SEEN = `getComputedStyle(document.querySelector('.popover') ?? document.body).opacity === '1'`;

/**
 * Types until the name is offered. What still loads moves the field, and its list closes when it moves; by touch the list waits for a
 * keyboard on the screen, which no test has.
 */
export async function typeName(page: Page, label: string, typed: string, name: string): Promise<void> {
  const field = page.getByRole('combobox', { name: label });
  await page.waitForLoadState('networkidle');
  await field.click();
  await field.pressSequentially(typed);
  await page.getByRole('option', { name }).waitFor();
  await expect.poll(() => page.evaluate<boolean>(NAMES_ARE_SEEN), { timeout: 10_000 }).toBe(true);
}
