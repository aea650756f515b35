// Who is let in: a small real application, real keys, a real database with two tenants.
import { Controller, Delete, Get, Global, Module, Param, Patch, Post, type Type } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AccessGuard } from '../../src/auth/access.guard.js';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { AuthModule } from '../../src/auth/auth.module.js';
import { Authenticator } from '../../src/auth/authenticator.js';
import { BearerStrategy } from '../../src/auth/bearer.strategy.js';
import { BootstrapToken } from '../../src/auth/bootstrap-token.js';
import { CurrentPrincipal } from '../../src/auth/current-principal.js';
import { UndeclaredRoutesError } from '../../src/auth/declared-routes.js';
import { makeApiKey, sha256 } from '../../src/auth/api-key.js';
import { FailedAttempts } from '../../src/auth/failed-attempts.js';
import { KeyPepper } from '../../src/auth/key-pepper.js';
import { KeyUsage } from '../../src/auth/key-usage.js';
import { actorOf, type Principal } from '../../src/auth/principal.js';
import { OpenDoors } from '../../src/auth/open-doors.js';
import { RequestRate } from '../../src/auth/request-rate.js';
import { TenantAccess } from '../../src/auth/tenant-access.js';
import { Public, Requires } from '../../src/auth/requires.js';
import { SCOPES, type Scope } from '../../src/auth/scopes.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { loadConfig } from '../../src/config/load-config.js';
import { SystemStore } from '../../src/database/system-store.js';
import { TenantStore } from '../../src/database/tenant-store.js';
import { Connections } from '../../src/http/connections.js';
import { TenantIdPipe } from '../../src/http/params.js';
import { setupHttp } from '../../src/http/setup-http.js';
import { openEmbedded, type TestDatabase } from '../harness/database.js';

const BY = { actor: 'admin' };
const ADMIN = 'q7ZpX2mK9vRt4LwYb8NcJ3';
const REQUEST_ID = '0199a000-0000-7000-8000-000000000001';

@Controller('v1/tenants')
class TenantRoutes {
  @Get()
  @Requires('admin')
  all(): { ok: true } {
    return { ok: true };
  }

  @Get(':tenant_id/images')
  @Requires('read')
  images(@Param('tenant_id', TenantIdPipe) tenant: string, @CurrentPrincipal() principal: Principal) {
    return { tenant, actor: actorOf(principal) };
  }

  @Post(':tenant_id/images')
  @Requires('ingest')
  add(): { ok: true } {
    return { ok: true };
  }

  @Delete(':tenant_id/images')
  @Requires('erase', 'review')
  remove(): { ok: true } {
    return { ok: true };
  }

  @Patch(':tenant_id')
  @Requires('admin')
  change(): { ok: true } {
    return { ok: true };
  }
}

@Controller()
class OpenRoutes {
  @Get('open')
  @Public()
  open(): { ok: true } {
    return { ok: true };
  }

  @Get('v1/mine')
  @Requires('read')
  mine(@CurrentPrincipal() principal: Principal) {
    return { kind: principal.kind };
  }
}

@Controller('v1')
class ForgottenRoute {
  @Get('tenants/:tenant_id/forgotten')
  forgotten(): { secret: true } {
    return { secret: true };
  }

  @Get('tenants/:tenantId/unseen')
  @Requires('read')
  unseen(): { secret: true } {
    return { secret: true };
  }
}

let stores: TestDatabase;
let dataDir: string;
let app: NestExpressApplication;
let base: string;
let keys: ApiKeysService;

