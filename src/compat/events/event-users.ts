// The users of an event: its named people.
import { Inject, Injectable } from '@nestjs/common';
import { actorOf, type Principal } from '../../auth/principal.js';
import { TenantAccess } from '../../auth/tenant-access.js';
import { ClusterLists } from '../../clusters/cluster-lists.js';
import { KINDRED_CONFIG, type KindredConfig } from '../../config/config.js';
import type { CountedClusterRecord } from '../../database/records.js';
import { DomainError } from '../../domain/domain-error.js';
import { EnrolmentService } from '../../images/enrolment.service.js';
import { tenantOfEvent } from './event-tenants.js';
import type { StatusAnswer, UserIdParameters } from './events.parameters.js';

/** Users that one list names: the earlier API has no pages. */
const USERS_MAX = 1000;

@Injectable()
export class EventUsers {
  constructor(
    private readonly lists: ClusterLists,
    private readonly enrolments: EnrolmentService,
    private readonly access: TenantAccess,
    @Inject(KINDRED_CONFIG) private readonly config: KindredConfig,
  ) {}

  /** The tenant of an event that the principal may use. @throws DomainError tenant.not_found, request.invalid */
  async tenantOf(event: string, principal: Principal): Promise<string> {
    const tenantId = tenantOfEvent(this.config.compat.eventsPrefix, event);
    await this.access.bind(principal, tenantId);
    return tenantId;
  }

  /** Newest first. */
  list(tenantId: string): Promise<CountedClusterRecord[]> {
    return this.lists.clusters(tenantId, { limit: USERS_MAX, labelled: true });
  }

  /** @param user Its id or its name. @throws DomainError tenant.not_found, cluster.not_found, request.invalid */
  async delete(event: string, user: string, principal: Principal): Promise<void> {
    const tenantId = await this.tenantOf(event, principal);
    const known = (await this.list(tenantId)).find(({ id, label }) => id === user || label === user);
    if (known === undefined) throw new DomainError('cluster.not_found', 'There is no such user.');
    await this.enrolments.withdrawPerson(tenantId, known.id, actorOf(principal));
  }
}

export const deletedUser = ({ event_name, user_id }: UserIdParameters): StatusAnswer => ({
  status: 'success',
  message: `User ${user_id} deleted from event ${event_name}`,
});
