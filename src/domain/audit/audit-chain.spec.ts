// A chain that was tampered with is found out.
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { type AuditLink, ChainReader, FIRST_PREV_HASH, hashedText } from './audit-chain.js';

const REF = 'ref';
const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

function chain(length: number): AuditLink[] {
  const links: AuditLink[] = [];
  for (let seq = 1; seq <= length; seq++) {
    const open = { seq, text: `{"n":${seq}}`, prevHash: links.at(-1)?.hash ?? FIRST_PREV_HASH, hash: '' };
    links.push({ ...open, hash: sha256(hashedText(REF, open)) });
  }
  return links;
}

function faults(links: readonly AuditLink[], ref = REF): string[] {
  const reader = new ChainReader(ref, sha256);
  return [...[...links].reverse().map((link) => reader.read(link)), reader.end()].filter(
    (fault) => fault !== undefined,
  );
}

const rehashed = (link: AuditLink, patch: Partial<AuditLink>): AuditLink => {
  const changed = { ...link, ...patch };
  return { ...changed, hash: sha256(hashedText(REF, changed)) };
};

it('an untouched chain has no fault, nor has an empty one', () => {
  expect(faults(chain(5))).toEqual([]);
  expect(faults([])).toEqual([]);
});

it.each<[string, (links: AuditLink[]) => AuditLink[], string]>([
  ['changed', (l) => l.with(2, { ...l[2]!, text: '{"n":9}' }), 'event 3 was changed'],
  [
    'changed with its hash',
    (l) => l.with(2, rehashed(l[2]!, { text: '{}' })),
    'event 4 does not follow event 3',
  ],
  ['left out', (l) => l.toSpliced(2, 1), 'events between 2 and 4 are missing'],
  ['cut off at the beginning', (l) => l.slice(1), 'events before 2 are missing'],
  ['doubled', (l) => l.toSpliced(2, 0, l[2]!), 'events between 3 and 3 are missing'],
])('a chain with an event that was %s has a fault', (_, tamper, fault) => {
  expect(faults(tamper(chain(5)))).toContain(fault);
});

it('the chain of one tenant is not that of another', () => {
  expect(faults(chain(1), 'other')).toEqual(['event 1 was changed']);
});
