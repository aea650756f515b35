// The calls of the queue. Each throws ApiProblem.
import { api, type Operation, type ReviewItem } from '../api/client';
import type { Kind } from '../text/kinds';
import type { DecisionBody } from './answers/answer';

const at = (tenantId: string, itemId: string) => ({
  params: { path: { tenant_id: tenantId, item_id: itemId } },
});

/** The next question of the queue, claimed; null when nothing is left. */
export async function claimNext(tenantId: string, kind: Kind | null): Promise<ReviewItem | null> {
  const { data } = await api.POST('/v1/tenants/{tenant_id}/review-pending/claim', {
    params: { path: { tenant_id: tenantId } },
    body: kind === null ? {} : { kind: [kind] },
  });
  return data!.item;
}

/** Takes or keeps this question. */
export async function claim(tenantId: string, itemId: string): Promise<ReviewItem> {
  const { data } = await api.POST(
    '/v1/tenants/{tenant_id}/review-pending/{item_id}/claim',
    at(tenantId, itemId),
  );
  return data!;
}

export async function release(tenantId: string, itemId: string): Promise<void> {
  await api.DELETE('/v1/tenants/{tenant_id}/review-pending/{item_id}/claim', at(tenantId, itemId));
}

/** Questions that this reviewer already holds: those of a page that was loaded anew. */
export async function heldByMe(
  tenantId: string,
  kind: Kind | null,
  limit: number,
): Promise<readonly ReviewItem[]> {
  const { data } = await api.GET('/v1/tenants/{tenant_id}/review-pending', {
    params: {
      path: { tenant_id: tenantId },
      query: { assignee: 'me', limit, ...(kind && { kind: [kind] }) },
    },
  });
  return data!.items;
}

export async function getItem(tenantId: string, itemId: string): Promise<ReviewItem> {
  const { data } = await api.GET('/v1/tenants/{tenant_id}/review-pending/{item_id}', at(tenantId, itemId));
  return data!;
}

/** @param attempt The same for every sending of the same answer: it is taken once. */
export async function decide(
  tenantId: string,
  item: ReviewItem,
  body: DecisionBody,
  attempt: string,
): Promise<Operation> {
  const { data } = await api.POST('/v1/tenants/{tenant_id}/review-pending/{item_id}/decision', {
    params: {
      path: { tenant_id: tenantId, item_id: item.id },
      header: { 'If-Match': `"${item.version}"`, 'Idempotency-Key': attempt },
    },
    body,
  });
  return data!.operation;
}

export async function skip(tenantId: string, itemId: string): Promise<void> {
  await api.POST('/v1/tenants/{tenant_id}/review-pending/{item_id}/skip', at(tenantId, itemId));
}

/** @param until ISO 8601; null wakes it. */
export async function snooze(tenantId: string, itemId: string, until: string | null): Promise<void> {
  await api.POST('/v1/tenants/{tenant_id}/review-pending/{item_id}/snooze', {
    ...at(tenantId, itemId),
    body: { until },
  });
}

export async function writeNote(tenantId: string, itemId: string, text: string): Promise<ReviewItem> {
  const { data } = await api.POST('/v1/tenants/{tenant_id}/review-pending/{item_id}/notes', {
    ...at(tenantId, itemId),
    body: { text },
  });
  return data!;
}

/** @param attempt As for `decide`. */
export async function undo(tenantId: string, operationId: string, attempt: string): Promise<void> {
  await api.POST('/v1/tenants/{tenant_id}/operations/{operation_id}/undo', {
    params: {
      path: { tenant_id: tenantId, operation_id: operationId },
      header: { 'Idempotency-Key': attempt },
    },
  });
}
