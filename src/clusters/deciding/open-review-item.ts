// Which review items may be answered or worked on.
import type { ReviewItemRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import { DomainError } from '../../domain/domain-error.js';
import { claimAt } from '../../domain/review/work.js';
import { type ExpectedVersions, versionFits } from '../../http/conditional.js';
import { presentReviewItem } from '../review-item.response.js';

/** @throws DomainError review_item.not_found */
export async function getReviewItem(
  { reviewItems }: TenantRepositories,
  itemId: string,
): Promise<ReviewItemRecord> {
  const item = await reviewItems.find(itemId);
  if (item === null) throw new DomainError('review_item.not_found', 'There is no such review item.');
  return item;
}

/** @throws DomainError review_item.not_found, review_item.closed with the outcome. */
export async function getOpenReviewItem(
  repositories: TenantRepositories,
  itemId: string,
): Promise<ReviewItemRecord> {
  const item = await getReviewItem(repositories, itemId);
  if (item.state === 'open' || item.state === 'claimed') return item;
  throw new DomainError('review_item.closed', 'This review item is closed already.', {
    extensions: {
      state: item.state,
      outcome: item.outcome,
      operation_id: item.operationId,
      resolved_at: item.resolvedAt?.toISOString() ?? null,
      resolved_by: item.resolvedBy,
    },
  });
}

/** @throws DomainError review_item.claimed while another actor's claim holds. */
export function refuseClaimedByOther(item: ReviewItemRecord, actor: string, now: Date): void {
  const claim = claimAt(item, now);
  if (claim === null || claim.assignee === actor) return;
  throw new DomainError('review_item.claimed', 'Somebody else works on this review item.', {
    retryable: true,
    retryAfterSeconds: (claim.leaseExpiresAt.getTime() - now.getTime()) / 1000,
    extensions: { assignee: claim.assignee, lease_expires_at: claim.leaseExpiresAt.toISOString() },
  });
}

/** Whoever looked at other evidence is shown the new one. @throws DomainError review_item.changed with the item. */
export function refuseOtherVersion(item: ReviewItemRecord, expected: ExpectedVersions, now: Date): void {
  if (versionFits(item.version, expected)) return;
  throw new DomainError('review_item.changed', 'The evidence has changed since it was looked at.', {
    extensions: { item: presentReviewItem(item, now) },
  });
}
