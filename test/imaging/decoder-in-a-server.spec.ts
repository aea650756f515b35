// What a busy server needs of the decoder: many at once, buffers that travel, an event loop that stays free, an end.
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, expect, it } from 'vitest';
import { ImageDecoder } from '../../src/imaging/image-decoder.js';
import { mainThreadShare } from '../harness/main-thread-share.js';
import { samplePhotos, sharedData } from '../harness/shared-data.js';
import { errorOf, largePhoto, LIMITS, meanDifference, onDisk } from './pictures.js';

const decoder = new ImageDecoder(LIMITS);
afterAll(() => decoder.close());

it('a raster can be transferred to a thread: its buffer is its own and is exactly the pixels', async () => {
  const path = samplePhotos[0]!;
  const { raster } = await decoder.decode(path, await decoder.inspect(path), { longSideMax: 640 });
  const copy = { ...raster, data: raster.data.slice() };
  expect(raster.data.byteOffset).toBe(0);
  expect(raster.data.buffer.byteLength).toBe(raster.width * raster.height * 3);
  const { port1, port2 } = new MessageChannel();
  const received = new Promise<typeof raster>((resolve) => port2.once('message', resolve));
  port1.postMessage(raster, [raster.data.buffer as ArrayBuffer]);
  expect(raster.data.byteLength).toBe(0);
  expect(meanDifference(await received, copy)).toBe(0);
  port1.close();
});

it('20 photos at once give what they give one by one', async () => {
  const paths = Array.from({ length: 20 }, (_, i) => samplePhotos[i % samplePhotos.length]!);
  const decode = async (path: string) =>
    (await decoder.decode(path, await decoder.inspect(path), { longSideMax: 640 })).raster;
  const together = await Promise.all(paths.map(decode));
  for (const [i, path] of samplePhotos.entries()) {
    const alone = await decode(path);
    for (let k = i; k < paths.length; k += samplePhotos.length)
      expect(meanDifference(together[k]!, alone)).toBe(0);
  }
});

it('decoding 12-megapixel photos leaves the event loop free', async () => {
  const path = await onDisk(await largePhoto(6));
  const header = await decoder.inspect(path);
  const share = await mainThreadShare(() =>
    Promise.all(
      Array.from({ length: 6 }, async () => {
        const { raster } = await decoder.decode(path, header, { longSideMax: 640 });
        await decoder.perceptualHash(raster);
      }),
    ),
  );
  // Nearly all of it, if the decoding were done here.
  expect(share ?? 0).toBeLessThan(0.25);
});

it.skipIf(!sharedData)('8 HEIC photos at once are all read, and the event loop stays free', async () => {
  const path = join(sharedData?.photos ?? '', 'odd_derived/faces.heic');
  const header = await decoder.inspect(path);
  let decoded: Awaited<ReturnType<typeof decoder.decode>>[] = [];
  const share = await mainThreadShare(async () => {
    decoded = await Promise.all(
      Array.from({ length: 8 }, () => decoder.decode(path, header, { longSideMax: 640 })),
    );
  });
  for (const { raster } of decoded) expect(meanDifference(raster, decoded[0]!.raster)).toBe(0);
  expect(share ?? 0).toBeLessThan(0.25);
});

it('closing waits for what is under way and refuses what comes after', async () => {
  const closing = new ImageDecoder(LIMITS);
  const path = samplePhotos[0]!;
  const header = await closing.inspect(path);
  let finished = false;
  const running = closing.decode(path, header).then(() => (finished = true));
  await closing.close();
  expect(finished).toBe(true);
  await running;
  expect(await errorOf(closing.decode(path, header))).toMatchObject({
    code: 'service.stopping',
    retryable: true,
  });
});
