// What the dependency audit lets pass.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Allowance, judgeAdvisories } from '../../tools/advisory-rule.mjs';
import { repositoryRoot } from '../harness/shared-data.js';

const TODAY = '2026-11-21';
const advisory = (id: string, severity: string) => ({
  source: 1,
  name: 'left',
  title: 'it breaks',
  url: `https://github.com/advisories/${id}`,
  severity,
  range: '<2',
});
const report = (...via: unknown[]) => ({
  metadata: { dependencies: { prod: 7 } },
  vulnerabilities: { left: { via }, right: { via: ['left'] } },
});
const allowance = (until: string, reason = 'the code path is not reached'): Allowance => ({
  advisory: 'GHSA-a',
  reason,
  until,
});

describe('the rule of the dependency audit', () => {
  it('refuses what is high or critical, and counts an advisory once', () => {
    const found = report(
      advisory('GHSA-a', 'high'),
      advisory('GHSA-b', 'critical'),
      advisory('GHSA-c', 'moderate'),
    );
    expect(judgeAdvisories(found, [], TODAY)).toMatchObject({ packages: 7, refused: 2 });
    expect(judgeAdvisories(found, [], TODAY)!.lines).toHaveLength(3);
  });

  it('lets an advisory pass that is allowed with a reason, until its day', () => {
    const found = report(advisory('GHSA-a', 'high'));
    expect(judgeAdvisories(found, [allowance('2026-12-31')], TODAY)!.refused).toBe(0);
    expect(judgeAdvisories(found, [allowance('2026-11-20')], TODAY)!.refused).toBe(1);
    expect(judgeAdvisories(found, [allowance('2026-12-31', '')], TODAY)!.refused).toBe(1);
  });

  it('knows an answer that is no report', () => {
    expect(judgeAdvisories({ statusCode: 405 }, [], TODAY)).toBeUndefined();
    expect(judgeAdvisories(undefined, [], TODAY)).toBeUndefined();
  });

  it('is given allowances that each have a reason and a day', () => {
    const file = readFileSync(join(repositoryRoot, 'tools/allowed-advisories.json'), 'utf8');
    for (const { advisory: id, reason, until } of JSON.parse(file) as Allowance[]) {
      expect(id).toMatch(/^GHSA-/);
      expect(reason.length, id).toBeGreaterThan(20);
      expect(until, id).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
  });
});
