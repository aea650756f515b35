// Layouts come from a thread; a thread that cannot start or never ends is an error with a code, never silence.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EMBEDDING_WIDTH } from '../domain/face/embedding.js';
import { MapLayouts } from './map-layouts.js';

/** Threads that the service never has, by what is wrong with them. */
const WORKERS = {
  'ends with an error': 'throw new Error("no start");',
  'cannot be read': 'export default (',
  'ends the thread': 'process.exit(3);',
  'never gets ready': 'await new Promise(() => setInterval(() => {}, 1000)); export default () => 0;',
  'never answers': 'export default () => new Promise(() => setInterval(() => {}, 1000));',
};
/** Short where a thread is waited for in vain, long where it must answer. ms */
const PATIENCE = { short: 1500, long: 60_000 };

class LayoutsBy extends MapLayouts {
  protected override readonly worker: string;
  override patienceMs = PATIENCE.short;
  constructor(worker: string) {
    super();
    this.worker = worker;
  }
}

const faceIds = ['a', 'b', 'c', 'd', 'e'];
const load = (ids: readonly string[]) =>
  Promise.resolve({
    faceIds: ids,
    vectors: Float32Array.from({ length: ids.length * EMBEDDING_WIDTH }, (_, i) =>
      i % (EMBEDDING_WIDTH + 1) === 0 ? 1 : 0,
    ),
  });

describe('MapLayouts', () => {
  let folder: string;
  let layouts: MapLayouts;
  const broken = (worker: string): LayoutsBy => {
    const made = new LayoutsBy(worker);
    layouts = made;
    return made;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kindred-layouts-'));
  });
  afterEach(() => layouts.onApplicationShutdown());
  afterAll(() => rm(folder, { recursive: true }));

  it.each(Object.entries(WORKERS))('answers with a code when its thread %s', async (name, code) => {
    const worker = join(folder, `${name.replaceAll(' ', '-')}.mjs`);
    await writeFile(worker, code);
    const layouts = broken(worker);
    const refusal = { code: 'gallery_map.unavailable', retryable: true };
    await expect(layouts.layout('t', 'space', faceIds, load)).rejects.toMatchObject(refusal);
    // The failure is not remembered: the next one who asks starts a new thread.
    layouts.patienceMs = PATIENCE.long;
    await writeFile(worker, 'export default () => Float32Array.from({ length: 10 }, (_, i) => i / 10);');
    expect((await layouts.layout('t', 'space', faceIds, load)).get('b')).toEqual({
      x: Math.fround(0.2),
      y: Math.fround(0.3),
    });
  });

  it('answers with a code when there is no thread to start', async () => {
    const layouts = broken(join(folder, 'none.mjs'));
    await expect(layouts.layout('t', 'space', faceIds, load)).rejects.toMatchObject({
      code: 'gallery_map.unavailable',
    });
  });

  it('lays out by the thread that is built', async () => {
    layouts = new MapLayouts();
    const layout = await layouts.layout('t', 'space', faceIds, load);
    expect([...layout.keys()]).toEqual(faceIds);
  });
});
