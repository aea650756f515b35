// The embedded database's folder has one owner at a time, and a dead owner holds nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/database/database.js';
import { DatabaseStartError } from '../../src/database/database-error.js';
import { takeOwnerLock } from '../../src/database/embedded/owner-lock.js';
import { embeddedDataFolder, migrationsFolder } from '../harness/database.js';
import { repositoryRoot } from '../harness/shared-data.js';

describe('the owner lock', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kindred-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const file = (): string => join(folder, 'owner.lock');
  const lockText = (holder: object): void => writeFileSync(file(), `${JSON.stringify(holder)}\n`);

  it('keeps a second taker out until it is given back', () => {
    const release = takeOwnerLock(folder);
    expect(() => takeOwnerLock(folder)).toThrow(DatabaseStartError);
    expect(() => takeOwnerLock(folder)).toThrow(`process ${process.pid}`);
    release();
    release();
    expect(existsSync(file())).toBe(false);
    takeOwnerLock(folder)();
  });

  it('an old release does not remove a new owner’s lock', () => {
    const first = takeOwnerLock(folder);
    rmSync(file());
    const second = takeOwnerLock(folder);
    first();
    expect(existsSync(file())).toBe(true);
    second();
  });

  it('a process that was killed holds nothing', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    lockText({ pid: child.pid, startedAt: null });
    expect(() => takeOwnerLock(folder)).toThrow(`process ${child.pid}`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    takeOwnerLock(folder)();
  });

  it('another program that bears the owner’s process id holds nothing', () => {
    lockText({ pid: process.pid, startedAt: 'another boot:12345' });
    const release = takeOwnerLock(folder);
    expect((JSON.parse(readFileSync(file(), 'utf8')) as { startedAt: string }).startedAt).not.toBe(
      'another boot:12345',
    );
    release();
  });

  it.each(['', '{', '{"pid":"x"}', '{"pid":0}'])('an unreadable lock (%s) holds nothing', (text) => {
    writeFileSync(file(), text);
    takeOwnerLock(folder)();
  });

  it('of many processes that find a stale lock at once, exactly one gets the folder', async () => {
    lockText({ pid: 2 ** 22 - 3, startedAt: 'gone:1' });
    const script = `
      import { takeOwnerLock } from '${join(repositoryRoot, 'dist/database/embedded/owner-lock.js')}';
      try { takeOwnerLock(process.argv[1]); console.log('got it'); setInterval(() => {}, 60_000); }
      catch (error) { console.log(error.name); }`;
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script, folder]),
    );
    const answers = await Promise.all(
      children.map(async (child) => String(((await once(child.stdout, 'data')) as [Buffer])[0]).trim()),
    );
    for (const child of children) child.kill('SIGKILL');
    expect(answers.sort()).toEqual([...Array<string>(5).fill('DatabaseStartError'), 'got it'].sort());
  });
});

describe('the folders of the embedded database', () => {
  it('are closed to other users, and the socket goes with the database', async () => {
    const dataDir = await embeddedDataFolder();
    const database = await Database.open({ poolSize: 1 }, dataDir, migrationsFolder);
    const { host } = database.connection as { host: string };
    const mode = (path: string): number => statSync(path).mode & 0o777;
    expect(mode(join(dataDir, 'pg'))).toBe(0o700);
    expect(mode(host)).toBe(0o700);
    await expect(Database.open({ poolSize: 1 }, dataDir, migrationsFolder)).rejects.toThrow(
      /in use by process/,
    );
    await database.close();
    await database.close();
    expect(existsSync(host)).toBe(false);
    // What a killed process left: its socket's folder, whose name it had noted.
    const left = mkdtempSync(join(tmpdir(), 'kindred-'));
    writeFileSync(join(dataDir, 'pg/socket-folder'), left);
    await (await Database.open({ poolSize: 1 }, dataDir, migrationsFolder)).close();
    expect(existsSync(left)).toBe(false);
    rmSync(dataDir, { recursive: true });
  });
});
