// A reviewer who knows the answers: takes question after question from the queue, answers from the labels, and watches
// how right the groups become. Only the public API is used, so the figures are what a person's work would be worth.
import { namedAgreement } from '../domain/evaluation/partition-metrics.js';
import type { FaceAnswer, KindredClient, ReviewItemAnswer } from './kindred-client.js';

/** The queue's own orders, and chance. */
export const QUESTION_ORDERS = ['impact', 'newest', 'oldest', 'similarity', 'random'] as const;
export type QuestionOrder = (typeof QUESTION_ORDERS)[number];

export interface ReviewRun {
  /** Who each labelled face is, by face id. The others the reviewer does not know. */
  readonly people: ReadonlyMap<string, string>;
  readonly order: QuestionOrder;
  /** Share of answers (0..1) that are wrong. */
  readonly wrong: number;
  readonly questionsMax: number;
  /** 0..1, one after the other; the same numbers give the same run. */
  readonly random: () => number;
}

export interface ReviewCurve {
  readonly order: QuestionOrder;
  readonly wrong: number;
  /** BCubed F (0..1) over the labelled faces before the first question, after the first, … */
  readonly f: readonly number[];
  /** Answers by kind of question and decision. */
  readonly answers: Readonly<Record<string, number>>;
  /** Nothing was left to ask. */
  readonly finished: boolean;
}

interface Gallery {
  readonly faces: ReadonlyMap<string, FaceAnswer>;
  readonly personOf: (clusterId: string) => string | null;
  /** Cluster that carries the person's name. */
  readonly named: ReadonlyMap<string, string>;
}

export type ScriptedDecision = { readonly decision: string } & Readonly<Record<string, unknown>>;

/** Answers until nothing is asked any more. */
export async function reviewByLabels(
  client: KindredClient,
  tenant: string,
  run: ReviewRun,
): Promise<ReviewCurve> {
  const f: number[] = [];
  const answers: Record<string, number> = {};
  for (;;) {
    const gallery = await look(client, tenant, run.people);
    f.push(rightness(gallery, run.people));
    if (f.length > run.questionsMax) return { ...run, f, answers, finished: false };
    const item = await nextQuestion(client, tenant, run);
    if (item === undefined) return { ...run, f, answers, finished: true };
    const decision =
      run.random() < run.wrong ? wrongAnswer(item, gallery, run) : rightAnswer(item, gallery, run.people);
    await client.decide(tenant, item.id, decision);
    const name = `${item.kind}: ${decision.decision}`;
    answers[name] = (answers[name] ?? 0) + 1;
  }
}

async function nextQuestion(
  client: KindredClient,
  tenant: string,
  { order, random }: ReviewRun,
): Promise<ReviewItemAnswer | undefined> {
  if (order !== 'random') return (await client.reviewPage(tenant, order, 1))[0];
  const items = await client.openReviewItems(tenant);
  return items[Math.floor(random() * items.length)];
}

async function look(
  client: KindredClient,
  tenant: string,
  people: ReadonlyMap<string, string>,
): Promise<Gallery> {
  const faces = new Map<string, FaceAnswer>();
  const votes = new Map<string, Map<string, number>>();
  for (const image of await client.images(tenant)) {
    for (const face of image.faces) {
      faces.set(face.id, face);
      const person = people.get(face.id);
      if (face.cluster_id === null || person === undefined) continue;
      const counts = votes.get(face.cluster_id) ?? new Map<string, number>();
      votes.set(face.cluster_id, counts.set(person, (counts.get(person) ?? 0) + 1));
    }
  }
  const named = new Map<string, string>();
  for (const { id, label, state } of await client.clusters(tenant)) {
    if (label !== null && state === 'confirmed') named.set(label, id);
  }
  const personOf = (clusterId: string): string | null => {
    const counts = [...(votes.get(clusterId) ?? [])];
    counts.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    return counts[0]?.[0] ?? null;
  };
  return { faces, personOf, named };
}

function rightness(gallery: Gallery, people: ReadonlyMap<string, string>): number {
  const truth: string[] = [];
  const predicted: string[] = [];
  for (const [faceId, person] of people) {
    truth.push(person);
    predicted.push(gallery.faces.get(faceId)?.cluster_id ?? `face:${faceId}`);
  }
  return namedAgreement(truth, predicted).bcubed.f;
}

const candidatesOf = (item: ReviewItemAnswer): string[] =>
  ((item.evidence['candidates'] ?? []) as { cluster_id: string }[]).map(({ cluster_id }) => cluster_id);

