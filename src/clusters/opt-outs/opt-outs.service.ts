// People who do not want to be grouped. Whoever is to be left alone later has to be known again, so there are two ways, and people
// choose: nothing is kept, or one vector.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../../auth/acted-by.js';
import type { OptOutRecord } from '../../database/records.js';
import { TenantStore } from '../../database/tenant-store.js';
import { DomainError } from '../../domain/domain-error.js';
import { type EndedErasure, ErasuresService } from '../../erasure/erasures.service.js';
import { refuseUnderHold } from '../../erasure/legal-hold.js';
import { FaceErasure } from '../face-erasure.js';

/** nothing: the person may be found again as somebody unknown. blocked_exemplar: later faces are dismissed when they come. */
export const OPT_OUT_KEEPS = ['nothing', 'blocked_exemplar'] as const;
export type OptOutKeeps = (typeof OPT_OUT_KEEPS)[number];

export interface OptedOut {
  /** Null where nothing is kept. */
  readonly optOutId: string | null;
  readonly ended: EndedErasure;
}

@Injectable()
export class OptOuts {
  constructor(
    private readonly tenants: TenantStore,
    private readonly erasure: FaceErasure,
    private readonly erasures: ErasuresService,
  ) {}

  /**
   * Erases a person with all faces, and keeps what was chosen, in one transaction.
   * @param reference Names the document of the request.
   * @throws DomainError cluster.not_found, retention.legal_hold, request.invalid when there is no embedding to keep,
   * model_change.in_progress: what is kept would be of the space that is left.
   */
  async optOut(
    tenantId: string,
    clusterId: string,
    { keep, reference }: { readonly keep: OptOutKeeps; readonly reference: string | null },
    by: Actor,
  ): Promise<OptedOut> {
    const optOutId = keep === 'nothing' ? null : uuidv7();
    const { erasure } = await this.erasure.deleteCluster(
      tenantId,
      clusterId,
      by.actor,
      async ({ optOuts, modelChanges, audit }) => {
        const at = new Date();
        if (optOutId !== null) {
          const change = await modelChanges.findOpen();
          if (change !== null && change.phase !== 'settled') throw spaceMoves(change.id);
          const kept = await optOuts.keepOfCluster(clusterId, { id: optOutId, reference, createdAt: at });
          if (kept === 0) throw nothingToKeep();
        }
        const details = { kept: keep, opt_out_id: optOutId, reference };
        await audit.append({ ...by, at, action: 'person.opted_out', subjectId: clusterId, details });
      },
    );
    return { optOutId, ended: await this.erasures.complete(erasure) };
  }

  /** Newest first. */
  list(tenantId: string, page: { limit: number; after?: string | undefined }): Promise<OptOutRecord[]> {
    return this.tenants.forTenant(tenantId).read(({ optOuts }) => optOuts.list(page));
  }

  /** Erases what was kept: the person is found again like anybody. @throws DomainError opt_out.not_found, retention.legal_hold */
  async lift(tenantId: string, optOutId: string, by: Actor): Promise<void> {
    await this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const deleted = await repositories.optOuts.delete(optOutId);
      if (!deleted) throw new DomainError('opt_out.not_found', 'There is no such opt-out.');
      await refuseUnderHold(repositories);
      const event = { ...by, at: new Date(), action: 'person.opt_out_lifted', subjectId: optOutId };
      await repositories.audit.append(event);
    });
  }
}

function nothingToKeep(): DomainError {
  const detail = 'the cluster has no face with an embedding that could be known again';
  return new DomainError('request.invalid', detail, {
    faults: [{ pointer: '#/keep', detail, code: 'invalid' }],
  });
}

const spaceMoves = (id: string): DomainError =>
  new DomainError(
    'model_change.in_progress',
    'The tenant is moving to another model pack. Keep a blocked exemplar when it has arrived, or keep nothing.',
    { extensions: { model_change_id: id } },
  );