/** An application with these controllers; `imports` decide how it is guarded. */
async function start(
  controllers: Type[],
  imports: Type[],
  providers: object[] = [],
  env: Record<string, string> = {},
): Promise<NestExpressApplication> {
  @Global()
  @Module({
    providers: [
      { provide: SystemStore, useFactory: () => stores.system },
      { provide: TenantStore, useFactory: () => stores.tenants },
    ],
    exports: [SystemStore, TenantStore],
  })
  class StoresModule {}

  const config = loadConfig({
    env: {
      KINDRED_ADMIN_TOKEN: ADMIN,
      KINDRED_DATA_DIR: dataDir,
      KINDRED_LOG_LEVEL: 'silent',
      KINDRED_SERVER_TRUSTED_PROXIES: '1',
      ...env,
    },
    cwd: dataDir,
  });
  @Module({
    imports: [ConfigModule.forRoot(config), StoresModule, ...imports],
    controllers,
    providers: [Connections, ...(providers as never[])],
  })
  class TestModule {}

  const application = await NestFactory.create<NestExpressApplication>(TestModule, {
    logger: false,
    abortOnError: false,
  });
  setupHttp(application, config);
  return application;
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kindred-auth-'));
  stores = await openEmbedded();
  for (const id of ['a', 'b', 'A']) await stores.addTenant(id);
  app = await start([TenantRoutes, OpenRoutes], [AuthModule]);
  await app.listen(0, '127.0.0.1');
  base = await app.getUrl();
  keys = app.get(ApiKeysService);
});
afterAll(async () => {
  await app.close();
  await stores.close();
  await rm(dataDir, { recursive: true });
});

const mint = async (tenantId: string, scopes: readonly Scope[], expiresAt?: Date) =>
  keys.mint(tenantId, { name: 'test', scopes, expiresAt }, BY);

interface Answer {
  readonly status: number;
  readonly challenge: string | null;
  readonly text: string;
  readonly code: unknown;
}

async function send(path: string, authorization?: string, method = 'GET', at = base): Promise<Answer> {
  const headers = { 'x-request-id': REQUEST_ID, ...(authorization === undefined ? {} : { authorization }) };
  const response = await fetch(at + path, { method, headers });
  const text = await response.text();
  const { code } = JSON.parse(text) as { code?: unknown };
  return { status: response.status, challenge: response.headers.get('www-authenticate'), text, code };
}

const bearer = (token: string): string => `Bearer ${token}`;

describe('credentials', () => {
  it.each([undefined, 'Basic YTpi', 'Digest x', 'token abc'])(
    'absent (%s): 401 without an error code',
    async (value) => {
      const answer = await send('/v1/mine', value);
      expect(answer).toMatchObject({
        status: 401,
        code: 'auth.credentials_missing',
        challenge: 'Bearer realm="kindred"',
      });
    },
  );

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer é',
    'Bearer unknown',
    `Bearer ${ADMIN}x`,
    `Bearer ${ADMIN.toLowerCase()}`,
    `Bearer kindred_${'a'.repeat(10)}_${'0'.repeat(43)}`,
    `Bearer kindred_${'a'.repeat(10)}_${'0'.repeat(43)}' OR 1=1`,
  ])('not valid (%s): 401 invalid_token', async (value) => {
    const answer = await sendLatin1('/v1/mine', value);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toContain('WWW-Authenticate: Bearer realm="kindred", error="invalid_token"');
    expect(answer).toContain('auth.token_invalid');
  });

  it('open the door from the Authorization header, whatever the case of the scheme', async () => {
    const { key } = await mint('a', ['read']);
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      expect((await send('/v1/mine', `${scheme} ${key}`)).status).toBe(200);
    }
  });

  it('are not taken from the query or the body', async () => {
    const { key } = await mint('a', ['read', 'ingest']);
    expect(await send(`/v1/mine?access_token=${key}`)).toMatchObject({
      status: 400,
      code: 'request.invalid',
    });
    expect((await send(`/v1/mine?access_token=${key}`, bearer(key))).status).toBe(400);
    const response = await fetch(`${base}/v1/tenants/a/images`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ access_token: key }),
    });
    expect(response.status).toBe(401);
    await response.text();
  });

  it('are asked for before a body is read', async () => {
    const response = await fetch(`${base}/v1/tenants/a/images`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{ this is no JSON',
    });
    expect(response.status).toBe(401);
    await response.text();
  });

  it('are not needed on a public route, even when they are wrong', async () => {
    expect((await send('/open')).status).toBe(200);
    expect((await send('/open', 'Bearer wrong')).status).toBe(200);
  });
});

