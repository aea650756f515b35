// How many questions a human must answer until the groups are right: answers come from labels, order of questions from the
// expected gain, from doubt, or from chance. Counts clear faces only; those behind the gate no question is asked about.
import { sigmoid } from '../cluster/calibration.js';
import { type CanonicalFaces, statisticsOf } from '../cluster/qel/canonical-faces.js';
import { addFace, copyStatistics, emptyStatistics, removeFace } from '../cluster/qel/cluster-statistics.js';
import type { LinkageMerge } from '../cluster/qel/consolidate-component.js';
import {
  type FaceGroup,
  type FaceGroups,
  joinGroups,
  keepApart,
  newGroup,
} from '../cluster/qel/face-group.js';
import { forEachLink, formGroups, linkRepresentatives } from '../cluster/qel/form-groups.js';
import { linkageEvidence } from '../cluster/qel/linkage-evidence.js';
import { noteLink } from '../cluster/qel/best-links.js';
import {
  DOUBTFUL_MEMBER_LOGIT,
  DOUBTFUL_MERGE_LOGIT,
  joinGain,
  memberGain,
  QUESTION_GAIN_MIN,
  verifyGain,
} from '../cluster/qel/question-gain.js';
import { agreement } from './label-agreement.js';
import { majority } from './labelled-set.js';
import { seededRandom } from './seeded-random.js';

export type QuestionOrder = 'gain' | 'uncertain' | 'random';

export interface EffortOptions {
  readonly order: QuestionOrder;
  readonly questionsMax: number;
  /** Share (0..1) of wrong answers. */
  readonly wrongAnswers: number;
  readonly seed: number;
}

export interface EffortCurve {
  /** BCubed F after each number of questions, from 0 on. */
  readonly f: readonly number[];
}

/** The first number of questions after which F is this good; null: never. */
export function questionsTo(curve: EffortCurve, f: number): number | null {
  const at = curve.f.findIndex((value) => value >= f);
  return at < 0 ? null : at;
}

type Question =
  | { readonly ask: 'join'; readonly a: FaceGroup; readonly b: FaceGroup }
  | { readonly ask: 'verify'; readonly merge: LinkageMerge }
  | { readonly ask: 'member'; readonly rank: number };

interface Rated {
  readonly question: Question;
  readonly probability: number;
  readonly gain: number;
}

/** Members of very large clusters are not looked at one by one. */
const MEMBER_CHECK_FACES = { min: 3, max: 400 };
const HOPELESS_LOGIT = -6;

/** @param lists Groups of clear ranks. @param merges Those of stage 2 that made them. @param people Person of each rank. */
export function humanEffort(
  faces: CanonicalFaces,
  people: Int32Array,
  lists: readonly (readonly number[])[],
  merges: readonly LinkageMerge[],
  options: EffortOptions,
): EffortCurve {
  const reviewer = new Reviewer(faces, people, lists, merges);
  const random = seededRandom(options.seed);
  const f = [reviewer.f()];
  while (f.length <= options.questionsMax) {
    const next = choose(reviewer.questions(), options.order, random.uniform);
    if (next === null) break;
    reviewer.answer(next.question, random.uniform() < options.wrongAnswers);
    f.push(reviewer.f());
  }
  return { f };
}

function choose(questions: Iterable<Rated>, order: QuestionOrder, chance: () => number): Rated | null {
  let best: Rated | null = null;
  let highest = -Infinity;
  for (const rated of questions) {
    const score =
      order === 'gain' ? rated.gain : order === 'uncertain' ? -Math.abs(rated.probability - 0.5) : chance();
    if (score > highest) {
      highest = score;
      best = rated;
    }
  }
  return order === 'gain' && highest < QUESTION_GAIN_MIN ? null : best;
}

class Reviewer {
  private readonly groups: FaceGroups;
  private readonly groupOf: Int32Array;
  private readonly verify: Set<LinkageMerge>;
  private readonly members: Map<number, number>;
  private readonly joinLogits = new Map<string, number>();
  private nextId: number;

  constructor(
    private readonly faces: CanonicalFaces,
    private readonly people: Int32Array,
    lists: readonly (readonly number[])[],
    merges: readonly LinkageMerge[],
  ) {
    this.groups = formGroups(faces, lists);
    linkRepresentatives(faces, this.groups);
    this.groupOf = new Int32Array(faces.count).fill(-1);
    for (const group of this.groups.values()) this.place(group);
    this.verify = new Set(merges.filter((merge) => merge.logit < DOUBTFUL_MERGE_LOGIT));
    this.members = this.doubtfulMembers();
    this.nextId = faces.count;
  }

  f(): number {
    return agreement(this.people, this.groupOf, (rank) => this.groupOf[rank]! >= 0).bcubed.f;
  }

