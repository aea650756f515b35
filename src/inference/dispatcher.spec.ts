// What the dispatcher promises, with a runner whose tasks end when the test says so.
import { describe, expect, it } from 'vitest';
import type { Detection } from '../domain/face/detection.js';
import { createRaster, type Raster } from '../domain/geometry/raster.js';
import { Dispatcher, type ThreadRunner } from './dispatcher.js';
import type { DetectAnswer, EmbedAnswer, EmbedRequest } from './thread-messages.js';

const PACK = 'a-pack';

interface Started {
  readonly kind: 'detect' | 'embed';
  readonly photos: number;
  readonly faces: number;
  finish(answers?: EmbedAnswer[]): void;
  fail(error: Error): void;
}

class HandRunner implements ThreadRunner {
  readonly started: Started[] = [];
  detect(_pack: string, raster: Raster): Promise<DetectAnswer> {
    return new Promise((resolve, reject) => {
      const answer: DetectAnswer = { detections: [], raster, turn: 0, notes: [] };
      this.started.push({ kind: 'detect', photos: 1, faces: 0, finish: () => resolve(answer), fail: reject });
    });
  }
  embed(pack: string, requests: readonly EmbedRequest[]): Promise<EmbedAnswer[]> {
    return new Promise((resolve, reject) => {
      const faces = requests.reduce((sum, { detections }) => sum + detections.length, 0);
      const answers = requests.map(({ raster }): EmbedAnswer => ({ faces: [], raster }));
      this.started.push({
        kind: 'embed',
        photos: requests.length,
        faces,
        finish: (own) => resolve(own ?? answers),
        fail: reject,
      });
    });
  }
}

const photo = (): Raster => createRaster(1, 1);
const faces = (count: number): EmbedRequest => ({
  raster: photo(),
  detections: Array.from({ length: count }, () => ({}) as Detection),
});
const settled = () => new Promise((resolve) => setImmediate(resolve));
const setUp = (threads: number, queueMax: number) => {
  const runner = new HandRunner();
  return { runner, dispatcher: new Dispatcher(runner, { threads, queueMax, facesPerTaskMax: 32 }) };
};

describe('Dispatcher', () => {
  it('runs as many as there are threads, lets queueMax wait, and refuses exactly the rest with a time to come back', async () => {
    const { runner, dispatcher } = setUp(2, 3);
    const outcomes = await Promise.all(
      Array.from({ length: 9 }, () => {
        const result = dispatcher.detect(PACK, photo()).then(
          () => 'done',
          (error: unknown) => error,
        );
        return Promise.race([result, settled().then(() => 'pending')]);
      }),
    );
    expect(runner.started).toHaveLength(2);
    expect(outcomes.filter((outcome) => outcome === 'pending')).toHaveLength(5);
    const refused = outcomes.filter((outcome) => outcome !== 'pending');
    expect(refused).toHaveLength(4);
    for (const error of refused)
      expect(error).toMatchObject({ code: 'inference.busy', retryable: true, retryAfterSeconds: 2 });
    expect(dispatcher.stats()).toMatchObject({ running: 2, waitingDetections: 3, refused: 4 });
  });

  it('has a place again as soon as one photo is done', async () => {
    const { runner, dispatcher } = setUp(1, 1);
    void dispatcher.detect(PACK, photo());
    void dispatcher.detect(PACK, photo());
    await expect(dispatcher.detect(PACK, photo())).rejects.toMatchObject({ code: 'inference.busy' });
    runner.started[0]!.finish();
    await settled();
    const third = dispatcher.detect(PACK, photo());
    runner.started[1]!.finish();
    await settled();
    runner.started[2]!.finish();
    await expect(third).resolves.toMatchObject({ turn: 0 });
  });

  it('embeds photos that were detected before it starts on new ones', async () => {
    const { runner, dispatcher } = setUp(1, 10);
    void dispatcher.detect(PACK, photo());
    void dispatcher.detect(PACK, photo());
    void dispatcher.embed(PACK, faces(2));
    runner.started[0]!.finish();
    await settled();
    expect(runner.started.map(({ kind }) => kind)).toEqual(['detect', 'embed']);
  });

  it('sends a photo alone at once while a thread is free', () => {
    const { runner, dispatcher } = setUp(3, 10);
    for (let i = 0; i < 3; i++) void dispatcher.embed(PACK, faces(1));
    expect(runner.started.map(({ photos }) => photos)).toEqual([1, 1, 1]);
  });

  it('puts the faces of waiting photos into one task, 32 at most, in order, and splits no photo', async () => {
    const { runner, dispatcher } = setUp(1, 100);
    for (const count of [1, 10, 10, 12, 1, 40, 3]) void dispatcher.embed(PACK, faces(count));
    for (let i = 0; i < 4; i++) {
      runner.started[i]!.finish();
      await settled();
    }
    expect(runner.started.map((task) => [task.photos, task.faces])).toEqual([
      [1, 1],
      [3, 32],
      [1, 1],
      [1, 40],
      [1, 3],
    ]);
  });

  it('fails only the photo of a batch that has a problem', async () => {
    const { runner, dispatcher } = setUp(1, 10);
    void dispatcher.embed(PACK, faces(1));
    const good = dispatcher.embed(PACK, faces(1));
    const bad = dispatcher.embed(PACK, faces(1));
    runner.started[0]!.finish();
    await settled();
    runner.started[1]!.finish([
      { faces: [], raster: photo() },
      { problem: 'landmarks coincide', raster: photo() },
    ]);
    await expect(good).resolves.toMatchObject({ faces: [] });
    await expect(bad).rejects.toMatchObject({ code: 'inference.unavailable' });
  });

  it('goes on after a thread died with its task', async () => {
    const { runner, dispatcher } = setUp(1, 10);
    const lost = dispatcher.detect(PACK, photo());
    const next = dispatcher.detect(PACK, photo());
    runner.started[0]!.fail(new Error('worker exited with code: 134'));
    await expect(lost).rejects.toMatchObject({ code: 'inference.unavailable' });
    runner.started[1]!.finish();
    await expect(next).resolves.toMatchObject({ turn: 0 });
  });

  it('drains: finishes what was admitted, takes nothing new', async () => {
    const { runner, dispatcher } = setUp(1, 10);
    const admitted = [dispatcher.detect(PACK, photo()), dispatcher.detect(PACK, photo())];
    let drained = false;
    const draining = dispatcher.drain().then(() => (drained = true));
    await expect(dispatcher.detect(PACK, photo())).rejects.toMatchObject({ code: 'service.stopping' });
    runner.started[0]!.finish();
    await settled();
    expect(drained).toBe(false);
    runner.started[1]!.finish();
    await Promise.all([...admitted, draining]);
    expect(drained).toBe(true);
  });
});
