// The screens of who answers: the door, each kind of question, its dialogs, many together, and what the answers say.
import type { Page } from 'playwright-core';
import { REVIEW_KINDS } from '../../../src/domain/review/review-item.js';
import { type Screen, typeName, type Visit } from './visit.js';

const signIn = async (page: Page, key: string): Promise<void> => {
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
};

const door: readonly Screen[] = [
  { name: 'sign-in', tenant: null, show: ({ page, go }) => go('/').then(() => signedOut(page)) },
  {
    name: 'sign-in-refused',
    tenant: null,
    show: async ({ page, go }) => {
      await go('/');
      await signIn(page, 'kindred_wrong_key');
      await page.getByText('This key is unknown, expired or revoked.').waitFor();
    },
  },
  {
    name: 'choose-tenant',
    tenant: null,
    show: async ({ page, go, galleries }) => {
      await go('/');
      await signIn(page, galleries.api.token!);
      await page.getByRole('option', { name: /^questions/ }).waitFor();
    },
  },
];
const signedOut = (page: Page): Promise<void> => page.getByLabel('API key').waitFor();

const question = (kind: string): Screen => ({
  name: `question-${kind.replaceAll('_', '-')}`,
  tenant: 'questions',
  show: (visit) => openQuestion(visit, kind),
});

async function openQuestion({ page, go, galleries }: Visit, kind: string): Promise<void> {
  const { id } = galleries.items[kind]!;
  await go(`/queue/${id}`);
  await page.locator(`[data-item="${id}"][data-ready=true]`).waitFor();
}

/** What a button of the question opens. */
const opened = (name: string, button: string): Screen => ({
  name,
  tenant: 'questions',
  show: async (visit) => {
    await openQuestion(visit, 'new_cluster');
    await visit.page.getByRole('button', { name: button }).click();
    await visit.page.locator('.overlay, .popover').first().waitFor();
  },
});

export const queueScreens: readonly Screen[] = [
  ...door,
  ...REVIEW_KINDS.map(question),
  {
    name: 'question-name-typed',
    tenant: 'questions',
    // While the names are open React Aria hides the rest from screen readers; the focus does not get there, because Tab closes the names.
    admits: 'aria-hidden-focus',
    show: async (visit) => {
      await openQuestion(visit, 'new_cluster');
      await typeName(visit.page, 'Name', 'Ge', 'Gerda');
    },
  },
  opened('question-put-off', 'Put off'),
  opened('question-note', 'Note'),
  opened('question-keys', 'Keys'),
  opened('question-filter', 'All questions'),
  {
    name: 'question-gone',
    tenant: 'questions',
    show: async ({ page, go }) => {
      await go('/queue/00000000-0000-4000-8000-000000000000');
      await page.locator('.state').waitFor();
    },
  },
  {
    name: 'together',
    tenant: 'people',
    show: async ({ page, go }) => {
      await go('/together');
      await page.locator('.person').nth(2).waitFor();
    },
  },
  {
    name: 'together-selected',
    tenant: 'people',
    show: async ({ page }) => {
      await page.locator('.person').nth(0).click();
      await page.locator('.person').nth(1).click();
      await page.getByRole('status').filter({ hasText: '2 new people selected' }).waitFor();
    },
  },
  {
    name: 'together-who',
    tenant: 'people',
    show: async ({ page }) => {
      await page.getByRole('button', { name: 'All one person…', exact: true }).click();
      await typeName(page, 'Name', 'Be', 'Ben Short');
    },
  },
  {
    name: 'statistics',
    tenant: 'questions',
    show: async ({ page, go }) => {
      await go('/statistics');
      await page.locator('table').first().waitFor();
    },
  },
];
