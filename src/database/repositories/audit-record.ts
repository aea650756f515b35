// What the audit log takes in and gives back.
import type { AuditLink } from '../../domain/audit/audit-chain.js';
import type { JsonObject } from '../records.js';

/** Something that was done, for the audit log: ids and counts, no vector, no name of a person. */
export interface AuditEvent {
  readonly at: Date;
  readonly actor: string;
  /** `<what>.<done>`: api_key.minted. */
  readonly action: string;
  readonly subjectId?: string | undefined;
  readonly reason?: string | undefined;
  readonly details?: JsonObject | undefined;
}

/** A link of the audit log, with the pseudonym of its tenant. */
export interface AuditLinkRecord extends AuditLink {
  readonly tenantRef: string;
}
