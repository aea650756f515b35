// The pepper of API keys: kept, agreed on, and part of every hash.
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeApiKey, sha256 } from './api-key.js';
import { KeyPepper } from './key-pepper.js';

const ADMIN = 'q7ZpX2mK9vRt4LwYb8NcJ3';
const PEPPER = 'W4rTz8QmLp2VxKc6JhNs9B';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kindred-pepper-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = (auth: { adminToken?: string; keyPepper?: string } = {}, dataDir = folder) =>
  KeyPepper.open({ dataDir, auth });

it('is made once and readable by its owner only', async () => {
  const first = await open();
  expect((await open()).id).toBe(first.id);
  expect((await stat(join(folder, 'key-pepper'))).mode & 0o777).toBe(0o600);
});

it('is the same in every folder under one admin token, and outlives a change of that token', async () => {
  const first = await open({ adminToken: ADMIN });
  expect((await open({ adminToken: ADMIN }, join(folder, 'other'))).id).toBe(first.id);
  expect((await open({ adminToken: `${ADMIN}x` })).id).toBe(first.id);
  expect((await open({ adminToken: `${ADMIN}x` }, join(folder, 'third'))).id).not.toBe(first.id);
  expect(await readFile(join(folder, 'key-pepper'), 'utf8')).not.toContain(ADMIN);
});

it('is the configured one, and nothing is written', async () => {
  const pepper = await open({ keyPepper: PEPPER, adminToken: ADMIN });
  expect((await open({ keyPepper: PEPPER }, join(folder, 'other'))).id).toBe(pepper.id);
  expect(await readdir(folder)).toEqual([]);
});

it('decides every hash: the same key under another pepper, and its bare SHA-256, are other hashes', async () => {
  const { key } = makeApiKey();
  const [one, other] = [await open(), await open({ keyPepper: PEPPER })];
  expect(one.hashOf(key)).toMatch(/^[0-9a-f]{64}$/);
  expect(one.hashOf(key)).toBe(one.seal(sha256(key)));
  expect(one.hashOf(key)).not.toBe(other.hashOf(key));
  expect(one.hashOf(key)).not.toBe(sha256(key));
});

it('is not in what is logged of it', async () => {
  const secret = (await open(), await readFile(join(folder, 'key-pepper'), 'utf8')).trim();
  expect(JSON.stringify({ pepper: await open() })).not.toContain(secret);
});
