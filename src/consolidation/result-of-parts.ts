// What a job says that did its work in parts: the same as of one, summed up, with an operation for each part that changed something.
import type { ConsolidationReport } from '../clusters/regrouping/consolidations.js';
import { LISTED_MAX, presentRegrouping } from '../clusters/regrouping/regrouping.response.js';

/** Why faces were left as they were: more of them hang together than are compared with each other. */
const COMPONENT_TOO_LARGE = 'consolidation.component_too_large';
const LISTS = [
  'moved',
  'merged',
  'split',
  'created',
  'emptied',
  'questions',
  'named_untouched',
  'named_changed',
] as const;

interface List {
  readonly count: number;
  readonly listed: readonly unknown[];
}

const NOTHING: List = { count: 0, listed: [] };

export class ResultOfParts {
  private faces = 0;
  private readonly lists = new Map<string, List>();
  private lastOperation: string | null = null;

  constructor(private readonly dryRun: boolean) {}

  add(report: ConsolidationReport): void {
    const part = presentRegrouping(report);
    this.faces += report.faces;
    this.lastOperation = report.operationId ?? this.lastOperation;
    if (report.operationId !== null) this.append('operations', { count: 1, listed: [report.operationId] });
    for (const name of LISTS) this.append(name, part[name]);
  }

  /** @param facesMax What hangs together with the seed is more than this, count. */
  leave(seed: { readonly faceId: string } | { readonly clusterId: string }, facesMax: number): void {
    const about = {
      code: COMPONENT_TOO_LARGE,
      face_id: 'faceId' in seed ? seed.faceId : null,
      cluster_id: 'clusterId' in seed ? seed.clusterId : null,
      faces_max: facesMax,
    };
    this.append('left_alone', { count: 1, listed: [about] });
  }

  present(): Record<string, unknown> {
    const lists = ['operations', ...LISTS, 'left_alone'];
    return {
      dry_run: this.dryRun,
      operation_id: this.lastOperation,
      faces: this.faces,
      ...Object.fromEntries(lists.map((name) => [name, this.lists.get(name) ?? NOTHING])),
    };
  }

  private append(name: string, { count, listed }: List): void {
    const so = this.lists.get(name) ?? NOTHING;
    this.lists.set(name, {
      count: so.count + count,
      listed: [...so.listed, ...listed].slice(0, LISTED_MAX),
    });
  }
}
