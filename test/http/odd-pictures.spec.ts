// Every odd file over HTTP: the right answer, never a 5xx, never a crash, and memory that stays bounded.
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boxArea, intersectionOverUnion, type Box } from '../../src/domain/geometry/box.js';
import { Api, type FaceJson, type ImageJson } from '../harness/api.js';
import { ADMIN_TOKEN, KindredProcess } from '../harness/kindred-process.js';
import { sharedData } from '../harness/shared-data.js';
import { testModels, type TestModels } from '../harness/test-models.js';

/**
 * Kindred may grow by so much while it reads every odd file and refuses the bombs, bytes. The larger bomb unpacks to 2.7 GB;
 * an honest 12-megapixel HEIC, which is decoded whole, needs about 150 MB.
 */
const GROWTH_MAX_BYTES = 600 * 1024 * 1024;

interface Stored {
  readonly size: string;
  /** Faces, least and most: what is derived from the group photo shows its four people, and a detector may see a fifth. */
  readonly faces: readonly [number, number];
  readonly notes?: readonly string[];
}
interface Refused {
  readonly status: number;
  readonly code: string;
}

const group = (size: string, ...notes: string[]): Stored => ({ size, faces: [4, 5], notes });
const empty = (size: string, ...notes: string[]): Stored => ({ size, faces: [0, 0], notes });
const unreadable: Refused = { status: 422, code: 'image.unreadable' };
const tooLarge: Refused = { status: 413, code: 'image.too_large' };

const EXPECTED: Readonly<Record<string, Stored | Refused>> = {
  'odd/immich_IMG_2682.heic': empty('4032x3024'),
  'odd/immich_portrait-orientation-6.jpg': { size: '840x700', faces: [2, 2] },
  'odd/immich_portrait.jpg': { size: '840x700', faces: [2, 2] },
  'odd/sharp_16-bit-grey-alpha.png': empty('109x96'),
  'odd/sharp_Channel_digital_image_CMYK_color_no_profile.jpg': { size: '500x333', faces: [1, 2] },
  'odd/sharp_big-height.webp': empty('13x169', 'animated_first_frame'),
  'odd/sharp_corrupt-header.jpg': unreadable,
  'odd/sharp_rotating-squares.gif': empty('80x80', 'animated_first_frame'),
  'odd/sharp_rotating-squares.webp': empty('80x80', 'animated_first_frame'),
  'odd/sharp_tbgn2c16.png': empty('32x32'),
  'odd/sharp_truncated.jpg': unreadable,
  'odd/sharp_truncated.png': unreadable,
  'odd_derived/1x1.jpg': empty('1x1'),
  'odd_derived/6000x12.jpg': empty('6000x12'),
  'odd_derived/animated.gif': group('480x320', 'animated_first_frame'),
  'odd_derived/animated.webp': group('480x320', 'animated_first_frame'),
  'odd_derived/black.jpg': empty('640x640'),
  'odd_derived/bomb_30000x30000.png': tooLarge,
  'odd_derived/cmyk.jpg': group('800x534'),
  'odd_derived/corrupt_middle.jpg': { size: '800x534', faces: [1, 5], notes: ['damaged'] },
  'odd_derived/exif_orient_1.jpg': group('800x534'),
  'odd_derived/exif_orient_2.jpg': group('800x534'),
  'odd_derived/exif_orient_3.jpg': group('800x534'),
  'odd_derived/exif_orient_4.jpg': group('800x534'),
  'odd_derived/exif_orient_5.jpg': group('800x534'),
  'odd_derived/exif_orient_6.jpg': group('800x534'),
  'odd_derived/exif_orient_7.jpg': group('800x534'),
  'odd_derived/exif_orient_8.jpg': group('800x534'),
  'odd_derived/faces.avif': group('800x534'),
  'odd_derived/faces.heic': group('800x534'),
  'odd_derived/gray.jpg': group('800x534'),
  'odd_derived/large_12000x12000.png': tooLarge,
  'odd_derived/lossy.webp': group('800x534'),
  'odd_derived/lzw.tiff': group('800x534'),
  'odd_derived/multipage.tiff': group('480x320', 'multipage_first_page'),
  'odd_derived/noise.jpg': empty('400x400'),
  'odd_derived/palette.png': group('800x534'),
  'odd_derived/progressive.jpg': group('800x534'),
  'odd_derived/really_png.jpg': group('800x534', 'content_type_corrected'),
  'odd_derived/rgb16.png': group('320x214'),
  'odd_derived/rgba.png': group('480x320'),
  'odd_derived/text.jpg': unreadable,
  'odd_derived/trailing_garbage.jpg': group('800x534'),
  'odd_derived/truncated_60pct.jpg': { size: '800x534', faces: [1, 5], notes: ['truncated'] },
  'odd_derived/truncated_header.jpg': unreadable,
  'odd_derived/zero_bytes.jpg': { status: 400, code: 'request.invalid' },
};

