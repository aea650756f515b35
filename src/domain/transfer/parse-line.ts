// Reads the lines that an import takes. Whoever wrote them, what comes out fits the tables.
import { REVIEW_KINDS } from '../review/review-item.js';
import {
  type ClusterLine,
  type ConstraintLine,
  EXPORT_FORMAT,
  EXPORT_VERSION,
  type FaceLine,
  type ImageLine,
  type ImportLine,
  type ReviewItemLine,
  type SpaceOfExport,
} from './export-line.js';
import { checkEvidence } from './evidence-shape.js';
import { isMembers, LineFault, LineReader } from './line-reader.js';

const SHA256 = /^[0-9a-f]{64}$/;
const PHASH = /^[0-9a-f]{16}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const LABEL_LENGTH_MAX = 200;
const ID_LENGTH_MAX = 255;
const ACTOR_LENGTH_MAX = 200;
/** px; far beyond any picture. */
const SIDE_PX_MAX = 1_000_000;
const BYTES_MAX = 2_147_483_647;
const REASONS_MAX = 20;
const NOTES_MAX = 50;
/** Text of one embedding: 512 values of four bytes. */
const EMBEDDING_TEXT_MAX = 2736;

/** A header whose writer spoke another version, or that is no header. */
export class ForeignExport extends Error {}

/**
 * The spaces of an export's first line.
 * @throws ForeignExport for another format or version, LineFault.
 */
export function parseHeader(value: unknown): readonly SpaceOfExport[] {
  if (!isMembers(value) || value['type'] !== 'header' || value['format'] !== EXPORT_FORMAT)
    throw new ForeignExport('This is no export of a Kindred.');
  if (value['version'] !== EXPORT_VERSION)
    throw new ForeignExport(`The export is of another version; this Kindred reads ${EXPORT_VERSION}.`);
  return new LineReader(value).list('spaces', 100).map((one, i) => {
    if (!isMembers(one)) throw new LineFault(`/spaces/${i}`, 'must be an object');
    const space = new LineReader(one, `/spaces/${i}`);
    return {
      id: space.text('id', 100),
      recogniser_sha256: space.text('recogniser_sha256', 64, SHA256),
      width: space.whole('width', 1, 512),
    };
  });
}

/** @throws LineFault */
export function parseImportLine(value: unknown): ImportLine {
  if (!isMembers(value)) throw new LineFault('', 'must be an object');
  switch (value['type']) {
    case 'cluster':
      return parseCluster(new LineReader(value));
    case 'image':
      return parseImage(new LineReader(value));
    case 'face':
      return parseFace(new LineReader(value));
    case 'constraint':
      return parseConstraint(new LineReader(value));
    case 'review_item':
      return parseReviewItem(new LineReader(value));
    default:
      throw new LineFault('/type', 'is nothing that can be imported');
  }
}

function parseCluster(line: LineReader): ClusterLine {
  return {
    type: 'cluster',
    id: line.id('id'),
    state: line.oneOf('state', ['pending', 'confirmed', 'ignored', 'merged']),
    label: line.orNull('label', (name) => line.text(name, LABEL_LENGTH_MAX)),
    external_ref: line.orNull('external_ref', (name) => line.text(name, ID_LENGTH_MAX)),
    consent_ref: line.orNull('consent_ref', (name) => line.text(name, LABEL_LENGTH_MAX)),
    cover_face_id: line.orNull('cover_face_id', (name) => line.id(name)),
    merged_into: line.orNull('merged_into', (name) => line.id(name)),
    created_at: line.time('created_at'),
  };
}

function parseImage(line: LineReader): ImageLine {
  return {
    type: 'image',
    id: line.id('id'),
    external_id: line.orNull('external_id', (name) => line.text(name, ID_LENGTH_MAX)),
    sha256: line.text('sha256', 64, SHA256),
    phash: line.text('phash', 16, PHASH),
    content_type: line.text('content_type', 100),
    width: line.whole('width', 1, SIDE_PX_MAX),
    height: line.whole('height', 1, SIDE_PX_MAX),
    byte_size: line.whole('byte_size', 1, BYTES_MAX),
    captured_at: line.orNull('captured_at', (name) => line.time(name)),
    label: line.orNull('label', (name) => line.text(name, LABEL_LENGTH_MAX)),
    notes: line.texts('notes', NOTES_MAX, 100),
    turn: line.oneOf('turn', [0, 90, 180, 270]),
    created_at: line.time('created_at'),
  };
}

