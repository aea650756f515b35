// Which review items a list or a claim is about. Times decide some of it: a claim whose lease has ended is none, and a snoozed item
// wakes by itself, so nothing has to be swept.
import { Prisma } from '../generated/client.js';
import type { ReviewKind, ReviewState } from '../records.js';

export interface ReviewFilters {
  readonly kinds?: readonly ReviewKind[] | undefined;
  /** Default open and claimed. */
  readonly states?: readonly ReviewState[] | undefined;
  /** Items about this cluster, alone or in a pair, or about a face that is in it. */
  readonly clusterId?: string | undefined;
  /** Items about this image, or about a face of it. */
  readonly imageId?: string | undefined;
  /** Only items whose cluster has (true) or has not (false) a label. */
  readonly labelled?: boolean | undefined;
  readonly probabilityMin?: number | undefined;
  readonly probabilityMax?: number | undefined;
  /** Only items created at this time or later. */
  readonly since?: Date | undefined;
  /** Only items that this actor holds. */
  readonly assignee?: string | undefined;
  /** True: only items that sleep. Default false: only those that do not. */
  readonly snoozed?: boolean | undefined;
  /** The time that leases and sleep are measured against; default the clock's. */
  readonly now?: Date | undefined;
}

const isOpen = Prisma.sql`r.state IN ('open', 'claimed')`;

/** Conditions on the alias r, besides the tenant. */
export function reviewConditions(filters: ReviewFilters, tenantId: string): Prisma.Sql[] {
  const now = Prisma.sql`${filters.now ?? new Date()}::timestamptz`;
  const held = Prisma.sql`coalesce(r.lease_expires_at > ${now}, false)`;
  const asleep = Prisma.sql`(${isOpen} AND coalesce(r.snoozed_until > ${now}, false))`;
  const conditions: Prisma.Sql[] = [stateCondition(filters.states ?? ['open', 'claimed'], held)];
  conditions.push(filters.snoozed === true ? asleep : Prisma.sql`NOT ${asleep}`);
  if (filters.assignee !== undefined) {
    conditions.push(Prisma.sql`(${isOpen} AND r.assignee = ${filters.assignee} AND ${held})`);
  }
  return [...conditions, ...subjectConditions(filters, tenantId)];
}

function stateCondition(states: readonly ReviewState[], held: Prisma.Sql): Prisma.Sql {
  const [open, claimed] = [states.includes('open'), states.includes('claimed')];
  const closed = states.filter((state) => state !== 'open' && state !== 'claimed');
  const either: Prisma.Sql[] = [];
  if (open || claimed) {
    const lease = open && claimed ? [] : [claimed ? held : Prisma.sql`NOT ${held}`];
    either.push(Prisma.sql`(${Prisma.join([isOpen, ...lease], ' AND ')})`);
  }
  if (closed.length > 0) either.push(Prisma.sql`r.state = ANY (${closed}::text[])`);
  return either.length === 0 ? Prisma.sql`false` : Prisma.sql`(${Prisma.join(either, ' OR ')})`;
}

function subjectConditions(filters: ReviewFilters, tenantId: string): Prisma.Sql[] {
  const conditions: Prisma.Sql[] = [];
  const faceOf = (condition: Prisma.Sql): Prisma.Sql =>
    Prisma.sql`EXISTS (SELECT 1 FROM faces f WHERE f.tenant_id = ${tenantId} AND f.id = r.face_id AND ${condition})`;
  if (filters.kinds) conditions.push(Prisma.sql`r.kind = ANY (${[...filters.kinds]}::text[])`);
  if (filters.clusterId !== undefined) {
    const id = Prisma.sql`${filters.clusterId}::uuid`;
    conditions.push(
      Prisma.sql`(r.cluster_id = ${id} OR r.other_cluster_id = ${id} OR ${faceOf(Prisma.sql`f.cluster_id = ${id}`)})`,
    );
  }
  if (filters.imageId !== undefined) {
    const id = Prisma.sql`${filters.imageId}::uuid`;
    conditions.push(
      Prisma.sql`(r.image_id = ${id} OR r.other_image_id = ${id} OR ${faceOf(Prisma.sql`f.image_id = ${id}`)})`,
    );
  }
  if (filters.labelled !== undefined) {
    conditions.push(Prisma.sql`EXISTS (SELECT 1 FROM clusters c WHERE c.tenant_id = ${tenantId}
      AND c.id IN (r.cluster_id, r.other_cluster_id) AND c.label IS NOT NULL) = ${filters.labelled}::boolean`);
  }
  if (filters.probabilityMin !== undefined)
    conditions.push(Prisma.sql`r.probability >= ${filters.probabilityMin}::float8`);
  if (filters.probabilityMax !== undefined)
    conditions.push(Prisma.sql`r.probability <= ${filters.probabilityMax}::float8`);
  if (filters.since !== undefined) conditions.push(Prisma.sql`r.created_at >= ${filters.since}::timestamptz`);
  return conditions;
}
