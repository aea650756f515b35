// The API keys of a tenant: mint, list, rotate, revoke.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { AuditEvent } from '../database/repositories/audit-record.js';
import type { ApiKeyRecord } from '../database/records.js';
import { TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { requestFault } from '../http/request-fault.js';
import type { Actor } from './acted-by.js';
import { makeApiKey } from './api-key.js';
import { KeyPepper } from './key-pepper.js';
import type { Scope } from './scopes.js';

export interface ApiKeyRequest {
  /** For people. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Null or absent: valid until revoked. */
  readonly expiresAt?: Date | null | undefined;
}

export interface ApiKeyRotation {
  /** How long the old key still opens doors beside the new one, s; 0: it is revoked at once. */
  readonly overlapSeconds: number;
  /** Absent: the new key lives as long as the old one was made for. */
  readonly expiresAt?: Date | undefined;
}

export interface MintedApiKey {
  readonly record: ApiKeyRecord;
  /** The key itself: it cannot be shown again. */
  readonly key: string;
}

const notFound = (): DomainError => new DomainError('api_key.not_found', 'There is no such API key.');

/** What the audit log is told of a key: never its name, which people choose. */
const eventOf = (
  done: 'minted' | 'rotated' | 'revoked',
  { id, scopes, expiresAt, replacesId }: ApiKeyRecord,
  at: Date,
  by: Actor,
): AuditEvent => ({
  ...by,
  at,
  action: `api_key.${done}`,
  subjectId: id,
  details: { scopes, expires_at: expiresAt, replaces_id: replacesId },
});

@Injectable()
export class ApiKeysService {
  constructor(
    private readonly tenants: TenantStore,
    private readonly pepper: KeyPepper,
  ) {}

  /** Throws DomainError tenant.not_found, and request.invalid for a time that has passed. */
  async mint(
    tenantId: string,
    { name, scopes, expiresAt = null }: ApiKeyRequest,
    by: Actor,
  ): Promise<MintedApiKey> {
    const createdAt = new Date();
    const minted = this.make({ name, scopes, expiresAt, createdAt, replacesId: null });
    await this.tenants.forTenant(tenantId).transaction(async ({ apiKeys, audit }) => {
      await apiKeys.insert(minted.record);
      await audit.append(eventOf('minted', minted.record, createdAt, by));
    });
    return minted;
  }

  /**
   * A new key with the name and scopes of another, which ends after the overlap.
   * Throws DomainError api_key.not_found, api_key.ended, and request.invalid for an expiry that has passed.
   */
  rotate(tenantId: string, keyId: string, rotation: ApiKeyRotation, by: Actor): Promise<MintedApiKey> {
    const now = new Date();
    return this.tenants.forTenant(tenantId).transaction(async ({ apiKeys, audit }) => {
      const old = await apiKeys.find(keyId);
      if (!old) throw notFound();
      if (old.revokedAt !== null || (old.expiresAt !== null && old.expiresAt <= now)) {
        throw new DomainError('api_key.ended', 'The key is revoked or has expired: mint a new one.');
      }
      const { name, scopes, createdAt, expiresAt } = old;
      const sameLife = expiresAt && new Date(now.getTime() + expiresAt.getTime() - createdAt.getTime());
      const minted = this.make({
        name,
        scopes,
        expiresAt: rotation.expiresAt ?? sameLife,
        createdAt: now,
        replacesId: keyId,
      });
      await apiKeys.insert(minted.record);
      if (rotation.overlapSeconds === 0) await apiKeys.revoke(keyId, now);
      else await apiKeys.endBy(keyId, new Date(now.getTime() + rotation.overlapSeconds * 1000));
      await audit.append(eventOf('rotated', minted.record, now, by));
      return minted;
    });
  }

  /** Newest first, revoked and expired ones too. */
  list(tenantId: string, page: { limit: number; after?: string | undefined }): Promise<ApiKeyRecord[]> {
    return this.tenants.forTenant(tenantId).read(({ apiKeys }) => apiKeys.list(page));
  }

  /** Throws DomainError api_key.not_found. */
  async get(tenantId: string, keyId: string): Promise<ApiKeyRecord> {
    const record = await this.tenants.forTenant(tenantId).read(({ apiKeys }) => apiKeys.find(keyId));
    if (!record) throw notFound();
    return record;
  }

  /** From now on the key opens nothing, in every process. Throws DomainError api_key.not_found. */
  revoke(tenantId: string, keyId: string, by: Actor): Promise<ApiKeyRecord> {
    const now = new Date();
    return this.tenants.forTenant(tenantId).transaction(async ({ apiKeys, audit }) => {
      const record = await apiKeys.revoke(keyId, now);
      if (!record) throw notFound();
      // Revoking once more changes nothing and is no event.
      if (record.revokedAt?.getTime() === now.getTime())
        await audit.append(eventOf('revoked', record, now, by));
      return record;
    });
  }

  private make(
    known: Pick<ApiKeyRecord, 'name' | 'scopes' | 'expiresAt' | 'createdAt' | 'replacesId'>,
  ): MintedApiKey {
    if (known.expiresAt !== null && !(known.expiresAt > known.createdAt)) {
      throw requestFault('#/expires_at', 'must lie in the future', 'future');
    }
    const { key, prefix } = makeApiKey();
    const record: ApiKeyRecord = {
      ...known,
      id: uuidv7(),
      prefix,
      secretHash: this.pepper.hashOf(key),
      pepperId: this.pepper.id,
      scopes: [...new Set(known.scopes)],
      revokedAt: null,
      lastUsedAt: null,
    };
    return { record, key };
  }
}
