import { describe, expect, it } from 'vitest';
import { LineFault } from './line-reader.js';
import { ForeignExport, parseHeader, parseImportLine } from './parse-line.js';

const ID = '01a00000-0000-7000-8000-000000000001';
const OTHER = '01a00000-0000-7000-8000-000000000002';
const AT = '2026-01-02T03:04:05.678Z';

const faultOf = (line: unknown): string | undefined => {
  try {
    parseImportLine(line);
    return undefined;
  } catch (error) {
    if (error instanceof LineFault) return error.pointer;
    throw error;
  }
};

const FACE = {
  type: 'face',
  id: ID,
  image_id: OTHER,
  cluster_id: OTHER,
  box: { x: -3, y: 2, width: 10, height: 12 },
  landmarks: [
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
    [9, 10],
  ],
  detection_score: 0.9,
  quality: 0.8,
  reasons: [],
  assignment: 'assigned',
  assigned_by: 'human',
  locked: true,
  state: 'active',
  similarity: null,
  probability: 0.5,
  space: 'compact',
  created_at: AT,
};

const ITEM = {
  type: 'review_item',
  id: ID,
  kind: 'new_cluster',
  state: 'open',
  subject_key: `cluster:${OTHER}`,
  face_id: null,
  cluster_id: OTHER,
  other_cluster_id: null,
  image_id: null,
  other_image_id: null,
  evidence: { face_ids: [ID], face_count: 1, nearest: [] },
  priority: 1,
  similarity: null,
  probability: null,
  outcome: null,
  created_at: AT,
  updated_at: AT,
  resolved_at: null,
  resolved_by: null,
  snoozed_until: null,
  notes: [],
};

describe('lines of an export', () => {
  it('are read as they were written, and members that are not known are left out', () => {
    expect(parseImportLine({ ...FACE, more: 1 })).toEqual(FACE);
    expect(parseImportLine(ITEM)).toEqual(ITEM);
  });

  it.each([
    [{ ...FACE, id: 'x' }, '/id'],
    [{ ...FACE, id: ID.toUpperCase() }, '/id'],
    [{ ...FACE, box: { ...FACE.box, width: 0 } }, '/box/width'],
    [{ ...FACE, box: { ...FACE.box, height: Number.NaN } }, '/box/height'],
    [{ ...FACE, landmarks: FACE.landmarks.slice(1) }, '/landmarks'],
    [{ ...FACE, landmarks: [[1, 2, 3], ...FACE.landmarks.slice(1)] }, '/landmarks'],
    [{ ...FACE, landmarks: FACE.landmarks.map(() => [4, 4]) }, '/landmarks'],
    [{ ...FACE, probability: 1.1 }, '/probability'],
    [{ ...FACE, created_at: '0000-01-01T00:00:00Z' }, '/created_at'],
    [{ ...FACE, cluster_id: null }, '/cluster_id'],
    [{ ...FACE, state: 'dismissed' }, '/cluster_id'],
    [{ ...FACE, created_at: 'yesterday' }, '/created_at'],
    [{ ...FACE, created_at: '2026-13-02T03:04:05Z' }, '/created_at'],
    [{ ...FACE, embedding: '!' }, '/embedding'],
    [{ ...ITEM, kind: 'riddle' }, '/kind'],
    [{ ...ITEM, evidence: { face_ids: [ID], face_count: '1', nearest: [] } }, '/evidence/face_count'],
    [{ ...ITEM, evidence: { face_ids: ['x'], face_count: 1, nearest: [] } }, '/evidence/face_ids/0'],
    [{ ...ITEM, kind: 'merge_suggestion', evidence: { clusters: [{}] } }, '/evidence/clusters'],
    [{ ...ITEM, state: 'resolved' }, '/resolved_at'],
    [{ ...ITEM, notes: [{ author: 'a', text: 'b' }] }, '/notes/created_at'],
    [{ type: 'constraint', id: ID, kind: 'must_link', face_a: ID, face_b: ID }, '/face_b'],
    [{ type: 'operation' }, '/type'],
    [[], ''],
  ])('are refused with the place of the fault: %#', (line, pointer) => {
    expect(faultOf(line)).toBe(pointer);
  });

  it('let a closed question keep whatever was shown then', () => {
    const closed = { ...ITEM, state: 'resolved', resolved_at: AT, evidence: { anything: [1] } };
    expect(parseImportLine(closed)).toEqual(closed);
  });

  it('sort the two ends of a constraint, which a mapping may have turned round', () => {
    const line = {
      type: 'constraint',
      id: ID,
      kind: 'cannot_link',
      face_a: OTHER,
      face_b: ID,
      source: 'human',
      actor: 'admin',
      created_at: AT,
      retired_at: null,
    };
    expect(parseImportLine(line)).toEqual({ ...line, face_a: ID, face_b: OTHER });
  });

  it('begin with a header of this format and version', () => {
    const space = { id: 'compact', recogniser_sha256: 'ab'.repeat(32), width: 128 };
    const header = { type: 'header', format: 'kindred-export', version: 1, spaces: [space] };
    expect(parseHeader(header)).toEqual([space]);
    for (const foreign of [{ ...header, version: 2 }, { ...header, format: 'x' }, FACE, null])
      expect(() => parseHeader(foreign)).toThrow(ForeignExport);
    expect(() => parseHeader({ ...header, spaces: [{ ...space, width: 0 }] })).toThrow(LineFault);
  });
});