  *questions(): Generator<Rated> {
    for (const a of this.groups.values()) {
      for (const [id, links] of a.links) {
        const b = this.groups.get(id)!;
        if (a.id > b.id || a.apart.has(b.id)) continue;
        const key = `${a.id} ${a.version} ${b.id} ${b.version}`;
        let logit = this.joinLogits.get(key);
        if (logit === undefined) {
          logit = linkageEvidence(this.faces.calibration, a.statistics, b.statistics, links).logit;
          this.joinLogits.set(key, logit);
        }
        if (logit < HOPELESS_LOGIT) continue;
        const probability = sigmoid(logit);
        const gain = joinGain(probability, a.members.length, b.members.length);
        yield { question: { ask: 'join', a, b }, probability, gain };
      }
    }
    for (const merge of this.verify) {
      const probability = sigmoid(merge.logit);
      const gain = verifyGain(probability, merge.part.length, merge.whole.length);
      yield { question: { ask: 'verify', merge }, probability, gain };
    }
    for (const [rank, logit] of this.members) {
      const probability = sigmoid(logit);
      yield { question: { ask: 'member', rank }, probability, gain: memberGain(probability) };
    }
  }

  answer(question: Question, wrongly: boolean): void {
    switch (question.ask) {
      case 'join': {
        const { a, b } = question;
        const same = this.personOf(a.members) === this.personOf(b.members);
        if (same === wrongly) keepApart(a, b);
        else this.place(joinGroups(this.groups, a, b));
        return;
      }
      case 'verify': {
        const { merge } = question;
        this.verify.delete(merge);
        const right = this.personOf(merge.part) === this.personOf(merge.whole);
        if (right === wrongly) this.split(merge.part);
        return;
      }
      case 'member': {
        this.members.delete(question.rank);
        const group = this.groups.get(this.groupOf[question.rank]!)!;
        const right = this.personOf(group.members) === this.people[question.rank];
        if (right === wrongly) this.split([question.rank]);
        return;
      }
    }
  }

  /** Takes faces out of their group into one of their own, never to come back. */
  private split(part: readonly number[]): void {
    const group = this.groups.get(this.groupOf[part[0]!]!)!;
    const leaving = new Set(part);
    const gone = group.members.filter((rank) => leaving.has(rank));
    const stay = group.members.filter((rank) => !leaving.has(rank));
    if (gone.length === 0 || stay.length === 0) return;
    this.groups.delete(group.id);
    const parts = [gone, stay].map((members) => {
      const ranks = [...members].sort((a, b) => a - b);
      return newGroup(this.nextId++, statisticsOf(this.faces, ranks), ranks);
    }) as [FaceGroup, FaceGroup];
    for (const one of parts) {
      this.groups.set(one.id, one);
      this.place(one);
      for (const id of group.apart) {
        const other = this.groups.get(id);
        if (other !== undefined) keepApart(one, other);
      }
    }
    for (const [id] of group.links) this.groups.get(id)?.links.delete(group.id);
    for (const one of parts) this.relink(one);
    keepApart(parts[0], parts[1]);
  }

  private relink(group: FaceGroup): void {
    const lists = new Map<FaceGroup, number[]>();
    for (const rank of group.members) {
      forEachLink(this.faces, rank, (other, similarity) => {
        const otherGroup = this.groups.get(this.groupOf[other]!);
        if (otherGroup === undefined || otherGroup === group) return true;
        const list = lists.get(otherGroup);
        if (list === undefined) lists.set(otherGroup, [similarity]);
        else noteLink(list, similarity);
        return true;
      });
    }
    for (const [other, list] of lists) {
      group.links.set(other.id, list);
      other.links.set(group.id, list);
    }
  }

  private place(group: FaceGroup): void {
    for (const rank of group.members) this.groupOf[rank] = group.id;
  }

  private personOf(members: readonly number[]): number {
    return majority(this.people, members).person;
  }

  /** Members that their cluster, without them, would hardly take. */
  private doubtfulMembers(): Map<number, number> {
    const { calibration, embeddings, weights } = this.faces;
    const doubtful = new Map<number, number>();
    for (const group of this.groups.values()) {
      const size = group.members.length;
      if (size < MEMBER_CHECK_FACES.min || size > MEMBER_CHECK_FACES.max) continue;
      for (const rank of group.members) {
        const alone = emptyStatistics(group.statistics.sum.length);
        addFace(alone, embeddings[rank]!, weights[rank]!);
        const rest = copyStatistics(group.statistics);
        removeFace(rest, embeddings[rank]!, weights[rank]!);
        const links: number[] = [];
        forEachLink(this.faces, rank, (other, similarity) => {
          if (this.groupOf[other] === group.id) noteLink(links, similarity);
          return links.length < 5;
        });
        const { logit } = linkageEvidence(calibration, alone, rest, links);
        if (logit < DOUBTFUL_MEMBER_LOGIT) doubtful.set(rank, logit);
      }
    }
    return doubtful;
  }
}
