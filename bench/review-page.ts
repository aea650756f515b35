// npm run bench:review: how soon the next question is shown when one is answered by keyboard. A hundred answers in headless Chromium, on
// a generated queue of hundreds of questions with real pictures, durable PostgreSQL.
import type { Page } from 'playwright-core';
import { copyGallery, type Place } from './copied-gallery.js';
import { questionsOf } from './copied-questions.js';
import { ADMIN_TOKEN } from './contenders/kindred-service.js';
import { signIn, withReviewPage } from './headless-page.js';
import { quantile } from './statistics.js';

const SIZE = { images: 800, faces: 1600, clusters: 800 };
const ANSWERS = 100;
/** What a reviewer takes to look at a question, ms. With 0 the page is behind from some question on: it is told as well. */
const LOOKS_MS = [1000, 0];
/** The answer that most questions get, by kind. */
const KEYS: Readonly<Record<string, string>> = {
  new_cluster: 'Enter',
  uncertain_assignment: 'a',
  merge_suggestion: 'a',
};

/**
 * Runs in the page. Resolves with the time from the next key to the frame in which another question is painted, with every picture of
 * it that is in the window decoded, ms.
 */
const NEXT_IS_PAINTED = `(() => {
  const idNow = () => document.querySelector('[data-item][data-ready=true]')?.dataset.item;
  const before = idNow();
  const inWindow = (frame) => {
    const { top, bottom } = frame.getBoundingClientRect();
    return top < innerHeight && bottom > 0;
  };
  const decoded = async () => {
    if (document.querySelector('.evidence .photo-waiting')) return false;
    const frames = [...document.querySelectorAll('.evidence .crop, .evidence span.photo')].filter(inWindow);
    const pictures = frames.map((frame) => frame.querySelector('img'));
    if (frames.length === 0 || !pictures.every((one) => one?.src && one.complete && one.naturalWidth > 0)) return false;
    await Promise.all(pictures.map((one) => one.decode().catch(() => undefined)));
    return true;
  };
  const frame = () => new Promise(requestAnimationFrame);
  window.nextIsPainted = new Promise((done) => {
    addEventListener('keydown', async ({ timeStamp }) => {
      let shown = null;
      for (;;) {
        await frame();
        const id = idNow();
        if (!id || id === before) continue;
        shown ??= performance.now() - timeStamp;
        if (!(await decoded())) continue;
        // The frame after this one has it on the screen.
        await frame();
        return done({ painted: performance.now() - timeStamp, shown });
      }
    }, { once: true, capture: true });
  });
})()`;

interface Times {
  /** Until the question is in the document, ms. */
  readonly shown: number;
  /** Until it is painted with its pictures, ms. */
  readonly painted: number;
}

async function answer(page: Page): Promise<Times> {
  await page.evaluate(NEXT_IS_PAINTED);
  const kind = await page.locator('[data-kind]').getAttribute('data-kind');
  await page.keyboard.press(KEYS[kind!]!);
  return page.evaluate<Times>('window.nextIsPainted');
}

async function resolvedToday({ url, tenant }: Place): Promise<number> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const answered = await fetch(`${url}/v1/tenants/${tenant}/review-pending/stats`, { headers });
  return ((await answered.json()) as { resolved_today: number }).resolved_today;
}

/** Throws when an answer was not taken. */
async function allTaken(place: Place, wanted: number): Promise<void> {
  for (const end = Date.now() + 60_000; (await resolvedToday(place)) < wanted;) {
    if (Date.now() > end) throw new Error(`${await resolvedToday(place)} answers of ${wanted} were taken`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const told = (values: readonly number[]): string =>
  [0.5, 0.95, 1].map((share) => Math.round(quantile(values, share))).join(' / ');

await withReviewPage('queue', async (page, place) => {
  await copyGallery(place, SIZE, await questionsOf());
  await signIn(page, place, '/queue', '[data-item]');
  let taken = 0;
  for (const look of LOOKS_MS) {
    await page.waitForTimeout(3000);
    const times: Times[] = [];
    for (let i = 0; i < ANSWERS; i++) {
      await page.waitForTimeout(look);
      times.push(await answer(page));
    }
    taken += ANSWERS;
    await allTaken(place, taken);
    console.log(
      `${ANSWERS} answers by keyboard, ${look} ms to look at each; median / 95th percentile / most, ms`,
    );
    console.log(`  next question in the page: ${told(times.map(({ shown }) => shown))}`);
    console.log(`  painted, pictures decoded: ${told(times.map(({ painted }) => painted))}`);
  }
});
