// Cleaning up from scripts: the compiled command line against a real service.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../harness/app.js';
import { ADMIN_TOKEN } from '../harness/kindred-process.js';
import { repositoryRoot, samplePhotos } from '../harness/shared-data.js';

interface Outcome {
  readonly subject: string;
  readonly outcome: string;
  readonly counts: Record<string, number>;
  readonly receipt_id: string | null;
  readonly salt: string | null;
}

describe('kindred tenants, erase, receipt', () => {
  let app: TestApp;
  let folder: string;
  beforeAll(async () => {
    app = await startApp();
    folder = await mkdtemp(join(tmpdir(), 'kindred-erasing-'));
    for (const id of ['one', 'two']) expect((await app.admin.post('/v1/tenants', { id })).status).toBe(201);
    expect((await app.admin.sendImage('one', samplePhotos[0]!)).status).toBe(201);
  });
  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** One run of the command line. */
  const kindred = async (
    ...words: string[]
  ): Promise<{ code: number; out: string; err: string; lines: Outcome[] }> => {
    const command = ['dist/cli/main.js', ...words];
    if (!words.includes('--key') && !words.includes('--url'))
      command.push('--url', app.admin.url, '--token', ADMIN_TOKEN);
    const run = promisify(execFile)(process.execPath, command, { cwd: repositoryRoot });
    const { code, stdout, stderr } = await run.then(
      (done) => ({ code: 0, ...done }),
      (failed: unknown) => failed as { code: number; stdout: string; stderr: string },
    );
    const lines = words.includes('--json') ? stdout.trim().split('\n').filter(Boolean) : [];
    return { code, out: stdout, err: stderr, lines: lines.map((line) => JSON.parse(line) as Outcome) };
  };

  it('lists tenants, and erases faces once however often it is run', async () => {
    const listed = await kindred('tenants', 'list', '--json');
    expect(listed.lines).toMatchObject([{ id: 'one', image_count: 1 }, { id: 'two' }]);
    const [image] = await app.admin.all<{ faces: { id: string }[] }>('/v1/tenants/one/images');
    const faces = image!.faces.map(({ id }) => id).slice(0, 2);
    const words = ['erase', '--tenant', 'one', '--face', ...faces, '--rate', '50', '--json'];
    expect(await kindred(...words)).toMatchObject({ code: 4, out: '' });
    const plan = await kindred(...words, '--dry-run');
    expect([plan.code, plan.lines.map(({ outcome }) => outcome)]).toEqual([0, ['planned', 'planned']]);
    const erased = await kindred(...words, '--yes');
    expect([erased.code, erased.lines.map(({ outcome }) => outcome)]).toEqual([0, ['erased', 'erased']]);
    const again = await kindred(...words, '--yes');
    expect([again.code, again.lines.map(({ outcome }) => outcome)]).toEqual([0, ['absent', 'absent']]);
  });

  it('says what the periods of tenants would erase, and erases nothing', async () => {
    const settings = { retention: { purpose_ends_on: '2020-12-31', warn_days: 3 } };
    const set = await app.admin.call('PATCH', '/v1/tenants/two', { settings });
    expect(set.status).toBe(200);
    const soon = new Date(Date.now() + 4 * 86_400_000).toISOString();
    const told = await kindred('tenants', 'retention', '--dry-run', '--by', soon, '--json');
    expect([told.code, told.lines]).toMatchObject([
      0,
      [
        { tenant_id: 'one', tenant_erasure: null, would_erase: { tenant: false } },
        {
          tenant_id: 'two',
          tenant_erasure: { rule: 'purpose_ended', announced_at: null },
          would_erase: { tenant: true, images: 0 },
        },
      ],
    ]);
    const words = await kindred('tenants', 'retention', 'two');
    expect(words.out).toMatch(/^two\tpurpose_ended, erased from .*; would be erased: nothing\n$/);
    expect((await kindred('tenants', 'retention', 'nobody')).code).toBe(3);
    expect((await app.admin.call('PATCH', '/v1/tenants/two', { settings: {} })).status).toBe(200);
  });

  it('deletes tenants, keeps the receipts, and verifies them also without the service', async () => {
    const inspected = await kindred('tenants', 'inspect', 'one', '--json');
    expect(inspected.lines[0]).toMatchObject({ images: 1, blobs: 1 });
    expect((await kindred('tenants', 'usage', 'nobody')).code).toBe(3);
    const words = [
      'tenants',
      'delete',
      'one',
      'gone',
      '--yes',
      '--rate',
      '50',
      '--json',
      '--receipts',
      folder,
    ];
    const done = await kindred(...words);
    expect(done.code, done.out).toBe(0);
    expect(done.lines).toMatchObject([
      { subject: 'tenant one', outcome: 'erased', counts: { images: 1, files: 1 } },
      { subject: 'tenant gone', outcome: 'absent' },
    ]);
    const [file] = await readdir(folder);
    const receipt = join(folder, file!);
    const key = join(folder, 'keys.json');
    await writeFile(key, (await app.admin.as(undefined).get('/v1/receipts/key')).text);
    const { salt } = done.lines[0]!;
    expect((await kindred('receipt', 'verify', receipt)).code).toBe(0);
    const named = ['receipt', 'verify', receipt, '--key', key, '--salt', salt!, '--tenant'];
    expect((await kindred(...named, 'one')).code).toBe(0);
    expect((await kindred(...named, 'two', '--json')).lines).toMatchObject([
      { valid: false, reason: 'another_tenant' },
    ]);
    await writeFile(receipt, (await readFile(receipt, 'utf8')).replace('"images":1', '"images":2'));
    const forged = await kindred('receipt', 'verify', receipt, '--key', key, '--json');
    expect([forged.code, forged.lines]).toMatchObject([1, [{ valid: false, reason: 'signature_wrong' }]]);
    expect((await app.admin.get('/v1/tenants/two')).status).toBe(200);
  });

  it('makes the folder of the receipts before anything is erased: a salt is told once', async () => {
    expect((await app.admin.post('/v1/tenants', { id: 'three' })).status).toBe(201);
    const words = ['tenants', 'delete', 'three', '--yes', '--json', '--receipts'];
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    const refused = await kindred(...words, join(file, 'below'));
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect((await app.admin.get('/v1/tenants/three')).status).toBe(200);
    const made = join(folder, 'not', 'there', 'yet');
    const erased = await kindred(...words, made);
    expect([erased.code, erased.lines[0]!.outcome]).toEqual([0, 'erased']);
    expect(await readdir(made)).toEqual([`${erased.lines[0]!.receipt_id}.json`]);
  });

  it('says what was wrong, and where', async () => {
    const wrong = await kindred('erase', '--tenant', 'two', '--person', 'Grace', '--yes');
    expect([wrong.code, wrong.err]).toEqual([
      1,
      expect.stringMatching(/request\.invalid[^]*#\/path\/cluster_id/),
    ]);
    const nobody = await kindred('tenants', 'list', '--url', 'http://127.0.0.1:9', '--token', 'x');
    expect([nobody.code, nobody.err]).toEqual([
      1,
      expect.stringContaining('http://127.0.0.1:9 does not answer'),
    ]);
    // 1 is for a log that was tampered with.
    expect((await kindred('audit', 'verify', '--tenant', 'nobody')).code).toBe(3);
    expect((await kindred('audit', 'verify', '--tenant', 'two')).code).toBe(0);
  });
});
