// The operator's token: made once, kept secret.
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { faultOfToken } from '../config/secrets.js';
import { BootstrapToken } from './bootstrap-token.js';

let parent: string;
let dataDir: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kindred-token-'));
  dataDir = join(parent, 'data');
});
afterEach(() => rm(parent, { recursive: true }));

const open = (adminToken?: string) =>
  BootstrapToken.open({ dataDir, auth: adminToken === undefined ? {} : { adminToken } });

it('a generated token is made once, is 256 bits long and readable by its owner only', async () => {
  const first = await open();
  expect(first.reveal()).toMatch(/^kindred_admin_[0-9A-Za-z]{43}$/);
  expect(faultOfToken(first.reveal())).toBeUndefined();
  expect((await open()).reveal()).toBe(first.reveal());
  expect((await stat(join(dataDir, 'admin-token'))).mode & 0o777).toBe(0o600);
  expect((await stat(dataDir)).mode & 0o077).toBe(0);
});

it('twenty openers at once agree on one token and leave no other file', async () => {
  const tokens = await Promise.all(Array.from({ length: 20 }, () => open()));
  expect(new Set(tokens.map((token) => token.reveal())).size).toBe(1);
  expect(await readdir(dataDir)).toEqual(['admin-token']);
});

it('a configured token is used and nothing is written', async () => {
  const token = await open('q7ZpX2mK9vRt4LwYb8NcJ3');
  expect(token.matches('q7ZpX2mK9vRt4LwYb8NcJ3')).toBe(true);
  expect(token.matches('q7ZpX2mK9vRt4LwYb8NcJ4')).toBe(false);
  expect(token.matches('')).toBe(false);
  await expect(readdir(dataDir)).rejects.toThrow();
});

it('a file that others could read is closed again', async () => {
  const { file } = await open();
  await chmod(file!, 0o644);
  await open();
  expect((await stat(file!)).mode & 0o777).toBe(0o600);
});

it('a damaged file is told, never overwritten', async () => {
  const { file } = await open();
  await writeFile(file!, 'half');
  await expect(open()).rejects.toThrow('holds no admin token');
  expect(await readFile(file!, 'utf8')).toBe('half');
});

it('the token is not in what is logged of it', async () => {
  const token = await open();
  expect(JSON.stringify({ token })).not.toContain(token.reveal());
});
