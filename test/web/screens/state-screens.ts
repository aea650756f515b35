// The screens that nobody wants to see: nothing there, not yet there, refused, unreachable.
import type { Route } from 'playwright-core';
import type { Screen, Visit } from './visit.js';

const PAGES = ['queue', 'together', 'people', 'map', 'log', 'statistics'];
const ANSWERS = '**/v1/tenants/**';

const settled = ({ page }: Visit): Promise<void> => page.locator('.state, main h1').first().waitFor();

const empty = (path: string): Screen => ({
  name: `empty-${path}`,
  tenant: 'empty',
  show: async (visit) => {
    await visit.go(`/${path}`);
    await settled(visit);
    await visit.page.waitForLoadState('networkidle');
  },
});

/** A page whose answers do not come as they should. */
const disturbed = (name: string, path: string, answer: (route: Route) => unknown): Screen => ({
  name: `${name}-${path}`,
  tenant: 'people',
  show: async (visit) => {
    await visit.page.route(ANSWERS, answer);
    await visit.go(`/${path}`);
    await visit.page.locator('.state').first().waitFor();
  },
  leave: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
});

const never = (): Promise<void> => new Promise(() => undefined);
const fails = (route: Route): Promise<void> =>
  route.fulfill({
    status: 500,
    contentType: 'application/problem+json',
    json: {
      code: 'internal',
      status: 500,
      title: 'Something went wrong',
      detail: 'It is written in the log.',
    },
  });

export const stateScreens: readonly Screen[] = [
  ...PAGES.map(empty),
  ...PAGES.map((path) => disturbed('loading', path, never)),
  ...PAGES.map((path) => disturbed('failed', path, fails)),
  {
    name: 'person-unknown',
    tenant: 'people',
    show: async ({ page, go }) => {
      await go('/people/00000000-0000-4000-8000-000000000000');
      await page.locator('.state').waitFor();
    },
  },
  {
    name: 'no-such-page',
    tenant: 'people',
    show: async ({ page, go }) => {
      await go('/nothing');
      await page.locator('.state').waitFor();
    },
  },
  {
    name: 'offline',
    tenant: 'people',
    show: async ({ page, go }) => {
      await go('/people');
      await page.locator('.person img').first().waitFor();
      await page.context().setOffline(true);
      await page.getByRole('link', { name: 'History' }).click();
      await page.locator('.state').first().waitFor();
    },
    leave: ({ page }) => page.context().setOffline(false),
  },
];
