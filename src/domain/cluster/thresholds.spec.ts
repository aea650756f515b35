import { describe, expect, it } from 'vitest';
import {
  DEFAULT_OPERATING_POINT,
  operatingPoint,
  parseOperatingPoint,
  ThresholdError,
} from './thresholds.js';

const faultsOf = (work: () => unknown): string[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof ThresholdError) return error.faults.map((fault) => fault.name);
    throw error;
  }
  return [];
};

describe('operating point', () => {
  it('lets the later override win and keeps what nobody overrides', () => {
    const point = operatingPoint({ accept: 0.95, ask: 0.2 }, { accept: 0.97, ask: undefined });
    expect(point).toEqual({ ...DEFAULT_OPERATING_POINT, accept: 0.97, ask: 0.2 });
  });

  it('names every number that is out of range', () => {
    expect(faultsOf(() => operatingPoint({ accept: 1.5, neighbours: 2.5, marginLogit: Number.NaN }))).toEqual(
      ['accept', 'margin_logit', 'neighbours'],
    );
  });

  it('refuses to ask above what it accepts', () => {
    expect(faultsOf(() => operatingPoint({ accept: 0.5, ask: 0.6 }))).toEqual(['ask']);
  });

  it('reads snake_case tables and names what it does not know', () => {
    expect(parseOperatingPoint({ margin_logit: 3, review_faces_min: 2 })).toEqual({
      marginLogit: 3,
      reviewFacesMin: 2,
    });
    expect(faultsOf(() => parseOperatingPoint({ acept: 1, ask: 'x' }))).toEqual(['acept', 'ask']);
    expect(faultsOf(() => parseOperatingPoint([]))).toEqual(['operating_point']);
  });
});
