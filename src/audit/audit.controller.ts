// /v1/tenants/{tenant_id}/audit for a tenant, /v1/audit for the operator: what was done, by whom, and why.
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsNoUse, Requires } from '../auth/requires.js';
import { SystemStore } from '../database/system-store.js';
import { TenantStore } from '../database/tenant-store.js';
import type { AuditLinkRecord } from '../database/repositories/audit-record.js';
import { ApiPage, page, PageQuery, type Page } from '../http/pagination.js';
import { TenantIdPipe } from '../http/params.js';
import { AuditChainResponse, AuditEventResponse, presentChain, presentEvent } from './audit.dto.js';

/** The cursor of a list of events: the number of the last one. */
const seqKey = (key: unknown): number | undefined =>
  typeof key === 'string' && /^\d{1,15}$/.test(key) ? Number(key) : undefined;

const eventPage = (rows: readonly AuditLinkRecord[], limit: number): Page<AuditEventResponse> =>
  page(rows, limit, ({ seq }) => String(seq), presentEvent);

@ApiTags('audit')
@IsNoUse()
@Controller('v1')
export class AuditController {
  constructor(
    private readonly tenants: TenantStore,
    private readonly system: SystemStore,
  ) {}

  @Get('tenants/:tenant_id/audit')
  @Requires('admin')
  @ApiOperation({
    summary: 'The audit log of a tenant, newest first: each event is chained to the one before.',
  })
  @ApiPage(AuditEventResponse)
  async ofTenant(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Query() query: PageQuery,
  ): Promise<Page<AuditEventResponse>> {
    const { limit, after } = query.keyPage(seqKey);
    const scope = this.tenants.forTenant(tenantId);
    return eventPage(await scope.read(({ audit }) => audit.list({ limit: limit + 1, before: after })), limit);
  }

  @Get('audit')
  @Requires('admin')
  @ApiOperation({ summary: 'All audit logs, those of erased tenants too.' })
  @ApiPage(AuditChainResponse)
  async chains(@Query() query: PageQuery): Promise<Page<AuditChainResponse>> {
    const { limit, after } = query.keyPage();
    const rows = await this.system.transaction(({ audit }) => audit.listRefs({ limit: limit + 1, after }));
    return page(rows, limit, ({ tenantRef }) => tenantRef, presentChain);
  }

  @Get('audit/:audit_ref')
  @Requires('admin')
  @ApiOperation({ summary: 'One audit log by its pseudonym, newest first. An unknown one has no events.' })
  @ApiPage(AuditEventResponse)
  async ofRef(
    @Param('audit_ref') auditRef: string,
    @Query() query: PageQuery,
  ): Promise<Page<AuditEventResponse>> {
    const { limit, after } = query.keyPage(seqKey);
    const page = { limit: limit + 1, before: after };
    return eventPage(await this.system.transaction(({ audit }) => audit.list(auditRef, page)), limit);
  }
}
