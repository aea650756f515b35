// Limits of a tenant over those of the service.
import { describe, expect, it } from 'vitest';
import { limitsStorage, parseTenantLimits, passedLimit, TenantLimitsError } from './tenant-limits.js';

const SERVICE = { images: 100, requestsPerMinute: 60 };

describe('limits of a tenant', () => {
  it.each([
    [undefined, SERVICE],
    [null, SERVICE],
    [{}, SERVICE],
    [{ images: 5 }, { images: 5, requestsPerMinute: 60 }],
    [{ images: 0 }, { images: 0, requestsPerMinute: 60 }],
    [{ images: null }, { requestsPerMinute: 60 }],
    [
      { faces: 1, bytes: 2, requests_per_minute: 3, concurrent_ingests: 4 },
      { images: 100, faces: 1, bytes: 2, requestsPerMinute: 3, concurrentIngests: 4 },
    ],
  ])('%j over those of the service', (table, limits) => {
    expect(parseTenantLimits(table, SERVICE)).toEqual(limits);
  });

  it('with faults name each of them', () => {
    const parse = (table: unknown) => () => parseTenantLimits(table);
    expect(parse([])).toThrow(TenantLimitsError);
    expect(parse('5')).toThrow(TenantLimitsError);
    try {
      parse({ images: -1, faces: 1.5, bytes: '9', photos: 1, concurrent_ingests: 2 ** 60 })();
      expect.unreachable();
    } catch (error) {
      expect((error as TenantLimitsError).faults.map(({ name }) => name)).toEqual([
        'images',
        'faces',
        'bytes',
        'photos',
        'concurrent_ingests',
      ]);
    }
  });
});

describe('storage', () => {
  const held = { images: 9, faces: 20, bytes: 1000 };
  const photo = { images: 1, faces: 2, bytes: 100 };

  it('is counted only where something limits it', () => {
    expect(limitsStorage({ requestsPerMinute: 1, concurrentIngests: 1 })).toBe(false);
    for (const limit of ['images', 'faces', 'bytes']) expect(limitsStorage({ [limit]: 0 })).toBe(true);
  });

  it('is full to the last that fits, and not beyond', () => {
    expect(passedLimit({}, held, photo)).toBeUndefined();
    expect(passedLimit({ images: 10, faces: 22, bytes: 1100 }, held, photo)).toBeUndefined();
    expect(passedLimit({ images: 9 }, held, photo)).toEqual({ limit: 'images', max: 9 });
    expect(passedLimit({ faces: 21 }, held, photo)).toEqual({ limit: 'faces', max: 21 });
    expect(passedLimit({ bytes: 1099 }, held, photo)).toEqual({ limit: 'bytes', max: 1099 });
  });
});