/** fetch refuses header values that a hostile client can send. */
function sendLatin1(path: string, authorization: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(base).port), '127.0.0.1', () =>
      socket.write(
        Buffer.from(
          `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`,
          'latin1',
        ),
      ),
    );
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('a key', () => {
  it('is kept as a hash only, and told once', async () => {
    const { record, key } = await mint('a', ['read']);
    expect(key).toMatch(/^kindred_[a-z2-7]{10}_[0-9A-Za-z]{43}$/);
    expect(key).toContain(`_${record.prefix}_`);
    const kept = JSON.stringify(await keys.get('a', record.id));
    expect(kept).not.toContain(key.split('_')[2]);
  });

  it('with a wrong secret behind a right prefix opens nothing', async () => {
    const { key } = await mint('a', ['read']);
    const other = (await mint('a', ['read'])).key;
    const mixed = [...key.split('_').slice(0, 2), other.split('_')[2]].join('_');
    expect(await send('/v1/mine', bearer(mixed))).toMatchObject({ status: 401, code: 'auth.token_invalid' });
  });

  it('opens nothing once it is revoked, and the answer is that of an unknown one', async () => {
    const { record, key } = await mint('a', ['read']);
    expect((await send('/v1/mine', bearer(key))).status).toBe(200);
    await keys.revoke('a', record.id, BY);
    const revoked = await send('/v1/mine', bearer(key));
    expect(revoked.status).toBe(401);
    expect(revoked).toEqual(await send('/v1/mine', bearer('unknown')));
  });

  it('opens nothing once it has expired', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000);
    const { key } = await mint('a', ['read'], expiresAt);
    expect((await send('/v1/mine', bearer(key))).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: expiresAt });
    try {
      expect(await send('/v1/mine', bearer(key))).toMatchObject({ status: 401, code: 'auth.token_invalid' });
    } finally {
      vi.useRealTimers();
    }
  });

  it('cannot be minted for the past, nor for a tenant that is not there', async () => {
    await expect(mint('a', ['read'], new Date(Date.now() - 1))).rejects.toMatchObject({
      code: 'request.invalid',
    });
    await expect(mint('nobody', ['read'])).rejects.toMatchObject({ code: 'tenant.not_found' });
  });

  it('cannot be seen or revoked through another tenant', async () => {
    const { record, key } = await mint('a', ['read']);
    await expect(keys.get('b', record.id)).rejects.toMatchObject({ code: 'api_key.not_found' });
    await expect(keys.revoke('b', record.id, BY)).rejects.toMatchObject({ code: 'api_key.not_found' });
    expect((await keys.list('b', { limit: 100 })).map(({ id }) => id)).not.toContain(record.id);
    expect((await send('/v1/mine', bearer(key))).status).toBe(200);
  });

  it('remembers when it was last used, written once for many requests', async () => {
    const { record, key } = await mint('a', ['read']);
    await Promise.all(Array.from({ length: 8 }, () => send('/v1/mine', bearer(key))));
    await app.get(KeyUsage).onModuleDestroy();
    const first = (await keys.get('a', record.id)).lastUsedAt;
    expect(first).toBeInstanceOf(Date);
    await send('/v1/mine', bearer(key));
    await app.get(KeyUsage).onModuleDestroy();
    expect((await keys.get('a', record.id)).lastUsedAt).toEqual(first);
  });

  it('answers each of many parallel requests for its own tenant', async () => {
    const [a, b] = [await mint('a', ['read']), await mint('b', ['read'])];
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        send(`/v1/tenants/${n % 2 ? 'a' : 'b'}/images`, bearer((n % 2 ? a : b).key)).then(({ text }) => text),
      ),
    );
    answers.forEach((text, n) => {
      const [tenant, { record }] = n % 2 ? ['a', a] : ['b', b];
      expect(JSON.parse(text)).toEqual({ tenant, actor: `key:${record.id}` });
    });
  });
});

