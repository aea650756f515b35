// Who works on a question: claim, renew, release, sleep, pass on, note. None of it changes faces, clusters or the question.
import { Injectable } from '@nestjs/common';
import {
  getOpenReviewItem,
  getReviewItem,
  refuseClaimedByOther,
} from '../clusters/deciding/open-review-item.js';
import type { ReviewItemRecord } from '../database/records.js';
import type { ReviewSort } from '../database/repositories/review-item-order.js';
import type { NextClaim, ReviewWorkPatch } from '../database/repositories/review-work-repository.js';
import { TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { CLAIM_LEASE_MS, NOTES_MAX, SNOOZE_MS_MAX, withoutSkip, withSkip } from '../domain/review/work.js';
import { requestFault } from '../http/request-fault.js';

/** Who does it, to which item, and when. */
export interface Work {
  readonly tenantId: string;
  readonly itemId: string;
  readonly actor: string;
  readonly now: Date;
}

@Injectable()
export class ReviewWorkService {
  constructor(private readonly tenants: TenantStore) {}

  /** The first open item in the order asked for that nobody works on; null when there is none. */
  claimNext(
    who: Omit<Work, 'itemId'>,
    sort: ReviewSort,
    filters: NextClaim['filters'],
  ): Promise<ReviewItemRecord | null> {
    const { actor, now } = who;
    const leaseExpiresAt = leaseFrom(now);
    return this.tenants
      .forTenant(who.tenantId)
      .transaction(({ reviewWork }) => reviewWork.claimNext({ actor, now, leaseExpiresAt, sort, filters }));
  }

  /** Claims the item, or renews the claim. @throws DomainError review_item.not_found, .closed, .claimed */
  claim(work: Work): Promise<ReviewItemRecord> {
    return this.change(work, ({ skips }) => ({
      assignee: work.actor,
      leaseExpiresAt: leaseFrom(work.now),
      skips: withoutSkip(skips, work.actor),
    }));
  }

  /** Gives the claim back; without one nothing happens. @throws DomainError review_item.not_found, .closed, .claimed */
  release(work: Work): Promise<ReviewItemRecord> {
    return this.change(work, () => FREE);
  }

  /**
   * Puts the item to sleep, and gives a claim back.
   * @param until null wakes it. @throws DomainError review_item.not_found, .closed, .claimed, request.invalid
   */
  async snooze(work: Work, until: Date | null): Promise<ReviewItemRecord> {
    const ms = until === null ? 1 : until.getTime() - work.now.getTime();
    if (ms <= 0 || ms > SNOOZE_MS_MAX) {
      throw requestFault('#/until', 'must lie in the future, a year away at most', 'future');
    }
    return this.change(work, () => ({ ...FREE, snoozedUntil: until }));
  }

  /**
   * Passes on the question: it is not handed to this actor again before its evidence changes. Others get it as before.
   * @throws DomainError review_item.not_found, .closed, .claimed
   */
  skip(work: Work): Promise<ReviewItemRecord> {
    return this.change(work, ({ skips, version }) => ({
      ...FREE,
      skips: withSkip(skips, work.actor, version),
    }));
  }

  /**
   * Writes a note, on a closed item as well; whoever works on it.
   * @throws DomainError review_item.not_found, review_item.notes_full, review_item.closed (its subject was erased)
   */
  note({ tenantId, itemId, actor, now }: Work, text: string): Promise<ReviewItemRecord> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const { state, notes } = await getReviewItem(repositories, itemId);
      // What was erased stays erased: nobody writes on it any more.
      if (state === 'cancelled') await getOpenReviewItem(repositories, itemId);
      if (notes.length >= NOTES_MAX) {
        throw new DomainError('review_item.notes_full', `A review item takes ${NOTES_MAX} notes.`);
      }
      const note = { author: actor, text, created_at: now.toISOString() };
      return (await repositories.reviewWork.patch(itemId, { notes: [...notes, note] }))!;
    });
  }

  private change(
    { tenantId, itemId, actor, now }: Work,
    patchOf: (item: ReviewItemRecord) => ReviewWorkPatch,
  ): Promise<ReviewItemRecord> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const item = await getOpenReviewItem(repositories, itemId);
      refuseClaimedByOther(item, actor, now);
      return (await repositories.reviewWork.patch(itemId, patchOf(item)))!;
    });
  }
}

const FREE = { assignee: null, leaseExpiresAt: null };

const leaseFrom = (now: Date): Date => new Date(now.getTime() + CLAIM_LEASE_MS);