/** What somebody who knows everybody would say. A face that nobody labelled is left as it is. */
export function rightAnswer(
  item: ReviewItemAnswer,
  gallery: Gallery,
  people: ReadonlyMap<string, string>,
): ScriptedDecision {
  const { cluster_id: clusterId, face_id: faceId } = item.subject;
  if (item.kind === 'new_cluster' && clusterId !== null) {
    const person = gallery.personOf(clusterId);
    return person === null ? { decision: 'dismiss' } : nameCluster(person, clusterId, gallery);
  }
  if (item.kind === 'uncertain_assignment' && faceId !== null) {
    const person = people.get(faceId);
    if (person === undefined) return { decision: 'dismiss' };
    const home =
      candidatesOf(item).find((id) => gallery.personOf(id) === person) ?? gallery.named.get(person);
    return home === undefined
      ? { decision: 'new_cluster', label: person, override: true }
      : { decision: 'accept', cluster_id: home, override: true };
  }
  if (item.kind === 'merge_suggestion') {
    const [a, b] = [clusterId, item.subject.other_cluster_id].map((id) => gallery.personOf(id ?? ''));
    if (a === null || b === null) return { decision: 'dismiss' };
    return a === b
      ? { decision: 'merge', keep_label: true, override: true }
      : { decision: 'not_same', override: true };
  }
  if (item.kind === 'same_image_conflict') return whichOfTwo(item, gallery, people);
  return { decision: 'dismiss' };
}

/** Of two faces of one photo: those that are the person of the cluster. */
function whichOfTwo(
  item: ReviewItemAnswer,
  gallery: Gallery,
  people: ReadonlyMap<string, string>,
): ScriptedDecision {
  const person = gallery.personOf(item.subject.cluster_id ?? '');
  const faces = (item.evidence['faces'] as { face_id: string }[]).map(({ face_id }) => face_id);
  const [first, ...others] = faces.filter((faceId) => people.get(faceId) === person);
  if (person === null || faces.some((faceId) => !people.has(faceId))) return { decision: 'dismiss' };
  if (first === undefined) return { decision: 'neither', override: true };
  return others.length > 0
    ? { decision: 'both', override: true }
    : { decision: 'keep_one', face_id: first, override: true };
}

function nameCluster(person: string, clusterId: string, gallery: Gallery): ScriptedDecision {
  const known = gallery.named.get(person);
  return known === undefined || known === clusterId
    ? { decision: 'confirm', label: person }
    : { decision: 'assign_to', cluster_id: known, keep_label: true, override: true };
}

/** Takes somebody for somebody else; where nobody else is at hand, tells two photos of one person apart. */
function wrongAnswer(
  item: ReviewItemAnswer,
  gallery: Gallery,
  { people, random }: ReviewRun,
): ScriptedDecision {
  const right = rightAnswer(item, gallery, people);
  if (right.decision === 'dismiss') return right;
  if (item.kind === 'merge_suggestion') {
    return right.decision === 'merge'
      ? { decision: 'not_same', override: true }
      : { decision: 'merge', keep_label: true, override: true };
  }
  if (item.kind === 'same_image_conflict')
    return { decision: right.decision === 'neither' ? 'both' : 'neither', override: true };
  const { cluster_id: clusterId, face_id: faceId } = item.subject;
  const person = faceId === null ? gallery.personOf(clusterId ?? '') : (people.get(faceId) ?? null);
  if (item.kind === 'uncertain_assignment') {
    const other = candidatesOf(item).find((id) => gallery.personOf(id) !== person);
    return other === undefined
      ? { decision: 'reject', override: true }
      : { decision: 'accept', cluster_id: other, override: true };
  }
  const others = [...gallery.named].filter(([name, id]) => name !== person && id !== clusterId).sort();
  const other = others[Math.floor(random() * others.length)];
  return other === undefined
    ? right
    : { decision: 'assign_to', cluster_id: other[1], keep_label: true, override: true };
}

/** Questions until F reaches the goal (0..1) for the first time; null when it never does. */
export function questionsTo(curve: ReviewCurve, goal: number): number | null {
  const at = curve.f.findIndex((f) => f >= goal);
  return at < 0 ? null : at;
}

/** Numbers of questions at which a curve is shown. */
const SHOWN = [0, 5, 10, 20, 40, 80, 160, 320];

export function renderCurves(curves: readonly ReviewCurve[]): string {
  const percent = (value: number | undefined): string =>
    value === undefined ? ''.padStart(8) : (100 * value).toFixed(2).padStart(8);
  const count = (value: number | null): string => (value === null ? '-' : String(value)).padStart(7);
  return [
    `BCubed F (%) after so many answers`,
    `${'order'.padEnd(12)}${'wrong'.padStart(6)}${SHOWN.map((n) => String(n).padStart(8)).join('')}` +
      `${'end'.padStart(8)}${'asked'.padStart(7)}${'99 %'.padStart(7)}${'99.5 %'.padStart(7)}`,
    ...curves.map((curve) =>
      [
        curve.order.padEnd(12),
        `${(100 * curve.wrong).toFixed(0)} %`.padStart(6),
        ...SHOWN.map((n) => percent(curve.f[n])),
        percent(curve.f.at(-1)),
        String(curve.f.length - 1).padStart(7),
        count(questionsTo(curve, 0.99)),
        count(questionsTo(curve, 0.995)),
      ].join(''),
    ),
  ].join('\n');
}