describe('rotation', () => {
  const rotated = async (overlapSeconds: number, expiresAt?: Date) => {
    const old = await mint('a', ['read', 'ingest'], expiresAt);
    return { old, fresh: await keys.rotate('a', old.record.id, { overlapSeconds }, BY) };
  };
  const opens = async (key: string): Promise<boolean> => (await send('/v1/mine', bearer(key))).status === 200;

  it('gives a new key of the same scopes, and both open doors while they overlap', async () => {
    const { old, fresh } = await rotated(3600);
    expect(fresh.record).toMatchObject({ scopes: ['read', 'ingest'], replacesId: old.record.id });
    expect([await opens(old.key), await opens(fresh.key)]).toEqual([true, true]);
    const { expiresAt } = await keys.get('a', old.record.id);
    expect(expiresAt!.getTime() - fresh.record.createdAt.getTime()).toBe(3_600_000);
    expect(fresh.record.expiresAt).toBeNull();
  });

  it('without an overlap ends the old key at once', async () => {
    const { old, fresh } = await rotated(0);
    expect([await opens(old.key), await opens(fresh.key)]).toEqual([false, true]);
  });

  it('never lengthens the life of the old key, and gives the new one a life as long', async () => {
    const { old, fresh } = await rotated(3600, new Date(Date.now() + 60_000));
    expect((await keys.get('a', old.record.id)).expiresAt).toEqual(old.record.expiresAt);
    const life = ({ record }: typeof old) => record.expiresAt!.getTime() - record.createdAt.getTime();
    expect(life(fresh)).toBe(life(old));
  });

  it('is refused for a key that has ended, and for another tenant’s', async () => {
    const { old } = await rotated(0);
    await expect(keys.rotate('a', old.record.id, { overlapSeconds: 0 }, BY)).rejects.toMatchObject({
      code: 'api_key.ended',
    });
    const { record } = await mint('a', ['read']);
    await expect(keys.rotate('b', record.id, { overlapSeconds: 0 }, BY)).rejects.toMatchObject({
      code: 'api_key.not_found',
    });
  });
});

describe('a hash of an earlier version', () => {
  it('is put under the pepper at start, and its key opens doors as before', async () => {
    const { key, prefix } = makeApiKey();
    const { record } = await mint('a', ['read']);
    const bare = { ...record, id: randomUUID(), prefix, secretHash: sha256(key), pepperId: null };
    await stores.tenants.forTenant('a').transaction(({ apiKeys }) => apiKeys.insert(bare));
    expect((await send('/v1/mine', bearer(key))).status).toBe(401);
    const next = await start([TenantRoutes, OpenRoutes], [AuthModule]);
    await next.init();
    await next.close();
    expect((await send('/v1/mine', bearer(key))).status).toBe(200);
    expect((await keys.get('a', bare.id)).secretHash).not.toBe(bare.secretHash);
  });
});

describe('wrong tokens', () => {
  it('from one address are held off after so many, while others and known keys go on', async () => {
    const guarded = await start([OpenRoutes], [AuthModule], [], { KINDRED_AUTH_FAILURES_PER_MINUTE: '3' });
    await guarded.listen(0, '127.0.0.1');
    const at = await guarded.getUrl();
    const from = async (address: string, authorization: string) => {
      const response = await fetch(`${at}/v1/mine`, {
        headers: { authorization, 'x-forwarded-for': address },
      });
      const { code } = (await response.json()) as { code?: string };
      return { status: response.status, code, retryAfter: Number(response.headers.get('retry-after')) };
    };
    const known = bearer((await mint('a', ['read'])).key);
    const late = bearer((await mint('a', ['read'])).key);
    expect((await from('192.0.2.1', known)).status).toBe(200);
    for (const wrong of ['Bearer x y', 'Bearer wrong', bearer(makeApiKey().key)]) {
      expect((await from('192.0.2.1', wrong)).status).toBe(401);
    }
    for (const held of ['Bearer wrong', late]) {
      const answer = await from('192.0.2.1', held);
      expect(answer).toMatchObject({ status: 429, code: 'auth.throttled' });
      expect(answer.retryAfter).toBeGreaterThan(0);
    }
    expect((await from('192.0.2.1', known)).status).toBe(200);
    expect((await from('192.0.2.2', late)).status).toBe(200);
    await guarded.close();
  });
});

describe('a scope', () => {
  it('opens what needs it, and no scope stands for another', async () => {
    const needs: [string, string, readonly Scope[]][] = [
      ['GET', '/v1/tenants/a/images', ['read']],
      ['POST', '/v1/tenants/a/images', ['ingest']],
      ['DELETE', '/v1/tenants/a/images', ['erase', 'review']],
      ['PATCH', '/v1/tenants/a', ['admin']],
    ];
    for (const [method, path, scopes] of needs) {
      const without = await mint(
        'a',
        SCOPES.filter((scope) => scope !== scopes[0]),
      );
      expect(await send(path, bearer(without.key), method)).toMatchObject({
        status: 403,
        code: 'auth.scope_insufficient',
        challenge: 'Bearer realm="kindred", error="insufficient_scope"',
      });
      expect((await send(path, bearer((await mint('a', scopes)).key), method)).status).toBeLessThan(300);
    }
  });

  it('admin of a key ends at its tenant: what concerns all tenants is the operator’s', async () => {
    const { key } = await mint('a', SCOPES);
    expect(await send('/v1/tenants', bearer(key))).toMatchObject({
      status: 403,
      code: 'auth.scope_insufficient',
    });
    expect((await send('/v1/tenants', bearer(ADMIN))).status).toBe(200);
  });
});

