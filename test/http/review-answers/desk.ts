// A tenant with built faces, as a client of the API sees it: everything that is asserted about an answer is read here.
import { expect } from 'vitest';
import type { FaceRecord } from '../../../src/database/records.js';
import { Gallery } from '../../clusters/gallery.js';
import type { Answer, Api, FaceJson } from '../../harness/api.js';
import type { TestApp } from '../../harness/app.js';

export interface ItemJson {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly version: number;
  readonly operation_id: string | null;
  readonly outcome: Readonly<Record<string, unknown>> | null;
  readonly subject: Readonly<Record<string, string | null>>;
  readonly evidence: Readonly<Record<string, unknown>>;
}
export interface ClusterJson {
  readonly id: string;
  readonly state: string;
  readonly label: string | null;
  readonly external_ref: string | null;
  readonly cover_face_id: string | null;
  readonly merged_into: string | null;
  readonly face_count: number;
}
/** A human's word that stands about a face. */
interface WordJson {
  readonly kind: string;
  readonly other_face_id: string;
  readonly operation_id: string;
}
export interface DecidedJson {
  readonly item: ItemJson;
  readonly operation: { readonly id: string; readonly constraints_retired: number };
}
export interface ProblemJson {
  readonly code: string;
  readonly reason?: string;
  readonly merged_into?: string;
  readonly errors: readonly { readonly pointer: string }[];
  readonly constraints: readonly { readonly kind: string; readonly operation_id: string }[];
  readonly locked_face_ids: readonly string[];
}

interface Line {
  readonly type: string;
  readonly id: string;
  readonly state?: string;
  readonly retired_at?: string | null;
  readonly updated_at?: string;
}
/** Lines of the tenant's export: what stands, each kind in the order of ids. */
export interface Everything {
  readonly faces: readonly Line[];
  readonly clusters: readonly Line[];
  readonly words: readonly Line[];
  readonly questions: readonly Line[];
}

export class Desk {
  private constructor(
    private readonly api: Api,
    readonly gallery: Gallery,
  ) {}

  static async open(app: TestApp, settings: Record<string, unknown> = {}): Promise<Desk> {
    return new Desk(app.admin, await Gallery.of(app, settings));
  }

  call<T = ProblemJson>(method: string, rest: string, body?: unknown): Promise<Answer<T>> {
    return this.api.call<T>(method, `/v1/tenants/${this.gallery.tenantId}/${rest}`, body);
  }

  /** The same, of what must succeed. */
  async done<T = unknown>(method: string, rest: string, body?: unknown): Promise<T> {
    const { status, json, text } = await this.call<T>(method, rest, body);
    expect(status, `${method} ${rest}: ${text}`).toBe(200);
    return json;
  }

  face = ({ id }: Pick<FaceRecord, 'id'>): Promise<FaceJson> => this.done('GET', `faces/${id}`);
  cluster = (id: string): Promise<ClusterJson> => this.done('GET', `clusters/${id}`);
  item = (id: string): Promise<ItemJson> => this.done('GET', `review-pending/${id}`);

  /** Where the face is now. */
  async home(face: FaceRecord): Promise<string | null> {
    return (await this.face(face)).cluster_id;
  }

  /** Open questions, oldest first. */
  questions(kind?: string): Promise<ItemJson[]> {
    const of = kind === undefined ? '' : `&kind=${kind}`;
    return this.api.all(`/v1/tenants/${this.gallery.tenantId}/review-pending?sort=oldest${of}`);
  }

  /** The one open question of a kind; about this face or cluster, when one is named. */
  async question(kind: string, about = ''): Promise<ItemJson> {
    const found = (await this.questions(kind)).filter(({ subject }) =>
      JSON.stringify(subject).includes(about),
    );
    expect(found, `open ${kind} about ${about}`).toHaveLength(1);
    return found[0]!;
  }

  /** What humans said about a face, still standing. */
  async words({ id }: Pick<FaceRecord, 'id'>): Promise<readonly WordJson[]> {
    return (await this.done<{ constraints: WordJson[] }>('GET', `faces/${id}/explanation`)).constraints;
  }

  /** The kinds of what stands between two faces. */
  async between(one: FaceRecord, other: FaceRecord): Promise<string[]> {
    const words = await this.words(one);
    return words
      .filter(({ other_face_id }) => other_face_id === other.id)
      .map(({ kind }) => kind)
      .sort();
  }

  answer(item: ItemJson, body: object): Promise<Answer<DecidedJson & ProblemJson>> {
    return this.call('POST', `review-pending/${item.id}/decision`, body);
  }

  undo(operationId: string): Promise<Answer<ProblemJson>> {
    return this.call('POST', `operations/${operationId}/undo`);
  }

  /** All that an answer may change. */
  async everything(): Promise<Everything> {
    const { status, text } = await this.call('GET', 'export');
    expect(status, text).toBe(200);
    // A cluster may come more than once.
    const lines = new Map<string, Line>();
    for (const written of text.trimEnd().split('\n')) {
      const line = JSON.parse(written) as Line;
      lines.set(`${line.type} ${line.id}`, line);
    }
    const sorted = [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
    const of = (type: string): Line[] => sorted.filter((line) => line.type === type);
    return {
      faces: of('face'),
      clusters: of('cluster'),
      words: of('constraint').filter(({ retired_at }) => retired_at === null),
      questions: of('review_item')
        .filter(({ state }) => state === 'open')
        .map(({ updated_at: _, ...question }) => question),
    };
  }
}
