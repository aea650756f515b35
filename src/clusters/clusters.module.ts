// Wires the transaction owner: policies come from the model pack and the configuration.
import { Module } from '@nestjs/common';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import { TenantStore } from '../database/tenant-store.js';
import { ErasureModule } from '../erasure/erasure.module.js';
import { InferenceProvider } from '../inference/inference-provider.js';
import { ApplyPlan } from './applying/apply-plan.js';
import { AssignFaces } from './assignment/assign-faces.js';
import { AssignmentPolicies } from './assignment/assignment-policies.js';
import { ClusterLists } from './cluster-lists.js';
import { ClustersController } from './clusters.controller.js';
import { ClustersService } from './clusters.service.js';
import { Consolidations } from './regrouping/consolidations.js';
import { FaceErasure } from './face-erasure.js';
import { GroupingThread } from './regrouping/grouping-thread.js';
import { ImportGallery } from './importing/import-gallery.js';
import { ImportLabel } from './assignment/import-label.js';
import { OptOutsController } from './opt-outs/opt-outs.controller.js';
import { OptOuts } from './opt-outs/opt-outs.service.js';
import { ReviewDecisions } from './deciding/review-decisions.js';
import { SettingsTrial } from './assignment/settings-trial.js';
import { SimilarClusters } from './similar-clusters.js';
import { SpaceSwitch } from './space-switch.js';
import { UndoOperations } from './undoing/undo-operations.js';

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
