// What waits in the queue, what was answered, and how often humans agreed with the machine.
import { Injectable } from '@nestjs/common';
import type { OpenCount } from '../database/repositories/review-statistics-repository.js';
import { TenantStore } from '../database/tenant-store.js';
import {
  acceptanceByKind,
  advisedThreshold,
  type AnswerCount,
  type KindAcceptance,
  PROBABILITY_EDGES,
} from '../domain/review/acceptance.js';
import { DECISIONS_BY_KIND } from '../domain/review/decision.js';
import type { ReviewKind } from '../domain/review/review-item.js';

/** Answers counted when the caller names no time, ms: ninety days. Older ones tell of other photos and other settings. */
const WINDOW_MS = 90 * 24 * 60 * 60 * 1000;

const KINDS = Object.keys(DECISIONS_BY_KIND) as ReviewKind[];

export interface ReviewStatistics {
  readonly asOf: Date;
  readonly since: Date;
  readonly open: readonly OpenCount[];
  readonly resolvedToday: number;
  readonly acceptance: readonly KindAcceptance[];
  /** Linkage probability, 0..1; null while too few have answered. */
  readonly advisedAccept: number | null;
}

@Injectable()
export class ReviewStatisticsService {
  constructor(private readonly tenants: TenantStore) {}

  /** @param since Answers given at this time or later count; default the last ninety days. */
  async gather(tenantId: string, now: Date, since?: Date): Promise<ReviewStatistics> {
    const from = since ?? new Date(now.getTime() - WINDOW_MS);
    const today = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
    return this.tenants.forTenant(tenantId).read(async ({ reviewStatistics }) => {
      const answers = await reviewStatistics.answersSince(from, PROBABILITY_EDGES);
      const acceptance = acceptanceByKind(answers as readonly AnswerCount[], KINDS);
      // The probability of a new cluster is that of its neighbour: only this kind's is that of the guess that `accept` is about.
      const asked = acceptance.find(({ kind }) => kind === 'uncertain_assignment');
      return {
        asOf: now,
        since: from,
        open: await reviewStatistics.openByKind(now),
        resolvedToday: await reviewStatistics.resolvedSince(today),
        acceptance,
        advisedAccept: advisedThreshold(asked?.bins ?? []),
      };
    });
  }
}
