// A tenant with a question of every kind about real photos. Most arise by themselves from what is sent; those that need a second look
// at many faces, or an odd picture, are raised through the service's own code.
import sharp from 'sharp';
import { ApplyPlan } from '../../src/clusters/applying/apply-plan.js';
import { AssignmentPolicies } from '../../src/clusters/assignment/assignment-policies.js';
import { getCluster } from '../../src/clusters/load-facts.js';
import { TenantStore } from '../../src/database/tenant-store.js';
import type { Change } from '../../src/domain/cluster/change-plan.js';
import { suggestMerge } from '../../src/domain/review/merge-suggestion.js';
import { sameImageQuestion } from '../../src/domain/review/same-image-conflict.js';
import { suggestSplit } from '../../src/domain/review/split-suggestion.js';
import type { Api, ImageJson } from '../harness/api.js';
import type { TestApp } from '../harness/app.js';
import { fiftyPhotosOfFivePeople } from '../harness/people.js';
import { samplePhotos } from '../harness/shared-data.js';

export interface ItemJson {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly version: number;
  readonly assignee: string | null;
  readonly operation_id: string | null;
  readonly outcome: Readonly<Record<string, unknown>> | null;
  readonly subject: { readonly cluster_id: string | null; readonly face_id: string | null };
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** As small as a suggestion's own settings: a page shows up to this many faces, and asks again after growth by half. */
const POINT = { facesShown: 12, askAgainGrowth: 1.5 };

export class EveryKind {
  private gerda: Uint8Array | undefined;
  private photos: readonly { person: string; bytes: Uint8Array }[] = [];

  private constructor(
    private readonly app: TestApp,
    readonly tenantId: string,
  ) {}

  /** @returns One open item of each kind, by kind. */
  static async raise(app: TestApp, tenantId: string): Promise<Readonly<Record<string, ItemJson>>> {
    const made = new EveryKind(app, tenantId);
    made.photos = await fiftyPhotosOfFivePeople();
    return made.raiseAll();
  }

  private get api(): Api {
    return this.app.admin;
  }

  private async raiseAll(): Promise<Readonly<Record<string, ItemJson>>> {
    const created = await this.api.post('/v1/tenants', { id: this.tenantId });
    if (created.status !== 201) throw new Error(created.text);
    const raised = {
      split_suggestion: await this.split(),
      merge_suggestion: await this.merge(),
      same_image_conflict: await this.sameImage(),
      constraint_conflict: await this.constraint(),
      duplicate_image: await this.duplicate(),
      uncertain_assignment: await this.uncertain(),
      suspect_face: await this.suspect(),
    };
    return { ...raised, new_cluster: await this.newCluster() };
  }

  /** Sends photos of the p-th person, from the n-th on, until one is clear enough to be grouped. */
  private async sendClear(
    person: number,
    n = 0,
  ): Promise<{ photo: Uint8Array; faceId: string; clusterId: string }> {
    const photo = this.of(person, n);
    const { faces } = await this.send(photo);
    const clear = faces.find(({ cluster_id }) => cluster_id !== null);
    if (!clear) return this.sendClear(person, n + 1);
    return { photo, faceId: clear.id, clusterId: clear.cluster_id! };
  }

  /** The n-th photo of the p-th person. */
  private of(person: number, n: number): Uint8Array {
    const names = [...new Set(this.photos.map((photo) => photo.person))];
    return this.photos.filter((photo) => photo.person === names[person])[n]!.bytes;
  }

  private async send(bytes: Uint8Array, fields: Record<string, string> = {}): Promise<ImageJson> {
    const { status, json, text } = await this.api.sendImage(this.tenantId, bytes, fields);
    if (status >= 300 || json.faces.length === 0) throw new Error(`photo without a face: ${status} ${text}`);
    return json;
  }

  private async settings(settings: Record<string, unknown>): Promise<void> {
    const { status, text } = await this.api.call('PATCH', `/v1/tenants/${this.tenantId}`, { settings });
    if (status !== 200) throw new Error(text);
  }

  private item(kind: string, about?: string): Promise<ItemJson> {
    return openItem(this.api, this.tenantId, kind, about);
  }

  private apply(change: Change): Promise<void> {
    return applyChange(this.app, this.tenantId, change);
  }

  private facts(clusterId: string) {
    return factsOf(this.app, this.tenantId, clusterId);
  }

  /** Twelve copies of one portrait, slightly other, of which four are said to be somebody else. */
  private async split(): Promise<ItemJson> {
    const { photo, clusterId } = await this.sendClear(0);
    for (let i = 0; i < 11; i++)
      await this.send(
        await sharp(photo)
          .jpeg({ quality: 72 + 2 * i })
          .toBuffer(),
      );
    const cluster = await this.facts(clusterId);
    const ids = cluster.faces.map(({ id }) => id).sort();
    const verdict = suggestSplit(
      {
        cluster,
        groups: [ids.slice(0, 4), ids.slice(4)],
        probability: 0.3,
        similarity: 0.4,
        constraints: [],
        settledAt: null,
      },
      POINT,
    );
    if (verdict.kind !== 'ask') throw new Error(`no split: ${verdict.why} of ${ids.length} faces`);
    await this.apply(verdict.question);
    return this.item('split_suggestion');
  }

  private async merge(): Promise<ItemJson> {
    const sides = [await this.sendClear(1), await this.sendClear(2)];
    return raiseMergeSuggestion(this.app, this.tenantId, [sides[0]!.clusterId, sides[1]!.clusterId]);
  }