function parseFace(line: LineReader): FaceLine {
  const box = line.inside('box');
  const place = (name: string): number => box.number(name, -SIDE_PX_MAX, SIDE_PX_MAX);
  const side = (name: string): number => box.number(name, 1, SIDE_PX_MAX);
  const face: FaceLine = {
    type: 'face',
    id: line.id('id'),
    image_id: line.id('image_id'),
    cluster_id: line.orNull('cluster_id', (name) => line.id(name)),
    box: { x: place('x'), y: place('y'), width: side('width'), height: side('height') },
    landmarks: parseLandmarks(line),
    detection_score: line.number('detection_score', 0, 1),
    quality: line.number('quality', 0, 1),
    reasons: line.texts('reasons', REASONS_MAX, 50),
    assignment: line.oneOf('assignment', ['assigned', 'created', 'asked', 'unclustered']),
    assigned_by: line.oneOf('assigned_by', ['auto', 'human', 'import']),
    locked: line.flag('locked'),
    state: line.oneOf('state', ['active', 'unclustered', 'dismissed']),
    similarity: line.orNull('similarity', (name) => line.number(name, -1, 1)),
    probability: line.orNull('probability', (name) => line.number(name, 0, 1)),
    space: line.text('space', 100),
    created_at: line.time('created_at'),
    ...(line.has('embedding') ? { embedding: line.text('embedding', EMBEDDING_TEXT_MAX, BASE64) } : {}),
  };
  if ((face.state === 'active') !== (face.cluster_id !== null))
    throw line.fault('cluster_id', 'must be there for an active face, and for no other');
  return face;
}

function parseLandmarks(line: LineReader): [number, number][] {
  const points = line.list('landmarks', 5).map((point): [number, number] => {
    const [x, y, ...rest] = Array.isArray(point) ? (point as unknown[]) : [];
    if (!isPlace(x) || !isPlace(y) || rest.length > 0)
      throw line.fault('landmarks', 'must hold points [x, y]');
    return [x, y];
  });
  if (points.length !== 5) throw line.fault('landmarks', 'must be five points');
  const spread = [0, 1].map((axis) => {
    const places = points.map((point) => point[axis]!);
    return Math.max(...places) - Math.min(...places);
  });
  // Points in one place have no direction to align a face by.
  if (Math.max(...spread) < 1) throw line.fault('landmarks', 'must not be all in one place');
  return points;
}

const isPlace = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) <= SIDE_PX_MAX;

function parseConstraint(line: LineReader): ConstraintLine {
  const [x, y] = [line.id('face_a'), line.id('face_b')];
  if (x === y) throw line.fault('face_b', 'must be another face');
  return {
    type: 'constraint',
    id: line.id('id'),
    kind: line.oneOf('kind', ['must_link', 'cannot_link', 'same_image_ok']),
    // A mapping may have turned their order round.
    face_a: x < y ? x : y,
    face_b: x < y ? y : x,
    source: line.oneOf('source', ['human', 'import']),
    actor: line.text('actor', ACTOR_LENGTH_MAX),
    created_at: line.time('created_at'),
    retired_at: line.orNull('retired_at', (name) => line.time(name)),
  };
}

function parseReviewItem(line: LineReader): ReviewItemLine {
  const idOrNull = (name: string): string | null => line.orNull(name, (member) => line.id(member));
  const timeOrNull = (name: string): string | null => line.orNull(name, (member) => line.time(member));
  const item: ReviewItemLine = {
    type: 'review_item',
    id: line.id('id'),
    kind: line.oneOf('kind', REVIEW_KINDS),
    state: line.oneOf('state', ['open', 'resolved', 'dismissed', 'superseded', 'expired', 'cancelled']),
    subject_key: line.text('subject_key', 200, /^[\x21-\x7e]+$/),
    face_id: idOrNull('face_id'),
    cluster_id: idOrNull('cluster_id'),
    other_cluster_id: idOrNull('other_cluster_id'),
    image_id: idOrNull('image_id'),
    other_image_id: idOrNull('other_image_id'),
    evidence: line.object('evidence'),
    priority: line.number('priority', -1e12, 1e12),
    similarity: line.orNull('similarity', (name) => line.number(name, -1, 1)),
    probability: line.orNull('probability', (name) => line.number(name, 0, 1)),
    outcome: line.orNull('outcome', (name) => line.object(name)),
    created_at: line.time('created_at'),
    updated_at: line.time('updated_at'),
    resolved_at: timeOrNull('resolved_at'),
    resolved_by: line.orNull('resolved_by', (name) => line.text(name, ACTOR_LENGTH_MAX)),
    snoozed_until: timeOrNull('snoozed_until'),
    notes: line.list('notes', NOTES_MAX).map((note) => parseNote(line, note)),
  };
  if ((item.state === 'open') !== (item.resolved_at === null))
    throw line.fault('resolved_at', 'must be there for a closed item, and for no other');
  if (item.state === 'open') checkEvidence(item.kind, item.evidence);
  return item;
}

function parseNote(line: LineReader, note: unknown): ReviewItemLine['notes'][number] {
  if (!isMembers(note)) throw line.fault('notes', 'must hold objects');
  const members = new LineReader(note, '/notes');
  return {
    author: members.text('author', ACTOR_LENGTH_MAX),
    text: members.text('text', 1000),
    created_at: members.time('created_at'),
  };
}
