import { describe, expect, it } from 'vitest';
import { DomainError } from '../domain/domain-error.js';
import { etagOf, parseIfMatch, versionFits } from './conditional.js';

describe('If-Match', () => {
  it('takes back the tag that was given out, alone or in a list', () => {
    expect(parseIfMatch(etagOf(7))).toEqual([7]);
    expect(parseIfMatch('"3", "12" ,\t"1"')).toEqual([3, 12, 1]);
  });

  it('takes any version without the header and with *', () => {
    for (const header of [undefined, '*', ' * ']) {
      expect(versionFits(5, parseIfMatch(header))).toBe(true);
    }
  });

  it('takes no version for a weak tag or one that is not ours', () => {
    for (const header of ['W/"5"', '"x"', '""', '"05"', '"5 "'.replace(' ', '!')]) {
      expect(versionFits(5, parseIfMatch(header)), header).toBe(false);
    }
    expect(versionFits(5, parseIfMatch('W/"5", "5"'))).toBe(true);
  });

  it.each(['', '5', '"5', '"5" "6"', '*, "5"', '"5",,"6"', 'w/"5"', '"a b"'])('refuses %j', (header) => {
    expect(() => parseIfMatch(header)).toThrow(DomainError);
  });
});
