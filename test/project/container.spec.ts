// The container runs as an ordinary user, on a file system that it cannot write, with no privilege to gain.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryRoot } from '../harness/shared-data.js';

const read = (name: string): Promise<string> => readFile(join(repositoryRoot, name), 'utf8');

it('the image ends as an ordinary user who owns no code', async () => {
  const dockerfile = await read('Dockerfile');
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  expect([...last.matchAll(/^USER (\S+)/gm)].at(-1)?.[1]).toBe('node');
  expect(last).not.toMatch(/--chown|chown[^\n]*\/app/);
  expect(last).toMatch(/^CMD \["node", "dist\/main\.js"\]$/m);
});

it('compose gives it a read-only root, no capability and no new privilege', async () => {
  const compose = await read('docker-compose.yml');
  const kindred = compose.slice(compose.indexOf('\n  kindred:'), compose.indexOf('\nvolumes:'));
  expect(kindred).toMatch(/^ {4}read_only: true$/m);
  expect(kindred).toMatch(/^ {4}cap_drop:\n {6}- ALL$/m);
  expect(kindred).toContain('no-new-privileges:true');
  expect(kindred).toMatch(/'127\.0\.0\.1:3000:3000'/);
  expect(compose).not.toMatch(/privileged: true|network_mode: host/);
});
