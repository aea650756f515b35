// The text of an API key.
import { expect, it } from 'vitest';
import { makeApiKey, prefixOf, randomSecret, sameHash, sha256 } from './api-key.js';

it('a key has a prefix and a secret of 43 letters and digits', () => {
  const { key, prefix } = makeApiKey();
  expect(key).toMatch(/^kindred_[a-z2-7]{10}_[0-9A-Za-z]{43}$/);
  expect(prefixOf(key)).toBe(prefix);
});

it('no two of a thousand keys share prefix or secret, and every character is used', () => {
  const keys = Array.from({ length: 1000 }, makeApiKey);
  expect(new Set(keys.map(({ prefix }) => prefix)).size).toBe(1000);
  expect(new Set(keys.map(({ key }) => key)).size).toBe(1000);
  expect(new Set(keys.flatMap(({ key }) => [...key.split('_')[2]!])).size).toBe(62);
  expect(new Set(keys.flatMap(({ prefix }) => [...prefix])).size).toBe(32);
  expect(randomSecret()).not.toBe(randomSecret());
});

it('what has another form has no prefix', () => {
  const { key } = makeApiKey();
  for (const token of [
    '',
    key.slice(0, -1),
    `${key}x`,
    key.toUpperCase(),
    ` ${key}`,
    `${key}\n`,
    key.replace('kindred', 'other'),
  ]) {
    expect(prefixOf(token)).toBeUndefined();
  }
});

it('hashes are the same only when they are', () => {
  const hash = sha256('a');
  expect(sameHash(hash, sha256('a'))).toBe(true);
  expect(sameHash(hash, sha256('b'))).toBe(false);
  expect(sameHash(hash, hash.slice(1))).toBe(false);
  expect(sameHash(hash, '')).toBe(false);
});
