// What counts as a secret.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { faultOfDatabaseUrl, faultOfPassword, faultOfToken } from './secrets.js';

describe('an admin token', () => {
  it.each([
    'changeme',
    'CHANGE_ME',
    'change-me-please-now',
    'secret',
    'token',
    'your-token-here',
    'your_super_secret_token',
    'put-your-admin-token-here',
    '<admin token>',
    '${KINDRED_ADMIN_TOKEN}',
    'xxxxxxxxxxxxxxxxxxxxxxxx',
    'my-secret-token',
    'secret-secret-secret',
    'kindred-admin-token',
    'password1234',
    'replace-me-with-a-random-one',
    '…',
  ])('is not the placeholder %j', (value) => {
    expect(faultOfToken(value)).toContain('placeholder');
  });

  it.each([
    ['too short', 'a8Fk2Lq9Zx3Vb7N', 'too short'],
    ['one character over and over', 'abababababababababab', 'guessable'],
    ['with a blank', 'q7ZpX2mK9vRt 4LwYb8NcJ3', 'bearer token'],
    ['with an umlaut', 'q7ZpX2mK9vRtü4LwYb8NcJ3', 'bearer token'],
  ])('is refused when it is %s', (_, value, reason) => {
    expect(faultOfToken(value)).toContain(reason);
  });

  it('is accepted when it is random', () => {
    for (let i = 0; i < 200; i++) {
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        expect(faultOfToken(randomBytes(24).toString(encoding))).toBeUndefined();
      }
    }
  });
});

describe('a database', () => {
  it('refuses a placeholder for a password, and leaves short ones to the server', () => {
    expect(faultOfPassword('changeme')).toContain('placeholder');
    expect(faultOfPassword('postgres')).toBeUndefined();
    expect(faultOfDatabaseUrl('postgresql://u:your-password@h/x')).toContain('placeholder');
  });

  it.each(['mysql://u@h/x', 'postgres://h', 'postgres://h/', 'h:5432/x', 'not a url'])(
    'is not at %j',
    (url) => {
      expect(faultOfDatabaseUrl(url)).toContain('expected a URL');
    },
  );

  it.each([
    'postgres://h/x',
    'postgresql://u:p@[::1]:5432/x?sslmode=require',
    'postgresql:///x?host=/run/pg',
  ])('may be at %j', (url) => {
    expect(faultOfDatabaseUrl(url)).toBeUndefined();
  });
});
