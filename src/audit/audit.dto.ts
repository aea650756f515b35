// What audit routes answer.
import { ApiProperty } from '@nestjs/swagger';
import type { AuditChainRecord } from '../database/repositories/audit-repository.js';
import type { AuditLinkRecord } from '../database/repositories/audit-record.js';

export class AuditEventResponse {
  @ApiProperty({ minimum: 1, description: '1, 2, 3 … without a gap.' }) seq!: number;
  @ApiProperty({ format: 'date-time' }) at!: string;
  @ApiProperty({ description: '`admin` or `key:<id>`.' }) actor!: string;
  @ApiProperty({ example: 'api_key.revoked' }) action!: string;
  @ApiProperty({ type: String, nullable: true, description: 'What it was done to.' })
  subject_id!: string | null;
  @ApiProperty({ type: String, nullable: true, description: "The client's X-Audit-Reason." })
  reason!: string | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Counts, names of settings, scopes.',
  })
  details!: Record<string, unknown>;
  @ApiProperty({ description: 'The JSON text that the hash is about: the members above, exactly as kept.' })
  text!: string;
  @ApiProperty({ description: 'Hash of the event before; 64 zeros for the first.' }) prev_hash!: string;
  @ApiProperty({ description: 'SHA-256 of prev_hash, audit_ref, seq and text, joined by line feeds.' })
  hash!: string;
  @ApiProperty({ description: 'The pseudonym of the tenant in the log.' }) audit_ref!: string;
}

export class AuditChainResponse {
  @ApiProperty({ description: 'The pseudonym of the tenant in the log.' }) audit_ref!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Null when the tenant was erased.' })
  tenant_id!: string | null;
  @ApiProperty({ minimum: 1 }) events!: number;
}

export function presentEvent({ tenantRef, seq, text, prevHash, hash }: AuditLinkRecord): AuditEventResponse {
  const event = JSON.parse(text) as Partial<AuditEventResponse>;
  return {
    seq,
    at: event.at ?? '',
    actor: event.actor ?? '',
    action: event.action ?? '',
    subject_id: event.subject_id ?? null,
    reason: event.reason ?? null,
    details: event.details ?? {},
    text,
    prev_hash: prevHash,
    hash,
    audit_ref: tenantRef,
  };
}

export const presentChain = ({ tenantRef, tenantId, events }: AuditChainRecord): AuditChainResponse => ({
  audit_ref: tenantRef,
  tenant_id: tenantId,
  events,
});
