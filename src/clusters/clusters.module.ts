// Wires the transaction owner: policies come from the model pack and the configuration.
import { Module } from '@nestjs/common';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import { TenantStore } from '../database/tenant-store.js';
import { ErasureModule } from '../erasure/erasure.module.js';
import { InferenceProvider } from '../inference/inference-provider.js';
import { ApplyPlan } from './apply-plan.js';
import { AssignFaces } from './assign-faces.js';
import { AssignmentPolicies } from './assignment-policies.js';
import { ClusterLists } from './cluster-lists.js';
import { ClustersController } from './clusters.controller.js';
import { ClustersService } from './clusters.service.js';
import { Consolidations } from './consolidations.js';
import { FaceErasure } from './face-erasure.js';
import { GroupingThread } from './grouping-thread.js';
import { ImportGallery } from './import-gallery.js';
import { ImportLabel } from './import-label.js';
import { OptOutsController } from './opt-outs.controller.js';
import { OptOuts } from './opt-outs.service.js';
import { ReviewDecisions } from './review-decisions.js';
import { SettingsTrial } from './settings-trial.js';
import { SimilarClusters } from './similar-clusters.js';
import { SpaceSwitch } from './space-switch.js';
import { UndoOperations } from './undo-operations.js';

@Module({
  imports: [ErasureModule],
  controllers: [ClustersController, OptOutsController],
  providers: [
    ClusterLists,
    OptOuts,
    SettingsTrial,
    SimilarClusters,
    GroupingThread,
    ApplyPlan,
    SpaceSwitch,
    {
      provide: AssignmentPolicies,
      inject: [InferenceProvider, KINDRED_CONFIG],
      useFactory: (inference: InferenceProvider, { clustering }: KindredConfig) =>
        new AssignmentPolicies(
          inference.pack.id,
          inference.pack.calibration,
          [clustering],
          inference.pack.evidence,
          (space) => inference.known(space),
        ),
    },
    ...[AssignFaces, ImportGallery, ImportLabel].map((step) => ({
      provide: step,
      inject: [AssignmentPolicies, ApplyPlan],
      useFactory: (policies: AssignmentPolicies, plans: ApplyPlan) => new step(policies, plans),
    })),
    ...[ClustersService, Consolidations, FaceErasure, ReviewDecisions, UndoOperations].map((service) => ({
      provide: service,
      inject: [TenantStore, AssignmentPolicies, ApplyPlan],
      useFactory: (tenants: TenantStore, policies: AssignmentPolicies, plans: ApplyPlan) =>
        new service(tenants, policies, plans),
    })),
  ],
  exports: [
    ApplyPlan,
    AssignmentPolicies,
    AssignFaces,
    ClusterLists,
    ClustersService,
    Consolidations,
    FaceErasure,
    GroupingThread,
    ImportGallery,
    ImportLabel,
    ReviewDecisions,
    SettingsTrial,
    SpaceSwitch,
    UndoOperations,
  ],
})
export class ClustersModule {}