  /** Two people of a group photo, as if the second resembled the first. */
  private async sameImage(): Promise<ItemJson> {
    const { json } = await this.api.sendImage(this.tenantId, samplePhotos[0]!);
    const [first, second] = json.faces.filter(({ cluster_id }) => cluster_id !== null);
    if (!first || !second) throw new Error('the group photo shows fewer than two people');
    const figures = { similarity: 0.81, probability: 0.9 };
    await this.apply(
      sameImageQuestion(
        {
          imageId: json.id,
          clusterId: first.cluster_id!,
          confirmed: false,
          holder: { face_id: first.id, similarity: 0.86, probability: 0.94 },
          challenger: { face_id: second.id, ...figures },
        },
        second.cluster_id!,
      ),
    );
    return this.item('same_image_conflict');
  }

  /** A name that contradicts the one that a human gave. */
  private async constraint(): Promise<ItemJson> {
    const { photo, clusterId } = await this.sendClear(3);
    this.gerda = photo;
    const question = await this.item('new_cluster', clusterId);
    const confirmed = await this.api.post(
      `/v1/tenants/${this.tenantId}/review-pending/${question.id}/decision`,
      { decision: 'confirm', label: 'Gerda' },
    );
    if (confirmed.status !== 200) throw new Error(confirmed.text);
    await this.send(photo, { label: 'Gertrud' });
    return this.item('constraint_conflict');
  }

  /** Another photo of Gerda, where the tenant wants nearly every face asked about: is she Gerda, or who was taken for her? */
  private async uncertain(): Promise<ItemJson> {
    const double = await this.sendClear(3, 9);
    const apart = await this.api.post(`/v1/tenants/${this.tenantId}/clusters`, { face_ids: [double.faceId] });
    if (apart.status !== 201) throw new Error(apart.text);
    await this.settings({ clustering: { accept: 0.999999999999, ask: 1e-12 } });
    const { faceId } = await this.sendClear(3, 5);
    await this.settings({});
    return this.item('uncertain_assignment', faceId);
  }

  /** Gerda once more, where nobody resembles anybody enough to be asked about: she is the nearest. */
  private async newCluster(): Promise<ItemJson> {
    await this.settings({ clustering: { accept: 0.999999999999, ask: 0.99999999999 } });
    const { clusterId } = await this.sendClear(3, 7);
    await this.settings({});
    return this.item('new_cluster', clusterId);
  }

  /** A portrait made smaller and smaller, until the detector is in doubt. */
  private async suspect(): Promise<ItemJson> {
    await this.settings({ review: { kinds: { suspect_face: true } } });
    const portrait = sharp(this.of(4, 5));
    const edge = { top: 80, bottom: 80, left: 80, right: 80 };
    for (let width = 96; width >= 32; width -= 4) {
      const small = await portrait.clone().resize({ width }).extend(edge).jpeg({ quality: 95 }).toBuffer();
      await this.api.sendImage(this.tenantId, small);
      const found = await this.item('suspect_face').catch(() => null);
      if (found) return found;
    }
    throw new Error('no size of the portrait is in doubt');
  }

  /** Gerda's photo again: a human said who is in the first, nobody looked at the second. */
  private async duplicate(): Promise<ItemJson> {
    await this.settings({ review: { kinds: { duplicate_image: true } } });
    await this.send(await sharp(this.gerda).jpeg({ quality: 60 }).toBuffer());
    await this.settings({});
    return this.item('duplicate_image');
  }
}

/** The open item of a kind; about this cluster or face, when one is named. */
async function openItem(api: Api, tenantId: string, kind: string, about?: string): Promise<ItemJson> {
  const items = await api.all<ItemJson>(`/v1/tenants/${tenantId}/review-pending?kind=${kind}`);
  const found = items.find((item) => about === undefined || JSON.stringify(item).includes(about));
  if (!found) throw new Error(`no open ${kind} about ${about}`);
  return found;
}

const factsOf = (app: TestApp, tenantId: string, clusterId: string) =>
  app.app
    .get(TenantStore)
    .forTenant(tenantId)
    .read((repositories) => getCluster(repositories, clusterId));

async function applyChange({ app }: TestApp, tenantId: string, change: Change): Promise<void> {
  const [tenants, plans, policies] = [TenantStore, ApplyPlan, AssignmentPolicies].map((service) =>
    app.get<unknown>(service as never),
  ) as [TenantStore, ApplyPlan, AssignmentPolicies];
  await tenants.forTenant(tenantId).transaction(async (repositories) => {
    const policy = await policies.forTenant(repositories);
    const by = { actor: 'machine', at: new Date(), policy };
    await plans.apply(repositories, { kind: 'consolidate', changes: [change] }, by);
  });
}

/** Asks whether two clusters are one person, as if they resembled each other. */
export async function raiseMergeSuggestion(
  app: TestApp,
  tenantId: string,
  [one, other]: readonly [string, string],
): Promise<ItemJson> {
  const clusters = [await factsOf(app, tenantId, one), await factsOf(app, tenantId, other)] as const;
  const verdict = suggestMerge(
    { clusters, constraints: [], dismissedAt: null, similarity: 0.62, probability: 0.55 },
    POINT,
  );
  if (verdict.kind !== 'ask') throw new Error(`no merge: ${verdict.why}`);
  await applyChange(app, tenantId, verdict.question);
  return openItem(app.admin, tenantId, 'merge_suggestion', one);
}
