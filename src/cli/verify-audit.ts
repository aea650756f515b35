// `kindred audit verify`: computes every hash of the audit logs anew, without trusting the service that answers them.
import { createHash } from 'node:crypto';
import { ChainReader } from '../domain/audit/audit-chain.js';
import type { AuditEventAnswer, KindredClient } from './kindred-client.js';

export interface ChainReport {
  readonly audit_ref: string;
  readonly tenant_id: string | null;
  readonly events: number;
  /** Hash of the newest event: note it elsewhere, and a log that is cut short is found out as well. */
  readonly head: string | null;
  readonly faults: readonly string[];
}

/** Faults told of one log at most. */
const FAULTS_MAX = 10;

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** @param tenant Only this tenant's log; a key of the tenant is enough for it. Absent: all logs, for the operator. */
export async function verifyAudit(client: KindredClient, tenant?: string): Promise<ChainReport[]> {
  if (tenant !== undefined) return [await verifyChain(tenant, client.tenantAudit(tenant))];
  const reports: ChainReport[] = [];
  for await (const { audit_ref, tenant_id } of client.auditChains())
    reports.push(await verifyChain(tenant_id, client.audit(audit_ref)));
  return reports;
}

async function verifyChain(
  tenantId: string | null,
  events: AsyncIterable<AuditEventAnswer>,
): Promise<ChainReport> {
  const faults: string[] = [];
  let newest: AuditEventAnswer | undefined;
  let reader: ChainReader | undefined;
  let count = 0;
  for await (const event of events) {
    newest ??= event;
    reader ??= new ChainReader(event.audit_ref, sha256);
    const fault = reader.read({ ...event, prevHash: event.prev_hash });
    if (fault !== undefined && faults.length < FAULTS_MAX) faults.push(fault);
    count++;
  }
  const fault = reader?.end();
  if (fault !== undefined) faults.push(fault);
  return {
    audit_ref: newest?.audit_ref ?? '',
    tenant_id: tenantId,
    events: count,
    head: newest?.hash ?? null,
    faults,
  };
}

export const renderAudit = (reports: readonly ChainReport[]): string =>
  reports
    .map(({ audit_ref, tenant_id, events, head, faults }) =>
      [
        `${tenant_id ?? '(erased)'}  ${audit_ref}  ${events} events  ${faults.length === 0 ? 'whole' : 'BROKEN'}  head ${head ?? 'none'}`,
        ...faults.map((fault) => `  ${fault}`),
      ].join('\n'),
    )
    .join('\n');
