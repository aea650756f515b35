// The events API deletes a user by GET, which a link, a crawler or a prefetching browser can set off: offered only when switched on.
import { Controller, Get, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../../auth/current-principal.js';
import type { Principal } from '../../auth/principal.js';
import { RequiresUnlessOpen } from '../../auth/requires.js';
import { EarlierRoute } from '../earlier-route.js';
import { EarlierTexts } from '../earlier-texts.js';
import { Parameters, TakesParameters } from '../parameters.js';
import { deletedUser, EventUsers } from './event-users.js';
import { StatusAnswer, UserIdParameters } from './events.parameters.js';

@ApiTags('earlier API: events')
@UseInterceptors(EarlierTexts)
@Controller()
export class DeleteByGetController {
  constructor(private readonly users: EventUsers) {}

  @Get('api/delete_user')
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
