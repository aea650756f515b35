// The API keys of a tenant: mint, list, revoke. To rotate, mint a second key, change over, revoke the first.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { ApiKeyRecord } from '../database/records.js';
import { TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { requestFault } from '../http/request-fault.js';
import { makeApiKey } from './api-key.js';
import type { Scope } from './scopes.js';

export interface ApiKeyRequest {
  /** For people. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Null or absent: valid until revoked. */
  readonly expiresAt?: Date | null | undefined;
}

export interface MintedApiKey {
  readonly record: ApiKeyRecord;
  /** The key itself: it cannot be shown again. */
  readonly key: string;
}

const notFound = (): DomainError => new DomainError('api_key.not_found', 'There is no such API key.');

@Injectable()
export class ApiKeysService {
  constructor(private readonly tenants: TenantStore) {}

  /** Throws DomainError tenant.not_found, and request.invalid for a time that has passed. */
  async mint(tenantId: string, { name, scopes, expiresAt = null }: ApiKeyRequest): Promise<MintedApiKey> {
    const createdAt = new Date();
    if (expiresAt !== null && !(expiresAt > createdAt)) {
      throw requestFault('#/expires_at', 'must lie in the future', 'future');
    }
    const { key, prefix, secretHash } = makeApiKey();
    const record: ApiKeyRecord = {
      id: uuidv7(),
      name,
      prefix,
      secretHash,
      scopes: [...new Set(scopes)],
      expiresAt,
      revokedAt: null,
      lastUsedAt: null,
      createdAt,
    };
    await this.tenants.forTenant(tenantId).transaction(({ apiKeys }) => apiKeys.insert(record));
    return { record, key };
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
  async revoke(tenantId: string, keyId: string): Promise<ApiKeyRecord> {
    const now = new Date();
    const record = await this.tenants
      .forTenant(tenantId)
      .transaction(({ apiKeys }) => apiKeys.revoke(keyId, now));
    if (!record) throw notFound();
    return record;
  }
}
