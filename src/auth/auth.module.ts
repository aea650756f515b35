// Puts the access guard before every route of the application. Needs the stores of src/database to be injectable.
import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import { SystemStore } from '../database/system-store.js';
import { AccessGuard } from './access.guard.js';
import { ApiKeysService } from './api-keys.service.js';
import { Authenticator } from './authenticator.js';
import { BearerStrategy } from './bearer.strategy.js';
import { BootstrapToken } from './bootstrap-token.js';
import { DeclaredRoutes } from './declared-routes.js';
import { FailedAttempts } from './failed-attempts.js';
import { KeyPepper } from './key-pepper.js';
import { KeyUsage } from './key-usage.js';
import { LimitsOfTenants } from './limits-of-tenants.js';
import { OpenDoors } from './open-doors.js';
import { RequestRate } from './request-rate.js';
import { SealedKeys } from './sealed-keys.js';
import { TenantAccess } from './tenant-access.js';
import { TenantUse } from './tenant-use.js';

@Module({
  providers: [
    {
      provide: BootstrapToken,
      inject: [KINDRED_CONFIG],
      useFactory: (config: KindredConfig): Promise<BootstrapToken> => BootstrapToken.open(config),
    },
    {
      provide: KeyPepper,
      inject: [KINDRED_CONFIG],
      useFactory: (config: KindredConfig): Promise<KeyPepper> => KeyPepper.open(config),
    },
    {
      provide: FailedAttempts,
      inject: [KINDRED_CONFIG],
      useFactory: ({ auth }: KindredConfig) => new FailedAttempts(auth.failuresPerMinute),
    },
    {
      provide: LimitsOfTenants,
      inject: [SystemStore, KINDRED_CONFIG],
      useFactory: (system: SystemStore, { limits }: KindredConfig) => new LimitsOfTenants(system, limits),
    },
    RequestRate,
    SealedKeys,
    Authenticator,
    BearerStrategy,
    KeyUsage,
    ApiKeysService,
    DeclaredRoutes,
    {
      provide: OpenDoors,
      inject: [KINDRED_CONFIG],
      useFactory: ({ compat }: KindredConfig) => new OpenDoors(compat.open),
    },
    TenantUse,
    TenantAccess,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [ApiKeysService, BootstrapToken, KeyPepper, LimitsOfTenants, TenantAccess],
})
export class AuthModule {}
