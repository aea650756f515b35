// Consolidates a gallery with the real reading, grouping and writing; only the thread is left out.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApplyPlan } from '../../src/clusters/applying/apply-plan.js';
import { AssignmentPolicies } from '../../src/clusters/assignment/assignment-policies.js';
import { Consolidations, type ConsolidationReport } from '../../src/clusters/regrouping/consolidations.js';
import { readCensus, type TenantCensus } from '../../src/clusters/regrouping/read-census.js';
import { groupFaces } from '../../src/domain/cluster/consolidation/group-faces.js';
import { linkageFromPair } from '../../src/domain/cluster/calibration.js';
import { parseEvidenceCalibration } from '../../src/domain/cluster/qel/calibration-file.js';
import type { EvidenceCalibration } from '../../src/domain/cluster/qel/evidence-calibration.js';
import { EMBEDDING_WIDTH } from '../../src/domain/face/embedding.js';
import { repositoryRoot } from '../harness/shared-data.js';
import { type Gallery, PAIR, SPACE } from './gallery.js';

const fitted = parseEvidenceCalibration(
  JSON.parse(readFileSync(join(repositoryRoot, 'calibrations/synthetic.json'), 'utf8')),
);

/** Of made-up faces of another kind; for the built vectors of galleries it is as good. No vector leans on the last axis. */
export const EVIDENCE: EvidenceCalibration = {
  ...fitted,
  space: SPACE,
  impostorMean: 0,
  unrecognisable: Float32Array.from({ length: EMBEDDING_WIDTH }, (_, i) => Number(i === EMBEDDING_WIDTH - 1)),
};

const serviceOf = ({ db }: Gallery): Consolidations => {
  const policies = new AssignmentPolicies(SPACE, { pair: PAIR, linkage: linkageFromPair(PAIR) });
  return new Consolidations(db.tenants, policies, new ApplyPlan());
};

export async function consolidateGallery(
  gallery: Gallery,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<ConsolidationReport> {
  const census = await readCensus(gallery.scope, EVIDENCE);
  return dryRun ? previewCensus(gallery, census) : carryOutCensus(gallery, census);
}

export async function previewCensus(gallery: Gallery, census: TenantCensus): Promise<ConsolidationReport> {
  return known(await serviceOf(gallery).preview(gallery.tenantId, census, groupFaces(census.task)));
}

export async function carryOutCensus(gallery: Gallery, census: TenantCensus): Promise<ConsolidationReport> {
  return known(
    await serviceOf(gallery).carryOut(gallery.tenantId, census, groupFaces(census.task), 'machine'),
  );
}

function known(report: ConsolidationReport | null): ConsolidationReport {
  if (report === null) throw new Error('somebody else changed the tenant');
  return report;
}
