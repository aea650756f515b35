// An upload spends its own time on round trips: how many there are is part of the promise.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openPostgres, type TestDatabase } from '../harness/database.js';
import { clear, type FaceSpec, Gallery, leaning } from './gallery.js';

describe('the transaction of a new photo', () => {
  let db: TestDatabase;
  let gallery: Gallery;
  beforeAll(async () => {
    db = await openPostgres();
    gallery = await Gallery.open(db);
  });
  afterAll(() => db.close());

  async function statementsOf(...faces: FaceSpec[]): Promise<string[]> {
    const spy = vi.spyOn(pg.Client.prototype, 'query');
    try {
      await gallery.photo(...faces);
      return spy.mock.calls.map(([query]) => {
        const text = typeof query === 'string' ? query : (query as unknown as { text: string }).text;
        return text.replace(/\s+/g, ' ').trim().slice(0, 70);
      });
    } finally {
      spy.mockRestore();
    }
  }

  it('is short, whatever its faces are and however many', async () => {
    const strangers = await statementsOf(clear(1), clear(2));
    const crowd = await statementsOf(...Array.from({ length: 12 }, (_, i) => clear(10 + i)));
    expect(crowd).toEqual(strangers);
    expect(strangers).toContain('COMMIT');
    expect(strangers.length, strangers.join('\n')).toBeLessThanOrEqual(12);

    const known = await statementsOf(clear(1), clear(2));
    expect(known.length, known.join('\n')).toBeLessThanOrEqual(16);
    const doubtful = await statementsOf(leaning(1, 0.36), leaning(2, 0.36));
    expect(doubtful.length, doubtful.join('\n')).toBeLessThanOrEqual(16);
  });
});
