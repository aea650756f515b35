import { describe, expect, it } from 'vitest';
import { IngestLimiter } from './ingest-limiter.js';

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('IngestLimiter', () => {
  it('never has more at work than allowed, and serves in the order of arrival', async () => {
    const limiter = new IngestLimiter(2, 100);
    let active = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        limiter.run(async () => {
          order.push(i);
          most = Math.max(most, ++active);
          await new Promise((resolve) => setImmediate(resolve));
          active--;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(limiter.depth).toEqual({ active: 0, waiting: 0 });
  });

  it('refuses with a retryable code when the line is full, and recovers', async () => {
    const limiter = new IngestLimiter(1, 1);
    const hold = gate();
    const first = limiter.run(() => hold.opened);
    const second = limiter.run(() => Promise.resolve('second'));
    await expect(limiter.run(() => Promise.resolve())).rejects.toMatchObject({
      code: 'inference.busy',
      retryable: true,
    });
    hold.open();
    await first;
    await expect(second).resolves.toBe('second');
    await expect(limiter.run(() => Promise.resolve('third'))).resolves.toBe('third');
  });

  it('gives its place back when the work fails', async () => {
    const limiter = new IngestLimiter(1, 0);
    await expect(limiter.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(limiter.run(() => Promise.resolve('next'))).resolves.toBe('next');
  });
});
