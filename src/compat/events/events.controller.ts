// The fifth earlier API: events with their users, each event a tenant of its own.
import { Controller, Delete, Get, HttpCode, Inject, Param, Post, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../../auth/current-principal.js';
import { actorOf, type Principal } from '../../auth/principal.js';
import { RequiresUnlessOpen } from '../../auth/requires.js';
import { requireScopes } from '../../auth/tenant-access.js';
import { ClusterLists } from '../../clusters/cluster-lists.js';
import { KINDRED_CONFIG, type KindredConfig } from '../../config/config.js';
import { ErasuresService } from '../../erasure/erasures.service.js';
import { EnrolmentService } from '../../images/enrolment.service.js';
import { Uploaded } from '../../ingest/staged-uploads.interceptor.js';
import type { StagedUpload } from '../../ingest/staging-storage.js';
import { SearchService } from '../../search/search.service.js';
import { TenantsService } from '../../tenants/tenants.service.js';
import { EarlierRoute } from '../earlier-route.js';
import { EarlierTexts } from '../earlier-texts.js';
import { MappedTenants } from '../mapped-tenants.js';
import { Parameters, TakesParameters } from '../parameters.js';
import { TakesEarlierPictures } from '../pictures.js';
import { deletedUser, EventUsers } from './event-users.js';
import { eventOfTenant, tenantOfEvent } from './event-tenants.js';
import {
  AddedUserAnswer,
  AddUserForm,
  EventParameters,
  EventsAnswer,
  StatusAnswer,
  UserIdParameters,
  UserParameters,
  UsersAnswer,
  VerifiedAnswer,
  VerifyForm,
} from './events.parameters.js';

/** Events that one list names: the earlier API has no pages. */
const EVENTS_MAX = 1000;

@ApiTags('earlier API: events')
@UseInterceptors(EarlierTexts)
@Controller()
export class EventsController {
  constructor(
    private readonly mapped: MappedTenants,
    private readonly tenants: TenantsService,
    private readonly erasures: ErasuresService,
    private readonly enrolments: EnrolmentService,
    private readonly search: SearchService,
    private readonly lists: ClusterLists,
    private readonly users: EventUsers,
    @Inject(KINDRED_CONFIG) private readonly config: KindredConfig,
  ) {}

  @Post('addUser')
  @RequiresUnlessOpen('events', 'ingest', 'review')
  @HttpCode(200)
  @TakesEarlierPictures(['file'], AddUserForm)
  @EarlierRoute('POST /v1/tenants/{tenant_id}/images with label')
  @ApiOkResponse({ type: AddedUserAnswer })
  async addUser(
    @Parameters() { event_name, username }: UserParameters,
    @Uploaded('file') upload: StagedUpload,
    @CurrentPrincipal() principal: Principal,
  ): Promise<AddedUserAnswer> {
    const tenantId = tenantOfEvent(this.config.compat.eventsPrefix, event_name);
    await this.mapped.open(principal, tenantId);
    const { cluster } = await this.enrolments.enrol(tenantId, username, upload, actorOf(principal));
    return {
      status: 'success',
      message: `User ${username} added to event ${event_name}`,
      embedding_count: cluster.faceCount,
    };
  }

  @Post('verify')
  @RequiresUnlessOpen('events', 'read')
  @HttpCode(200)
  @TakesEarlierPictures(['file'], VerifyForm)
  @EarlierRoute('POST /v1/tenants/{tenant_id}/search')
  @ApiOkResponse({ type: VerifiedAnswer })
  async verify(
    @Parameters() { event_name }: EventParameters,
    @Uploaded('file') upload: StagedUpload,
    @CurrentPrincipal() principal: Principal,
  ): Promise<VerifiedAnswer> {
    const tenantId = await this.users.tenantOf(event_name, principal);
    const { faces } = await this.search.identify(tenantId, upload);
    const [person] = faces
      .flatMap(({ person }) => person ?? [])
      .sort((a, b) => b.probability - a.probability);
    if (person === undefined)
      return { verified: false, username: null, message: 'No matching user found', confidence: 0 };
    const username = person.names[0]!;
    return { verified: true, username, message: `User ${username} verified`, confidence: person.probability };
  }

  @Get('api/events')
  @RequiresUnlessOpen('events', 'read')
  @TakesParameters()
  @EarlierRoute('GET /v1/tenants')
  @ApiOkResponse({ type: EventsAnswer })
  async list(@CurrentPrincipal() principal: Principal): Promise<EventsAnswer> {
    const { eventsPrefix } = this.config.compat;
    const tenantIds =
      principal.kind === 'key'
        ? [principal.tenantId]
        : await this.tenants.listIdsStarting(eventsPrefix, EVENTS_MAX);
    const events: EventsAnswer['events'] = [];
    for (const tenantId of tenantIds) {
      const event = eventOfTenant(eventsPrefix, tenantId);
      if (event !== undefined)
        events.push({ event_name: event, user_count: await this.lists.countLabelled(tenantId) });
    }
    return { events };
  }

  @Delete('api/events/:event')
  @RequiresUnlessOpen('events', 'erase')
  @EarlierRoute('DELETE /v1/tenants/{tenant_id}')
  @ApiOkResponse({ type: StatusAnswer })
  async deleteEvent(
    @Param('event') event: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<StatusAnswer> {
    const tenantId = await this.users.tenantOf(event, principal);
    requireScopes(principal, ['erase', 'admin'], true);
    await this.erasures.eraseTenant(tenantId, { actor: actorOf(principal) });
    return { status: 'success', message: `Event ${event} deleted` };
  }

  @Get('api/all_user')
  @RequiresUnlessOpen('events', 'read')
  @TakesParameters()
  @EarlierRoute('GET /v1/tenants/{tenant_id}/clusters?labelled=true', EventParameters)
  @ApiOkResponse({ type: UsersAnswer })
  async allUsers(
    @Parameters() { event_name }: EventParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<UsersAnswer> {
    const tenantId = await this.users.tenantOf(event_name, principal);
    const users = await this.users.list(tenantId);
    return {
      users: users.map(({ id, label, faceCount }) => ({
        user_id: id,
        username: label!,
        embedding_count: faceCount,
      })),
    };
  }

  @Delete('api/delete_user')
  @RequiresUnlessOpen('events', 'erase')
  @TakesParameters()
  @EarlierRoute('DELETE /v1/tenants/{tenant_id}/clusters/{cluster_id}?faces=erase', UserIdParameters)
  @ApiOkResponse({ type: StatusAnswer })
  async deleteUser(
    @Parameters() parameters: UserIdParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<StatusAnswer> {
    await this.users.delete(parameters.event_name, parameters.user_id, principal);
    return deletedUser(parameters);
  }
}
