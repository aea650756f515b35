// A process with the embedded database that is killed again and again while a tenant changes its model: the change goes on from what was
// written, and no name, face or decision is lost.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api, type FaceJson, type ImageJson } from '../harness/api.js';
import { ADMIN_TOKEN, KindredProcess } from '../harness/kindred-process.js';
import { unlikePhotosOfFivePeople } from '../harness/people.js';
import { twoPacks, type TwoPacks } from '../harness/two-packs.js';
import { type ChangeJson, type ClusterJson, inPhase, sendNamedPhotos } from '../model-changes/gallery.js';

const TENANT = 'moving';
/** Pictures looked at with the other models after which the process is killed. */
const KILLED_AFTER = [1, 6, 12];

interface JobJson {
  readonly state: string;
  readonly progress: { readonly phase?: string; readonly images_done?: number };
}

describe('a change of model on the embedded database whose process is killed again and again', () => {
  let packs: TwoPacks;
  let kindred: KindredProcess;
  let dataDir: string;
  let api: Api;
  const at = (path: string): string => `/v1/tenants/${TENANT}${path}`;

  const start = async (): Promise<void> => {
    kindred = await KindredProcess.start({ dataDir, modelsDir: packs.dir, modelPack: packs.from });
    api = new Api(kindred.url, ADMIN_TOKEN);
  };
  beforeAll(async () => {
    packs = await twoPacks('detector');
    dataDir = await mkdtemp(join(tmpdir(), 'kindred-model-change-'));
    await start();
    const people = await unlikePhotosOfFivePeople();
    await sendNamedPhotos(
      api,
      TENANT,
      people.filter((_, i) => i % 10 < 4),
    );
  }, 300_000);
  afterAll(async () => {
    if (kindred.running) await kindred.stop();
    await packs.remove();
    await rm(dataDir, { recursive: true, force: true });
  });

  const names = async (): Promise<unknown> =>
    (await api.all<ClusterJson>(at('/clusters')))
      .filter(({ label }) => label !== null)
      .map(({ id, label }) => `${id} ${label}`)
      .sort();
  const locked = async (): Promise<unknown> =>
    (await api.all<ImageJson>(at('/images')))
      .flatMap(({ faces }) => faces)
      .map(({ id, cluster_id }: FaceJson) => [id, cluster_id !== null])
      .sort();

  it('ends in the new space with every name, and can be taken back', async () => {
    const [namesBefore, facesBefore] = [await names(), await locked()];
    const ordered = await api.post<ChangeJson>(at('/model-changes'), { pack: packs.to });
    expect(ordered.status, ordered.text).toBe(202);
    const { id, job_id: jobId } = ordered.json;
    const seen: number[] = [];
    for (const done of KILLED_AFTER) {
      const job = async (): Promise<JobJson> => (await api.get<JobJson>(`/v1/jobs/${jobId}`)).json;
      let now = await job();
      const due = (): boolean => now.state !== 'running' || (now.progress.images_done ?? 0) >= done;
      for (const until = Date.now() + 120_000; !due() && Date.now() < until; now = await job())
        await new Promise((resolve) => setTimeout(resolve, 20));
      seen.push(now.progress.images_done ?? 0);
      await kindred.crash();
      await start();
      expect(await names()).toEqual(namesBefore);
    }
    // What was done before a kill is not done again.
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    await inPhase(api, TENANT, id, ['settled']);
    expect((await api.get<{ space: string }>(at(''))).json.space).toBe(packs.to);
    expect(await names()).toEqual(namesBefore);
    const facesAfter = new Map((await locked()) as [string, boolean][]);
    for (const [faceId] of facesBefore as [string, boolean][]) expect(facesAfter.has(faceId)).toBe(true);

    const undo = await api.post<ChangeJson>(at(`/model-changes/${id}/undo`));
    expect(undo.status, undo.text).toBe(202);
    await kindred.crash();
    await start();
    expect((await inPhase(api, TENANT, id, ['done'])).outcome).toBe('undone');
    expect((await api.get<{ space: string }>(at(''))).json.space).toBe(packs.from);
    expect([await names(), await locked()]).toEqual([namesBefore, facesBefore]);
  }, 400_000);
});
