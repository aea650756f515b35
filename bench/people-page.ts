// npm run bench:people: how the people page opens and scrolls with 10,000 faces in 1,500 clusters. Real pictures, durable PostgreSQL.
import type { Page } from 'playwright-core';
import { copyGallery } from './copied-gallery.js';
import { signIn, withReviewPage } from './headless-page.js';

const SIZE = { images: 2500, faces: 10_000, clusters: 1500 };
/** These run in the page. */
const COVERS_ARE_DRAWN = `(() => {
  const covers = [...document.querySelectorAll('.person .crop')].filter(
    (cover) => cover.getBoundingClientRect().top < innerHeight,
  );
  return covers.length > 12 && covers.every((cover) => cover.querySelector('img')?.complete);
})()`;
/** Ten seconds, 120 px a frame. */
const SCROLL = `new Promise((done) => {
  const grid = document.querySelector('.cover-grid');
  const frames = [];
  const began = performance.now();
  const frame = () => {
    const second = Math.floor((performance.now() - began) / 1000);
    if (second >= 10) return done(frames);
    frames[second] = (frames[second] ?? 0) + 1;
    grid.scrollTop += 120;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})`;

/** Frames that were drawn each second while the grid was scrolled, as the page counted them. */
const scroll = (page: Page): Promise<number[]> => page.evaluate(SCROLL);

await withReviewPage('gallery', async (page, place) => {
  await copyGallery(place, SIZE);
  const began = await signIn(page, place, '/people', '.cover-grid');
  await page.waitForFunction(COVERS_ARE_DRAWN);
  console.log(`people page, first screen of covers drawn: ${Math.round(performance.now() - began)} ms`);
  console.log(`frames in each second of scrolling: ${(await scroll(page)).join(' ')}`);
  const stopped = performance.now();
  await page.waitForFunction(COVERS_ARE_DRAWN);
  console.log(`covers drawn where it stopped: ${Math.round(performance.now() - stopped)} ms`);
});
