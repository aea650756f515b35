// Whether a face is good enough to found or join a cluster by itself.

/** Why a face was kept but not clustered, or is doubted. Stable codes: clients branch on them. */
export const QUALITY_REASONS = [
  'face_small',
  'face_blurred',
  'face_turned',
  'face_truncated',
  'detection_weak',
  'alignment_poor',
  'embedding_weak',
] as const;

export type QualityReason = (typeof QUALITY_REASONS)[number];