describe('another tenant', () => {
  it('looks byte for byte like none, to a key with every scope', async () => {
    const { key } = await mint('a', SCOPES);
    const unknown = await send('/v1/tenants/nobody/images', bearer(key));
    expect(unknown).toMatchObject({ status: 404, code: 'tenant.not_found' });
    for (const method of ['GET', 'POST', 'DELETE']) {
      for (const tenant of ['b', 'A']) {
        expect(await send(`/v1/tenants/${tenant}/images`, bearer(key), method)).toEqual(unknown);
      }
    }
  });

  it('looks like none also to a key that lacks the scope', async () => {
    const { key } = await mint('a', ['embeddings']);
    expect(await send('/v1/tenants/b/images', bearer(key))).toEqual(
      await send('/v1/tenants/nobody/images', bearer(key)),
    );
  });

  it('is open to the operator, when it exists', async () => {
    expect(JSON.parse((await send('/v1/tenants/b/images', bearer(ADMIN))).text)).toEqual({
      tenant: 'b',
      actor: 'admin',
    });
    const { key } = await mint('a', ['read']);
    expect(await send('/v1/tenants/nobody/images', bearer(ADMIN))).toEqual(
      await send('/v1/tenants/b/images', bearer(key)),
    );
  });

  it.each(['%00', 'a%20b', 'x'.repeat(65)])('cannot be called %s', async (id) => {
    expect(await send(`/v1/tenants/${id}/images`, bearer(ADMIN))).toMatchObject({
      status: 400,
      code: 'request.invalid',
    });
  });
});

describe('a route that declares nothing', () => {
  it('stops the start, and is named, as is a tenant that the guard cannot see', async () => {
    const forgetful = await start([OpenRoutes, ForgottenRoute], [AuthModule]);
    const error = await forgetful.init().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UndeclaredRoutesError);
    expect((error as UndeclaredRoutesError).routes).toEqual([
      'GET /v1/tenants/:tenant_id/forgotten (ForgottenRoute.forgotten)',
      'GET /v1/tenants/:tenantId/unseen (ForgottenRoute.unseen)',
    ]);
    await forgetful.close();
  });

  it('is closed to everybody, should it ever run', async () => {
    // The guard alone, without the check at start.
    const guarded = await start(
      [ForgottenRoute],
      [],
      [
        { provide: BootstrapToken, useFactory: () => app.get(BootstrapToken) },
        { provide: KeyPepper, useFactory: () => app.get(KeyPepper) },
        { provide: FailedAttempts, useFactory: () => new FailedAttempts(60) },
        { provide: OpenDoors, useFactory: () => new OpenDoors([]) },
        { provide: TenantAccess, useFactory: () => app.get(TenantAccess) },
        { provide: RequestRate, useFactory: () => app.get(RequestRate) },
        KeyUsage,
        Authenticator,
        BearerStrategy,
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
    );
    await guarded.listen(0, '127.0.0.1');
    const at = await guarded.getUrl();
    const { key } = await mint('a', SCOPES);
    for (const authorization of [undefined, bearer(key), bearer(ADMIN)]) {
      const answer = await send('/v1/tenants/a/forgotten', authorization, 'GET', at);
      expect(answer).toMatchObject({ status: 403, code: 'auth.scope_insufficient' });
    }
    await guarded.close();
    // Closing one application takes no strategy from another in the same process.
    expect((await send('/v1/mine', bearer(key))).status).toBe(200);
  });
});

it('the OpenAPI document says which scopes a route needs', async () => {
  const document = (await (await fetch(`${base}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { security?: unknown }>>;
  };
  expect(document.paths['/v1/tenants/{tenant_id}/images']?.['delete']?.security).toEqual([
    { bearer: ['erase', 'review'] },
  ]);
  expect(document.paths['/open']?.['get']?.security).toBeUndefined();
});
