// Results of looking a face up, as the API tells them.
import { presentBox } from '../clusters/face.response.js';
import { boxHeight, boxWidth } from '../domain/geometry/box.js';
import type { CompareResponse, ProbeResponse, SearchResponse, VerifyResponse } from './search.dto.js';
import type { Comparison, Found, Match, Probe, Verification } from './search.service.js';

const presentProbe = ({ box, detectionScore, quality, reasons }: Probe): ProbeResponse => ({
  box: presentBox({ x: box.x1, y: box.y1, width: boxWidth(box), height: boxHeight(box) }),
  detection_score: detectionScore,
  quality,
  reasons: [...reasons],
});

export function presentSearch({
  probe,
  faceCount,
  notes,
  matches,
}: Found & { matches: readonly Match[] }): SearchResponse {
  return {
    probe: presentProbe(probe),
    face_count: faceCount,
    matches: matches.map((match) => ({
      cluster_id: match.clusterId,
      label: match.cluster.label,
      external_ref: match.cluster.externalRef,
      state: match.state,
      face_count: match.faceCount,
      similarity: match.similarity,
      probability: match.probability,
      face_ids: [...match.exemplarFaceIds],
    })),
    notes: [...notes],
  };
}

export function presentVerification(verification: Verification): VerifyResponse {
  const { match, similarity, probability, threshold, probe, faceCount, notes } = verification;
  return {
    match,
    similarity,
    probability,
    threshold,
    probe: presentProbe(probe),
    face_count: faceCount,
    notes: [...notes],
  };
}

export function presentComparison({
  match,
  similarity,
  probability,
  threshold,
  a,
  b,
}: Comparison): CompareResponse {
  return {
    match,
    similarity,
    probability,
    threshold,
    face_a: presentProbe(a.probe),
    face_b: presentProbe(b.probe),
    face_count_a: a.faceCount,
    face_count_b: b.faceCount,
    notes: [...new Set([...a.notes, ...b.notes])],
  };
}
