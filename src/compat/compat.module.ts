// The drop-in routes of earlier face APIs: those that the configuration switches on, and no others.
import {
  Inject,
  Module,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
  type Type,
} from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ClustersModule } from '../clusters/clusters.module.js';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import type { Protocol } from '../config/config-schema.js';
import { ErasureModule } from '../erasure/erasure.module.js';
import { FacesModule } from '../faces/faces.module.js';
import { ImagesModule } from '../images/images.module.js';
import { IngestModule } from '../ingest/ingest.module.js';
import { ReviewPendingModule } from '../review-pending/review-pending.module.js';
import { SearchModule } from '../search/search.module.js';
import { TenantsModule } from '../tenants/tenants.module.js';
import { EarlierGalleryController } from './clusters/gallery.controller.js';
import { EarlierReviewController } from './clusters/review.controller.js';
import { CompareController } from './compare/compare.controller.js';
import { EarlierClientMiddleware } from './earlier-client.middleware.js';
import { EnrolController } from './enrol/enrol.controller.js';
import { DeleteByGetController } from './events/delete-by-get.controller.js';
import { EventUsers } from './events/event-users.js';
import { EventsController } from './events/events.controller.js';
import { MappedTenants } from './mapped-tenants.js';
import { UserCheckController } from './user-check/user-check.controller.js';

const CONTROLLERS: Readonly<Record<Protocol, readonly Type[]>> = {
  clusters: [EarlierGalleryController, EarlierReviewController],
  user_check: [UserCheckController],
  enrol: [EnrolController],
  compare: [CompareController],
  events: [EventsController],
};

function controllersOf({ compat }: KindredConfig): Type[] {
  const controllers = compat.protocols.flatMap((protocol) => [...CONTROLLERS[protocol]]);
  const byGet = compat.eventsDeleteByGet && compat.protocols.includes('events');
  return byGet ? [...controllers, DeleteByGetController] : controllers;
}

@Module({
  imports: [
    AuthModule,
    ClustersModule,
    ErasureModule,
    FacesModule,
    ImagesModule,
    IngestModule,
    ReviewPendingModule,
    SearchModule,
    TenantsModule,
  ],
  providers: [MappedTenants, EventUsers],
})
export class CompatModule implements NestModule {
  constructor(@Inject(KINDRED_CONFIG) private readonly config: KindredConfig) {}

  static with(config: KindredConfig): DynamicModule {
    return { module: CompatModule, controllers: controllersOf(config) };
  }

  configure(consumer: MiddlewareConsumer): void {
    const controllers = controllersOf(this.config);
    if (controllers.length > 0) consumer.apply(EarlierClientMiddleware).forRoutes(...controllers);
  }
}
