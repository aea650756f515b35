// Chromium for tests of the review page: the machine's own, or Debian's, installed by the first file of a run that needs it.
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { oncePerRun } from './once-per-run.js';

const run = promisify(execFile);
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** No sandbox: tests run as root in containers. Nothing is fetched behind a test's back. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Throws when there is no Chromium and none can be installed; a test of the page is never skipped. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await oncePerRun('chromium', findOrInstall);
  return chromium.launch({ executablePath, args: FLAGS, timeout: 60_000 });
}

async function findOrInstall(): Promise<string> {
  const wanted = process.env['KINDRED_TEST_CHROMIUM'];
  if (wanted) return wanted;
  const there = await firstOf(PLACES);
  if (there) return there;
  console.warn('Chromium is missing: installing the packages chromium and fonts-dejavu-core');
  try {
    // Mirrors fail for a moment, and another installation may hold the lock.
    const patient = ['-q', '-o', 'Acquire::Retries=5', '-o', 'DPkg::Lock::Timeout=200'];
    await run('apt-get', [...patient, 'update']);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const packages = ['chromium', 'fonts-dejavu-core'];
    await run('apt-get', [...patient, 'install', '-y', '--no-install-recommends', ...packages], {
      env,
      maxBuffer: 1 << 26,
    });
  } catch (error) {
    throw new Error(
      `no Chromium: install it, or name it in KINDRED_TEST_CHROMIUM (${(error as Error).message})`,
      { cause: error },
    );
  }
  return PLACES[0]!;
}

async function firstOf(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return undefined;
}
