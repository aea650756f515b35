// Reading the review queue. Answers are given by ReviewDecisions, the owner of the transaction.
import { Injectable } from '@nestjs/common';
import type { ReviewItemRecord } from '../database/records.js';
import type { ReviewPage } from '../database/repositories/review-item-order.js';
import { TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';

@Injectable()
export class ReviewQueueService {
  constructor(private readonly tenants: TenantStore) {}

  list(tenantId: string, page: ReviewPage): Promise<ReviewItemRecord[]> {
    return this.tenants.forTenant(tenantId).read(({ reviewItems }) => reviewItems.list(page));
  }

  /** @throws DomainError review_item.not_found */
  async get(tenantId: string, itemId: string): Promise<ReviewItemRecord> {
    const item = await this.tenants.forTenant(tenantId).read(({ reviewItems }) => reviewItems.find(itemId));
    if (!item) throw new DomainError('review_item.not_found', 'There is no such review item.');
    return item;
  }
}
