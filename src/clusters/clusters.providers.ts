// The services of this room for the application's module: all that decide and write, and the policy that they obey.
import type { FactoryProvider, Provider } from '@nestjs/common';
import { ApplyPlan } from './apply-plan.js';
import { AssignFaces } from './assign-faces.js';
import { AssignmentPolicies } from './assignment-policies.js';
import { ClustersService } from './clusters.service.js';
import { FaceErasure } from './face-erasure.js';
import { ReviewDecisions } from './review-decisions.js';

/** @param policies Makes AssignmentPolicies of the pack that is loaded and the configuration. */
export function clusterProviders(policies: Omit<FactoryProvider<AssignmentPolicies>, 'provide'>): Provider[] {
  return [
    { provide: AssignmentPolicies, ...policies },
    ApplyPlan,
    AssignFaces,
    ClustersService,
    FaceErasure,
    ReviewDecisions,
  ];
}
