// Why a face is where it is: what the machine decided by, what humans said of it, and what has happened since.
import { Injectable } from '@nestjs/common';
import { getFace } from '../clusters/load-facts.js';
import type { ConstraintRecord, FaceRecord } from '../database/records.js';
import { TenantStore } from '../database/tenant-store.js';
import { explainFace } from '../domain/cluster/explanation.js';
import type { RecordedDecision } from '../domain/cluster/operation-details.js';
import { type Told, type ToldOperation, tell } from './told-operations.js';

/** Operations that an explanation looks at and tells: enough for any face that a human wonders about. */
const OPERATIONS_TOLD = 50;

export interface StandingConstraint {
  readonly constraint: ConstraintRecord;
  readonly otherFaceId: string;
  readonly otherClusterId: string | null;
}

export interface Explanation {
  readonly face: FaceRecord;
  readonly sentence: string;
  /** The operation that the face came with, and how the machine decided. */
  readonly origin: { readonly operation: ToldOperation; readonly decision: RecordedDecision | null } | null;
  readonly constraints: readonly StandingConstraint[];
  /** Newest first; without the one that the face came with. */
  readonly since: readonly ToldOperation[];
  readonly nameOf: Told['nameOf'];
}

@Injectable()
export class ExplanationsService {
  constructor(private readonly tenants: TenantStore) {}

  /** @throws DomainError face.not_found */
  explain(tenantId: string, faceId: string): Promise<Explanation> {
    return this.tenants.forTenant(tenantId).read(async (repositories) => {
      const face = await getFace(repositories, faceId);
      const newest = await repositories.operations.list({ limit: OPERATIONS_TOLD, faceId });
      const [first] = await repositories.operations.list({ limit: 1, faceId, first: 'oldest' });
      const records = [...newest, ...(first && !newest.some(({ id }) => id === first.id) ? [first] : [])];
      const constraints = await repositories.constraints.findTouching([faceId]);
      const others = await repositories.faces.findMany(
        constraints.map(({ faceA, faceB }) => (faceA === faceId ? faceB : faceA)),
      );
      const asked = (await repositories.reviewItems.findOpenTouching({ faceIds: [faceId] })).length > 0;
      const { operations, nameOf } = await tell(repositories, records, [face.clusterId]);

      const came = operations.find(({ worded }) =>
        worded.changes?.faces_added.some(({ id }) => id === faceId),
      );
      const decision = came?.worded.details.decisions.find((one) => one.face_id === faceId) ?? null;
      const inEffect = operations.filter((operation) => operation.undoneBy === null);
      const homes = new Map(others.map((other) => [other.id, other.clusterId]));
      return {
        face,
        sentence: explainFace({
          face,
          decision,
          operations: inEffect.map(({ worded }) => worded).reverse(),
          asked,
          nameOf,
        }),
        origin: came ? { operation: came, decision } : null,
        constraints: constraints.map((constraint): StandingConstraint => {
          const otherFaceId = constraint.faceA === faceId ? constraint.faceB : constraint.faceA;
          return { constraint, otherFaceId, otherClusterId: homes.get(otherFaceId) ?? null };
        }),
        since: operations.filter((operation) => operation !== came),
        nameOf,
      };
    });
  }
}