const TYPES: Readonly<Record<string, string>> = { jpg: 'image/jpeg', tiff: 'image/tiff' };
const typeOf = (file: string): string => {
  const extension = file.slice(file.lastIndexOf('.') + 1);
  return TYPES[extension] ?? `image/${extension}`;
};

const boxOf = ({ box }: FaceJson): Box => ({
  x1: box.x,
  y1: box.y,
  x2: box.x + box.width,
  y2: box.y + box.height,
});

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024;
}

describe.skipIf(!sharedData)('odd pictures over HTTP', () => {
  const photos = sharedData?.photos ?? '';
  const files = sharedData
    ? ['odd', 'odd_derived'].flatMap((folder) =>
        readdirSync(join(photos, folder)).map((name) => `${folder}/${name}`),
      )
    : [];
  let models: TestModels;
  let kindred: KindredProcess;
  let api: Api;
  let before: number;

  const send = async <T>(file: string, tenant = 'odd'): Promise<{ status: number; json: T }> => {
    const form = new FormData();
    const bytes = await readFile(join(photos, file));
    form.append('image', new Blob([bytes], { type: typeOf(file) }), file.split('/')[1]);
    return api.post<T>(`/v1/tenants/${tenant}/images`, form);
  };

  beforeAll(async () => {
    models = await testModels();
    kindred = await KindredProcess.start({ modelsDir: models.dir, modelPack: models.pack });
    api = new Api(kindred.url, ADMIN_TOKEN);
    // Two files hold the same bytes under different names: each kind of name has a tenant of its own.
    for (const id of ['odd', 'misnamed']) expect((await api.post('/v1/tenants', { id })).status).toBe(201);
    // Threads and pools take their memory at the first photo: that is not the odd files' doing.
    expect((await send('odd_derived/exif_orient_1.jpg')).status).toBe(201);
    before = await residentBytes(kindred.pid);
  });
  afterAll(async () => {
    await kindred.stop();
    await models.remove();
  });

  it('has an expectation for every file, and no other', () => {
    expect(files.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(files)('%s gets the answer that the table says', async (file) => {
    const expected = EXPECTED[file]!;
    const { status, json } = await send<ImageJson & { code?: string }>(
      file,
      file.includes('really_') ? 'misnamed' : 'odd',
    );
    if ('code' in expected) {
      expect({ status, code: json.code }).toEqual(expected);
      return;
    }
    expect([200, 201]).toContain(status);
    expect(`${json.width}x${json.height}`).toBe(expected.size);
    expect(json.notes.filter((note) => !note.startsWith('rescued'))).toEqual(expected.notes ?? []);
    expect(json.turn).toBe(0);
    expect(json.faces.length).toBeGreaterThanOrEqual(expected.faces[0]);
    expect(json.faces.length).toBeLessThanOrEqual(expected.faces[1]);
    for (const face of json.faces) expect(boxArea(boxOf(face))).toBeGreaterThan(0);
  });

  it('finds the same faces in the same upright place for every EXIF orientation', async () => {
    const reference = (await send<ImageJson>('odd_derived/exif_orient_1.jpg')).json.faces.map(boxOf);
    for (let orientation = 2; orientation <= 8; orientation++) {
      const { json } = await send<ImageJson>(`odd_derived/exif_orient_${orientation}.jpg`);
      for (const box of reference) {
        const best = Math.max(...json.faces.map((face) => intersectionOverUnion(box, boxOf(face))));
        expect(best, `orientation ${orientation}`).toBeGreaterThan(0.8);
      }
    }
  });

  it('keeps its memory under the bombs, is still there, and logged no fault', async () => {
    for (let round = 0; round < 3; round++) {
      for (const file of ['odd_derived/bomb_30000x30000.png', 'odd_derived/large_12000x12000.png'])
        await send(file);
    }
    expect((await residentBytes(kindred.pid)) - before).toBeLessThan(GROWTH_MAX_BYTES);
    expect((await api.get('/health/ready')).status).toBe(200);
    expect(kindred.log).not.toContain('"level":"error"');
  });
});
