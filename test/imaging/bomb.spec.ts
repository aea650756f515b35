// A picture that would fill the memory when decoded is refused while it is still small. In a process of its own, whose
// memory has never been used for anything larger.
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ImageDecoder } from '../../src/imaging/image-decoder.js';
import { sharedData } from '../harness/shared-data.js';
import { errorOf, LIMITS, onDisk, photo } from './pictures.js';

const decoder = new ImageDecoder(LIMITS);
afterAll(() => decoder.close());

/** Most that this process has ever held, bytes. */
const peakMemory = (): number => process.resourceUsage().maxRSS * 1024;

it.skipIf(!sharedData)(
  'a 900-megapixel bomb is refused 20 times in parallel in less than 30 MB',
  async () => {
    // The first picture loads sharp and its codecs, which is not what is measured.
    await decoder.inspect(await onDisk(await photo().png().toBuffer()));
    const before = peakMemory();
    for (const name of ['bomb_30000x30000.png', 'large_12000x12000.png']) {
      const path = join(sharedData?.photos ?? '', 'odd_derived', name);
      const errors = await Promise.all(Array.from({ length: 20 }, () => errorOf(decoder.inspect(path))));
      for (const error of errors) expect(error).toMatchObject({ code: 'image.too_large' });
    }
    expect(peakMemory() - before).toBeLessThan(30e6);
  },
);
