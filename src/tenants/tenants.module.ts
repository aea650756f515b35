import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ClustersModule } from '../clusters/clusters.module.js';
import { ErasureModule } from '../erasure/erasure.module.js';
import { ApiKeysController } from './api-keys.controller.js';
import { MeController } from './me.controller.js';
import { TenantsController } from './tenants.controller.js';
import { TenantsService } from './tenants.service.js';

@Module({
  imports: [AuthModule, ClustersModule, ErasureModule],
  controllers: [MeController, TenantsController, ApiKeysController],
  providers: [TenantsService],
  exports: [TenantsService],
})
export class TenantsModule {}
