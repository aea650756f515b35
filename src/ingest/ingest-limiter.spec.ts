// Bounded work and fair turns.
import { describe, expect, it } from 'vitest';
import { IngestLimiter } from './ingest-limiter.js';

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('IngestLimiter', () => {
  it('never has more at work than allowed, and serves one tenant in the order of arrival', async () => {
    const limiter = new IngestLimiter({ concurrency: 2, queueMax: 100, shared: 2 });
    let active = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        limiter.run('a', async () => {
          order.push(i);
          most = Math.max(most, ++active);
          await tick();
          active--;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(limiter.depth).toEqual({ active: 0, waiting: 0 });
  });

  it('refuses with a retryable code when the line is full, and recovers', async () => {
    const limiter = new IngestLimiter({ concurrency: 1, queueMax: 1, shared: 1 });
    const hold = gate();
    const first = limiter.run('a', () => hold.opened);
    const second = limiter.run('a', () => Promise.resolve('second'));
    await expect(limiter.run('a', () => Promise.resolve())).rejects.toMatchObject({
      code: 'inference.busy',
      retryable: true,
    });
    hold.open();
    await first;
    await expect(second).resolves.toBe('second');
    await expect(limiter.run('a', () => Promise.resolve('third'))).resolves.toBe('third');
  });

  it('gives its place back when the work fails', async () => {
    const limiter = new IngestLimiter({ concurrency: 1, queueMax: 0, shared: 1 });
    await expect(limiter.run('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(limiter.run('a', () => Promise.resolve('next'))).resolves.toBe('next');
  });

  it('lets tenants take turns, however many photos one of them has waiting', async () => {
    const limiter = new IngestLimiter({ concurrency: 1, queueMax: 100, shared: 1 });
    const hold = gate();
    const order: string[] = [];
    const send = (tenant: string, name: string): Promise<void> =>
      limiter.run(tenant, async () => {
        order.push(name);
        await tick();
      });
    const held = limiter.run('noisy', () => hold.opened);
    const all = [
      ...Array.from({ length: 6 }, (_, i) => send('noisy', `noisy${i}`)),
      ...Array.from({ length: 3 }, (_, i) => send('b', `b${i}`)),
      send('c', 'c0'),
    ];
    hold.open();
    await Promise.all([held, ...all]);
    expect(order.join(' ')).toBe('noisy0 b0 c0 noisy1 b1 noisy2 b2 noisy3 noisy4 noisy5');
  });

  it('gives a free place to the tenant with the fewest photos in the works, though the turn of another was longer ago', async () => {
    const limiter = new IngestLimiter({ concurrency: 4, queueMax: 100, shared: 100 });
    const [hold, third] = [gate(), gate()];
    const order: string[] = [];
    const send = (tenant: string, until: Promise<void>): Promise<void> =>
      limiter.run(tenant, () => {
        order.push(tenant);
        return until;
      });
    const all = ['a', 'a', 'b'].map((tenant) => send(tenant, hold.opened));
    all.push(send('c', third.opened), send('a', hold.opened), send('b', hold.opened));
    third.open();
    await tick();
    expect(order.join(' ')).toBe('a a b c b');
    hold.open();
    await Promise.all(all);
  });

  it('a full line costs the longest its newest, never a tenant with fewer photos its only one', async () => {
    const limiter = new IngestLimiter({ concurrency: 1, queueMax: 4, shared: 1 });
    const hold = gate();
    const order: string[] = [];
    const refused: string[] = [];
    const send = (tenant: string, name: string): Promise<void> =>
      limiter
        .run(tenant, () => Promise.resolve(void order.push(name)))
        .catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'inference.busy' });
          refused.push(name);
        });
    const held = limiter.run('noisy', () => hold.opened);
    const all = Array.from({ length: 5 }, (_, i) => send('noisy', `noisy${i}`));
    all.push(send('b', 'b0'), send('b', 'b1'), send('b', 'b2'), send('c', 'c0'));
    await tick();
    // Four wait: noisy0, noisy1 and b0, b1; then c0 finds lines of two, and one of them is longer than its own will be.
    expect(limiter.depth).toEqual({ active: 1, waiting: 4 });
    expect(refused.sort()).toEqual(['b2', 'noisy1', 'noisy2', 'noisy3', 'noisy4']);
    hold.open();
    await Promise.all([held, ...all]);
    expect(order).toEqual(['noisy0', 'b0', 'c0', 'b1']);
  });

  it('while several tenants send, each has no more in the works than its share of the model threads', async () => {
    let now = 0;
    const limiter = new IngestLimiter({ concurrency: 4, queueMax: 100, shared: 2 }, () => now);
    const works: { tenant: string; end: () => void }[] = [];
    const inWorks = (tenant: string): number => works.filter((work) => work.tenant === tenant).length;
    const sent: Promise<void>[] = [];
    const send = (tenant: string): void => {
      sent.push(
        limiter.run(tenant, async () => {
          const { opened, open } = gate();
          const work = { tenant, end: open };
          works.push(work);
          await opened;
          works.splice(works.indexOf(work), 1);
        }),
      );
    };
    const end = async (tenant: string): Promise<void> => {
      works.find((work) => work.tenant === tenant)!.end();
      await tick();
    };
    for (let i = 0; i < 20; i++) send('noisy');
    await tick();
    expect(inWorks('noisy'), 'alone it has all places').toBe(4);
    send('quiet');
    await end('noisy');
    expect([inWorks('noisy'), inWorks('quiet')], 'the next free place').toEqual([3, 1]);
    await end('noisy');
    await end('noisy');
    expect([inWorks('noisy'), inWorks('quiet')], 'no new one beyond its share').toEqual([1, 1]);
    await end('quiet');
    await end('noisy');
    expect(inWorks('noisy'), 'quiet may be back at once').toBe(1);
    now += 500;
    send('quiet');
    await tick();
    expect(inWorks('quiet'), 'and is served at once').toBe(1);
    await end('quiet');
    now += 1000;
    await end('noisy');
    expect(inWorks('noisy'), 'quiet has stopped sending').toBe(4);
    while (works.length > 0) await end('noisy');
    await Promise.all(sent);
    expect(limiter.depth).toEqual({ active: 0, waiting: 0 });
  });

  it('gives a tenant all places by itself when the other has stopped sending', async () => {
    const limiter = new IngestLimiter({ concurrency: 2, queueMax: 100, shared: 1 });
    const holds = [gate(), gate()];
    let noisy = 0;
    await limiter.run('quiet', () => Promise.resolve());
    const sent = holds.map(({ opened }) =>
      limiter.run('noisy', () => {
        noisy++;
        return opened;
      }),
    );
    await tick();
    expect(noisy).toBe(1);
    // No photo ends meanwhile.
    while (noisy < 2) await new Promise((resolve) => setTimeout(resolve, 50));
    for (const { open } of holds) open();
    await Promise.all(sent);
  });
});
