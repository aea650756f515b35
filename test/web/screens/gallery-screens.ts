// The screens of who looks around: people, a person, a face and its reasons, the map, the history.
import { expect } from 'vitest';
import { NAMES } from '../named-people.js';
import { type Screen, TOGETHER, typeName, type Visit } from './visit.js';

/** Room around the whole map, px; as the page has it. */
const MARGIN = 24;

const ada = ({ galleries }: Visit): string => `/people/${galleries.named.people[0]}`;

/** A screen of the tenant with people. */
const screen = (name: string, show: Screen['show'], leave?: Screen['leave']): Screen => ({
  name,
  tenant: 'people',
  show,
  ...(leave && { leave }),
});

const faces = ({ page }: Visit) => page.locator('.faces .face');

async function openAda(visit: Visit): Promise<void> {
  await visit.go(ada(visit));
  await faces(visit).first().waitFor();
}

const tab = (name: string, title: string, shown: string): Screen =>
  screen(name, async (visit) => {
    await openAda(visit);
    await visit.page.getByRole('tab', { name: title }).click();
    await visit.page.locator(shown).first().waitFor();
  });

/** What a button of a person opens. */
const opened = (name: string, button: string): Screen =>
  screen(name, async (visit) => {
    await openAda(visit);
    await faces(visit).first().click();
    await visit.page.getByRole('button', { name: button }).click();
    await visit.page.locator('.overlay, .popover').first().waitFor();
  });

const people: readonly Screen[] = [
  screen('people', async ({ page, go }) => {
    await go('/people');
    await page.getByRole('row', { name: NAMES[0]! }).waitFor();
  }),
  screen('people-choice', async ({ page }) => {
    await page.getByRole('button', { name: /Show/ }).click();
    await page.getByRole('option', { name: 'Hidden' }).waitFor();
  }),
  screen('people-hidden', async ({ page, galleries, go }) => {
    const path = `/v1/tenants/people/clusters/${galleries.named.people[2]}`;
    await galleries.api.call('PATCH', path, { state: 'ignored' });
    await go('/people');
    await page.getByRole('button', { name: /Show/ }).click();
    await page.getByRole('option', { name: 'Hidden' }).click();
    await page.getByRole('row', { name: NAMES[2]! }).waitFor();
  }),
  screen(
    'person-hidden',
    async ({ page, galleries, go }) => {
      const path = `/v1/tenants/people/clusters/${galleries.named.people[2]}`;
      await galleries.api.call('PATCH', path, { state: 'ignored' });
      await go(`/people/${galleries.named.people[2]}`);
      await page.getByRole('button', { name: 'Show again' }).waitFor();
    },
    async ({ galleries }) => {
      const path = `/v1/tenants/people/clusters/${galleries.named.people[2]}`;
      await galleries.api.call('PATCH', path, { state: 'confirmed' });
    },
  ),
  screen('people-none-found', async ({ page, go }) => {
    await go('/people');
    await page.getByLabel('Search by name').fill('nobody has this name');
    await page.getByRole('heading', { name: 'Nobody fits' }).waitFor();
  }),
];

const person: readonly Screen[] = [
  screen('person', openAda),
  screen('person-selected', async (visit) => {
    await openAda(visit);
    await faces(visit).nth(0).click();
    await faces(visit).nth(1).click();
    await visit.page.locator('.face-actions').getByText('2 faces selected').first().waitFor();
  }),
  opened('person-move', 'Move to…'),
  screen('person-rename', async (visit) => {
    await openAda(visit);
    await visit.page.getByRole('button', { name: 'Rename' }).click();
    await visit.page.getByRole('combobox', { name: 'Name' }).waitFor();
  }),
  tab('person-photos', 'Photos', '.photo img'),
  screen('person-photos-with', async ({ page, galleries, go }) => {
    await go(`/people/${galleries.together[0]}`);
    await page.getByRole('tab', { name: 'Photos' }).click();
    await typeName(page, 'Together with', 'em', TOGETHER[1]);
    await page.getByRole('option', { name: TOGETHER[1] }).click();
    // One photo, both marked.
    await expect.poll(() => page.locator('.photos li').count()).toBe(1);
    await expect.poll(() => page.locator('.photos .mark').count()).toBe(2);
  }),
  tab('person-similar', 'Same person?', '[role=tabpanel] li, [role=tabpanel] .state'),
  tab('person-history', 'History', '[role=tabpanel] li'),
];

const face: readonly Screen[] = [
  screen('face', async ({ page, go, galleries }) => {
    await go(`/faces/${galleries.named.faces[0]![1]!.id}`);
    await page.locator('.face-side').waitFor();
  }),
  screen('face-in-a-group', async ({ page, go, galleries }) => {
    await go(`/faces/${galleries.inGroup}`);
    await page.locator('.face-side').waitFor();
  }),
];

const notAFace = screen('face-not-a-face', async ({ page, go, galleries }) => {
  await go(`/faces/${galleries.named.faces[0]![1]!.id}`);
  await page.getByRole('button', { name: 'Not a face' }).click();
  await page.locator('.overlay').first().waitFor();
});

const map: readonly Screen[] = [
  screen('map', async ({ page, go }) => {
    await go('/map');
    await page.locator('.map-list .face').first().waitFor();
  }),
  screen('map-selected', async ({ page }) => {
    await page.getByRole('application').focus();
    await page.keyboard.press('a');
    await page
      .getByText(/faces selected/)
      .first()
      .waitFor();
  }),
  screen('map-hover', async (visit) => {
    await visit.go('/map');
    await visit.page.locator('.map-list .face').first().waitFor();
    const { json } = await visit.galleries.api.get<{ points: { x: number; y: number }[] }>(
      '/v1/tenants/people/gallery-map',
    );
    const box = (await visit.page.getByRole('application').boundingBox())!;
    const scale = Math.min(box.width, box.height) - 2 * MARGIN;
    const { x, y } = json.points[0]!;
    await visit.page.mouse.move(
      box.x + (box.width - scale) / 2 + x * scale,
      box.y + (box.height - scale) / 2 + y * scale,
    );
    await visit.page.locator('.map-hover img').waitFor();
  }),
];

export const galleryScreens: readonly Screen[] = [
  ...people,
  ...person,
  ...face,
  notAFace,
  ...map,
  screen('history', async ({ page, go }) => {
    await go('/log');
    await page.getByRole('list', { name: 'Changes, newest first' }).waitFor();
  }),
];
