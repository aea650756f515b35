// Pictures that were damaged at random places: read, or refused with a code; never a 5xx, never a crash.
// KINDRED_FUZZ_PICTURES=2000 KINDRED_FUZZ_SEED=7 npx vitest run test/fuzz: more of them, and others.
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom, type SeededRandom } from '../../src/domain/evaluation/seeded-random.js';
import { startApp, type TestApp } from '../harness/app.js';
import { samplePhotos } from '../harness/shared-data.js';
import { countFrom, expectHarmless, inParallel } from './answers.js';

const PICTURES = countFrom('KINDRED_FUZZ_PICTURES', 100);
const SEED = countFrom('KINDRED_FUZZ_SEED', 1);

describe('damaged pictures', () => {
  let app: TestApp;
  const whole: Buffer[] = [];
  beforeAll(async () => {
    app = await startApp();
    expect((await app.admin.post('/v1/tenants', { id: 'fuzz' })).status).toBe(201);
    const small = () => sharp(samplePhotos[0]).resize(160, 120, { fit: 'fill' });
    whole.push(
      await small()
        .jpeg()
        .withExif({ IFD0: { ImageDescription: 'x' } })
        .toBuffer(),
      await small().jpeg({ progressive: true }).toBuffer(),
      await small().png().toBuffer(),
      await small().webp().toBuffer(),
      await small().gif().toBuffer(),
      await small().tiff().toBuffer(),
      await small().avif({ effort: 0 }).toBuffer(),
    );
  });
  afterAll(() => app.close());

  it(
    `${PICTURES} of them are answered with a code below 500 that tells nothing`,
    { timeout: 3_600_000 },
    async () => {
      const random = seededRandom(SEED);
      const damaged = Array.from({ length: PICTURES }, (_, n) => damage(whole[n % whole.length]!, random));
      const statuses = new Map<number, number>();
      const before = process.memoryUsage().rss;
      await inParallel(PICTURES, 4, async (n) => {
        const { status, headers, text } = await app.admin.sendImage('fuzz', damaged[n]!);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        expectHarmless(status, headers.get('content-type') ?? '', text, `picture ${n} of seed ${SEED}`);
      });
      if (PICTURES > 1000) {
        const grown = process.memoryUsage().rss - before;
        console.log(
          `${PICTURES} pictures: ${JSON.stringify([...statuses])}, memory grew by ${grown >> 20} MiB`,
        );
      }
      expect(statuses.get(422), JSON.stringify([...statuses])).toBeGreaterThan(0);
      expect((await app.admin.get('/health/ready')).status).toBe(200);
    },
  );
});

/** The picture with flipped bytes, a hole, a cut, a repetition, or a field of the head set to an extreme. */
function damage(picture: Buffer, random: SeededRandom): Buffer {
  const bytes = Buffer.from(picture);
  const place = (): number => random.below(bytes.length);
  switch (random.below(5)) {
    case 0:
      for (let i = 1 + random.below(20); i > 0; i--) bytes[place()] = random.below(256);
      return bytes;
    case 1:
      return bytes.subarray(0, place());
    case 2: {
      const [from, to] = [place(), place()].sort((a, b) => a - b) as [number, number];
      return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
    }
    case 3: {
      const from = place();
      return Buffer.concat([bytes, bytes.subarray(from, from + 1000)]);
    }
    default: {
      const at = random.below(Math.min(64, bytes.length - 4));
      bytes.writeUInt32BE([0, 1, 0x7fffffff, 0xffffffff][random.below(4)]!, at);
      return bytes;
    }
  }
}
