import { describe, expect, it } from 'vitest';
import { DomainError } from '../domain/domain-error.js';
import { requestFingerprint, type RequestParts } from './request-fingerprint.js';

const request: RequestParts = {
  method: 'POST',
  path: '/v1/tenants/t/clusters',
  ifMatch: undefined,
  body: { label: 'Ann', face_ids: ['a', 'b'], inner: { x: 1, y: null } },
};

describe('requestFingerprint', () => {
  it('is the same however the members of the body are ordered', () => {
    const body = { inner: { y: null, x: 1.0 }, face_ids: ['a', 'b'], label: 'Ann' };
    expect(requestFingerprint({ ...request, body })).toBe(requestFingerprint(request));
  });

  it('differs with every part, and with the order of a list', () => {
    const others: RequestParts[] = [
      request,
      { ...request, method: 'PUT' },
      { ...request, path: '/v1/tenants/t/clusters?x=1' },
      { ...request, ifMatch: '"1"' },
      { ...request, body: undefined },
      { ...request, body: {} },
      { ...request, body: { label: 'Ann', face_ids: ['b', 'a'], inner: { x: 1, y: null } } },
      { ...request, body: { label: 'Ann', face_ids: ['a', 'b'], inner: { x: '1', y: null } } },
    ];
    expect(new Set(others.map(requestFingerprint)).size).toBe(others.length);
  });

  it('refuses what is nested too deeply instead of walking through it', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
    expect(() => requestFingerprint({ ...request, body: { deep } })).toThrow(DomainError);
  });
});
