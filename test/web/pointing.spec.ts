// Faces that are pointed at, on the map and on a person's page, by mouse, fingers and keyboard: circled, pinched, dragged, in real
// Chromium, every effect checked through the API.
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, FaceJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { startBrowser } from '../harness/browser.js';
import { mintKey, openReviewPage, PHONE, type ReviewerPage, seriousFaults } from '../harness/review-page.js';
import { samplePhotos } from '../harness/shared-data.js';
import { NAMES, type NamedPeople, threePeople } from './named-people.js';

interface MapPoint {
  readonly face_id: string;
  readonly x: number;
  readonly y: number;
}
interface Pixel {
  readonly x: number;
  readonly y: number;
}

const WAIT = { timeout: 30_000 };
/** Room around the whole map, px; as the page has it. */
const MARGIN = 24;
const at = (path: string): string => `/v1/tenants/t/${path}`;

describe('faces that are pointed at', () => {
  let app: TestApp;
  let browser: Browser;
  let api: Api;
  let desk: ReviewerPage;
  let phone: ReviewerPage;
  let page: Page;
  let named: NamedPeople;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), startBrowser()]);
    api = app.admin;
    await api.post('/v1/tenants', { id: 't' });
    named = await threePeople(api, 't');
    for (const photo of samplePhotos.slice(0, 2)) await api.sendImage('t', photo);
    const reviewer = api.as(await mintKey(api, 't'));
    desk = await openReviewPage(browser, reviewer, '/map');
    page = desk.page;
    phone = await openReviewPage(browser, reviewer, '/map', PHONE);
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  const homeOf = async ({ id }: { id: string }): Promise<string | null> =>
    (await api.get<FaceJson>(at(`faces/${id}`))).json.cluster_id;
  const said = (message: string) => page.getByRole('alertdialog').filter({ hasText: message }).first();
  const canvasOf = (shown: Page) => shown.getByRole('application');
  const listed = (shown: Page) =>
    shown.getByRole('grid', { name: 'Faces in view, doubtful first' }).locator('.face');
  const selectedOn = async (shown: Page): Promise<string[]> => {
    const chosen = await shown.locator('.map-list .face[data-selected] [data-face]').all();
    const ids = await Promise.all(chosen.map((one) => one.getAttribute('data-face')));
    return ids.map((id) => id ?? '').sort();
  };
  /** Takes back what was done last, and waits until these faces are where they were. */
  const undo = async (ids: readonly string[], homes: readonly (string | null)[]): Promise<void> => {
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect.poll(() => Promise.all(ids.map((id) => homeOf({ id }))), WAIT).toEqual(homes);
  };

  /** Where the faces are on the whole map, px of the page. */
  async function places(shown: Page): Promise<Map<string, Pixel>> {
    await listed(shown).first().waitFor();
    const { json } = await api.get<{ points: MapPoint[] }>(at('gallery-map'));
    const { x, y, width, height } = (await canvasOf(shown).boundingBox())!;
    const scale = Math.min(width, height) - 2 * MARGIN;
    return new Map(
      json.points.map((point) => [
        point.face_id,
        { x: x + (width - scale) / 2 + point.x * scale, y: y + (height - scale) / 2 + point.y * scale },
      ]),
    );
  }

  /**
   * A circle around a face and at least one near it that leaves the others out, with room to spare, as far as the map goes; and who is
   * in it.
   */
  async function circleAround(shown: Page, faceId: string): Promise<{ ring: Pixel[]; inside: string[] }> {
    const all = await places(shown);
    const map = (await canvasOf(shown).boundingBox())!;
    const within = (value: number, from: number, size: number): number =>
      Math.min(Math.max(value, from + 1), from + size - 1);
    const middle = all.get(faceId)!;
    const far = [...all]
      .map(([id, { x, y }]) => ({ id, distance: Math.hypot(x - middle.x, y - middle.y) }))
      .sort((a, b) => a.distance - b.distance);
    const half = far.slice(0, Math.ceil(far.length / 2));
    const gaps = half.map(({ distance }, i) => (i === 0 ? 0 : far[i + 1]!.distance - distance));
    const last = gaps.indexOf(Math.max(...gaps));
    const radius = half[last]!.distance + gaps[last]! / 2;
    const circle = Array.from({ length: 36 }, (_, i) => ({
      x: within(middle.x + radius * Math.cos((i * Math.PI) / 18), map.x, map.width),
      y: within(middle.y + radius * Math.sin((i * Math.PI) / 18), map.y, map.height),
    }));
    // It begins where the map is, and not a button over it.
    const isMap = await shown.evaluate<boolean[]>(
      `${JSON.stringify(circle)}.map(({ x, y }) => document.elementFromPoint(x, y)?.getAttribute('role') === 'application')`,
    );
    const begin = isMap.indexOf(true);
    expect(begin).toBeGreaterThanOrEqual(0);
    return {
      ring: [...circle.slice(begin), ...circle.slice(0, begin + 1)],
      inside: far
        .slice(0, last + 1)
        .map(({ id }) => id)
        .sort(),
    };
  }

  async function drag(ring: readonly Pixel[]): Promise<void> {
    await page.mouse.move(ring[0]!.x, ring[0]!.y);
    await page.mouse.down();
    for (const { x, y } of ring.slice(1)) await page.mouse.move(x, y);
    await page.mouse.up();
  }

  type Fingers = readonly Pixel[];
  async function touch(cdp: CDPSession, ...ways: readonly Fingers[]): Promise<void> {
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', fingers: Fingers) =>
      cdp.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: fingers.map(({ x, y }, id) => ({ x: Math.round(x), y: Math.round(y), id })),
      });
    await send('touchStart', ways[0]!);
    for (const fingers of ways.slice(1)) await send('touchMove', fingers);
    await send('touchEnd', []);
  }

  it('shows whose face is under the pointer, and finds nothing serious in light and dark', async () => {
    const [face] = named.faces[0]!;
    const { x, y } = (await places(page)).get(face!.id)!;
    await page.mouse.move(x, y);
    await page.locator(`.map-hover [data-face="${face!.id}"] img`).waitFor();
    await page.locator('.map-hover').filter({ hasText: NAMES[0]! }).waitFor();
    await page.mouse.click(x, y);
    await page.getByText('1 face selected').first().waitFor();
    for (const theme of ['Dark colours', 'Light colours']) {
      expect(await seriousFaults(page), theme).toEqual([]);
      await page.getByRole('button', { name: theme }).click();
    }
  });

  it('selects the faces that a mouse draws around, and those only; they become a new person, and that is undone', async () => {
    const { ring, inside } = await circleAround(page, named.faces[1]![0]!.id);
    const before = await Promise.all(inside.map((id) => homeOf({ id })));
    await page.getByRole('button', { name: 'Draw around faces' }).click();
    await drag(ring);
    await page.getByText(`${inside.length} faces selected`).first().waitFor();
    expect(await selectedOn(page)).toEqual(inside);
    await page.getByRole('button', { name: 'Move to…' }).click();
    await page.getByRole('combobox', { name: 'Name' }).fill('Somebody Circled');
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await said('moved to Somebody Circled').waitFor();
    const after = await Promise.all(inside.map((id) => homeOf({ id })));
    expect(new Set(after).size).toBe(1);
    expect(before).not.toContain(after[0]);
    await undo(inside, before);
    await page.getByRole('button', { name: 'Draw around faces' }).click();
  });

  it('makes one new person of faces of two people, and that is undone', async () => {
    const chosen = [named.faces[0]![0]!, named.faces[1]![0]!];
    const before = await Promise.all(chosen.map(homeOf));
    expect(new Set(before).size).toBe(2);
    await page.keyboard.press('Escape');
    for (const { id } of chosen) await page.locator(`.map-list .face:has([data-face="${id}"])`).click();
    await page.getByText('2 faces selected').first().waitFor();
    await page.getByText('of 2 people').first().waitFor();
    await page.getByRole('button', { name: 'New person', exact: true }).click();
    await said('2 faces moved to a new person').waitFor();
    const [home, other] = await Promise.all(chosen.map(homeOf));
    expect(home).toBe(other);
    expect(before).not.toContain(home);
    await undo(
      chosen.map(({ id }) => id),
      before,
    );
  });

  it('is zoomed by the wheel, dragged by the mouse, and does both by keyboard, which selects what is in view', async () => {
    const all = (await places(page)).size;
    const canvas = canvasOf(page);
    const { x, y, width, height } = (await canvas.boundingBox())!;
    await page.mouse.move(x + width / 2, y + 2);
    for (let i = 0; i < 12; i++) await page.mouse.wheel(0, -400);
    await expect.poll(() => listed(page).count(), WAIT).toBeLessThan(all);
    await canvas.focus();
    await page.keyboard.press('0');
    await expect.poll(() => listed(page).count(), WAIT).toBe(all);
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2 + 20, y + height / 2, { steps: 4 });
    await page.mouse.move(x + 3 * width, y + height / 2, { steps: 8 });
    await page.mouse.up();
    await expect.poll(() => listed(page).count(), WAIT).toBeLessThan(all);
    await page.keyboard.press('0');
    await expect.poll(() => listed(page).count(), WAIT).toBe(all);
    for (let i = 0; i < 4; i++) await page.keyboard.press('+');
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowRight');
    await expect.poll(() => listed(page).count(), WAIT).toBeLessThan(all);
    const inView = await listed(page).count();
    await page.keyboard.press('a');
    await page
      .getByText(inView === 1 ? '1 face selected' : `${inView} faces selected`)
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.face-actions').count(), WAIT).toBe(0);
  });

  it('is pinched by two fingers, also while one finger draws; a tap shows a face', async () => {
    const { page: screen, context } = phone;
    const all = await places(screen);
    const cdp = await context.newCDPSession(screen);
    const box = (await canvasOf(screen).boundingBox())!;
    const middle = { x: box.x + box.width / 2, y: box.y + 24 };
    const fingers = (apart: number): Fingers => [
      { x: middle.x - apart, y: middle.y },
      { x: middle.x + apart, y: middle.y },
    ];
    const pinch = (): Promise<void> => touch(cdp, fingers(12), fingers(60), fingers(120), fingers(160));
    const showAll = async (): Promise<void> => {
      await screen.getByRole('button', { name: 'Show all' }).tap();
      await expect.poll(() => listed(screen).count(), WAIT).toBe(all.size);
    };
    await pinch();
    await expect.poll(() => listed(screen).count(), WAIT).toBeLessThan(all.size);
    await showAll();

    const { x, y } = all.get(named.faces[2]![0]!.id)!;
    await touch(cdp, [{ x, y }]);
    await screen.locator('.map-hover img').waitFor();
    await screen.getByText('1 face selected').first().waitFor();

    await screen.getByRole('button', { name: 'Draw around faces' }).tap();
    const { ring, inside } = await circleAround(screen, named.faces[0]![0]!.id);
    await touch(cdp, ...ring.map((finger) => [finger]));
    await screen.getByText(`${inside.length} faces selected`).first().waitFor();
    expect(await selectedOn(screen)).toEqual(inside);
    expect(await seriousFaults(screen)).toEqual([]);
    await pinch();
    await expect.poll(() => listed(screen).count(), WAIT).toBeLessThan(all.size);
    // The second finger ended the drawing: what was selected stays so.
    await screen.getByText(`${inside.length} faces selected`).first().waitFor();
    await showAll();
  });

  const face = ({ id }: FaceJson) => page.locator(`.faces .face:has([data-face="${id}"])`);
  const target = (name: string) => page.locator('.targets').getByRole('row', { name });

  it('moves a face that is dragged onto another person, and moves it back', async () => {
    const [first] = named.faces[0]!;
    await page.goto(`${api.url}/review/people/${named.people[0]}`);
    await face(first!).dragTo(target(NAMES[1]!));
    await said(`1 face moved to ${NAMES[1]}`).waitFor();
    expect(await homeOf(first!)).toBe(named.people[1]);
    await undo([first!.id], [named.people[0]!]);
  });

  it('makes a new person of the selected faces that are dragged together', async () => {
    const [first, second] = named.faces[0]!;
    await face(first!).click();
    await face(second!).click();
    await page.getByText('2 faces selected').first().waitFor();
    for (const theme of ['Dark colours', 'Light colours']) {
      expect(await seriousFaults(page), theme).toEqual([]);
      await page.getByRole('button', { name: theme }).click();
    }
    await face(second!).dragTo(target('New person'));
    await said('2 faces split off').waitFor();
    const home = await homeOf(first!);
    expect(home).not.toBe(named.people[0]);
    expect(await homeOf(second!)).toBe(home);
    await undo([first!.id, second!.id], [named.people[0]!, named.people[0]!]);
  });

  it('moves the selected faces to whom the keyboard chooses', async () => {
    const [first, second] = named.faces[0]!;
    await face(first!).focus();
    await page.keyboard.press('Space');
    await page.getByText('1 face selected').first().waitFor();
    await target(NAMES[1]!).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => homeOf(first!), WAIT).toBe(named.people[1]);
    expect(await homeOf(second!)).toBe(named.people[0]);
  });

  it('complained about nothing', () => {
    expect([...desk.complaints, ...phone.complaints]).toEqual([]);
  });
});
