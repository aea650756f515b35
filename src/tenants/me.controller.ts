// /v1/me: what the caller's own key is, for clients that hold a key and nothing else.
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../auth/current-principal.js';
import { actorOf, type Principal } from '../auth/principal.js';
import { Requires } from '../auth/requires.js';
import { SCOPES } from '../auth/scopes.js';

export class MeResponse {
  @ApiProperty({ description: 'As in operations, claims and notes: `key:<id>` or `admin`.' }) actor!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The tenant of the key. null: the operator, who sees every tenant.',
  })
  tenant_id!: string | null;
  @ApiProperty({ enum: SCOPES, isArray: true, description: 'What the caller may do.' }) scopes!: string[];
}

@ApiTags('tenants')
@Controller('v1/me')
export class MeController {
  @Get()
  @Requires('read')
  @ApiOperation({ summary: 'Who the caller is: actor, tenant and scopes of the credential that was sent.' })
  @ApiOkResponse({ type: MeResponse })
  get(@CurrentPrincipal() principal: Principal): MeResponse {
    const isKey = principal.kind === 'key';
    return {
      actor: actorOf(principal),
      tenant_id: isKey ? principal.tenantId : null,
      scopes: isKey ? [...principal.scopes] : [...SCOPES],
    };
  }
}
