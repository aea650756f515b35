// npm run bench:people: how the people page opens and scrolls with 10,000 faces in 1,500 clusters. Real pictures, durable PostgreSQL.
import type { Page } from 'playwright-core';
import { copyGallery } from './copied-gallery.js';
import { signIn, withReviewPage } from './headless-page.js';

const SIZE = { images: 2500, faces: 10_000, clusters: 1500 };
/** These run in the page. */
const COVERS_ARE_DRAWN = `(() => {
  const covers = [...document.querySelectorAll('.person .crop:not(.crop-none)')].filter((cover) => {
    const { top, bottom } = cover.getBoundingClientRect();
    return top < innerHeight && bottom > document.querySelector('.cover-grid').getBoundingClientRect().top;
  });
  return covers.length > 12 && covers.every((cover) => cover.querySelector('img')?.complete);
})()`;
/** Ten seconds, 120 px a frame. */
const SCROLL = `new Promise((done) => {
  const grid = document.querySelector('.cover-grid');
  const frames = [];
  let stood = 0;
  const began = performance.now();
  const frame = () => {
    const second = Math.floor((performance.now() - began) / 1000);
    if (second >= 10) return done({ frames, stood });
    frames[second] = (frames[second] ?? 0) + 1;
    const top = grid.scrollTop;
    grid.scrollTop += 120;
    if (grid.scrollTop === top) stood++;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})`;

/** Frames that were drawn each second while the grid was scrolled, as the page counted them, and how many of them showed its end. */
const scroll = (page: Page): Promise<{ readonly frames: number[]; readonly stood: number }> =>
  page.evaluate(SCROLL);

await withReviewPage('gallery', async (page, place) => {
  await copyGallery(place, SIZE);
  const began = await signIn(page, place, '/people', '.cover-grid');
  await page.waitForFunction(COVERS_ARE_DRAWN);
  console.log(`people page, first screen of covers drawn: ${Math.round(performance.now() - began)} ms`);
  const { frames, stood } = await scroll(page);
  console.log(
    `frames in each second of scrolling: ${frames.join(' ')}; ${stood} of them at the end of the list`,
  );
  const stopped = performance.now();
  await page.waitForFunction(COVERS_ARE_DRAWN);
  console.log(`covers drawn where it stopped: ${Math.round(performance.now() - stopped)} ms`);
});
