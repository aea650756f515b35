// schema.prisma and the migrations say the same, according to Prisma's own engine.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type OwnDatabase } from '../harness/postgres.js';
import { repositoryRoot } from '../harness/shared-data.js';

const run = promisify(execFile);

describe('the Prisma schema', () => {
  let own: OwnDatabase;
  beforeAll(async () => {
    // Made by Kindred's own migration runner.
    own = await createTestDatabase('migrated');
  });
  afterAll(() => own.drop());

  const prisma = async (...words: string[]): Promise<{ status: number; output: string }> => {
    const options = { cwd: repositoryRoot, env: { ...process.env, DATABASE_URL: own.url, NO_COLOR: '1' } };
    try {
      const { stdout, stderr } = await run(
        process.execPath,
        ['node_modules/prisma/build/index.js', ...words],
        options,
      );
      return { status: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { status: code, output: stdout + stderr };
    }
  };
  const diff = (schema: string) =>
    prisma('migrate', 'diff', '--from-config-datasource', '--to-schema', schema, '--exit-code', '--script');

  it('is what the migrations make', async () => {
    const { status, output } = await diff('prisma/schema.prisma');
    expect(output).toContain('empty migration');
    expect(status).toBe(0);
  });

  it('and a column more in it is found', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kindred-schema-'));
    const schema = await readFile(join(repositoryRoot, 'prisma/schema.prisma'), 'utf8');
    const changed = join(folder, 'schema.prisma');
    await writeFile(changed, schema.replace('model Job {', 'model Job {\n  planted Int?'));
    const { status, output } = await diff(changed);
    expect(output).toContain('ADD COLUMN     "planted"');
    expect(status).toBe(2);
    await rm(folder, { recursive: true });
  });

  it('and Prisma’s own record of migrations agrees with Kindred’s', async () => {
    const { status, output } = await prisma('migrate', 'status');
    expect(output).toContain('Database schema is up to date');
    expect(status).toBe(0);
  });
});
