// Made-up embeddings that behave like those of an ArcFace-like recogniser, with everything that makes grouping hard:
// people with one photo and with thousands, siblings and look-alikes, people who look unlike themselves (ages), strangers
// seen once, and faces in which the recogniser sees nobody.
//
// [Note: The synthetic model] A face is a·m + sqrt(1 − a²)·e + .135·c, brought to unit length: m its person's mean (or one of
// the person's other looks), a its gain ~ Beta(13.5, 2.85), e noise, c the recogniser's constant. Directions have a spectrum
// that falls like exp(−1.9 i/width). Pairs of one person: cosine .64 ± .15; of two: .016 ± .062. Quality = a + noise of .05.
import { seededRandom, type SeededRandom } from './seeded-random.js';

export interface SyntheticOptions {
  readonly seed: number;
  readonly people: number;
  /** Faces of these people: person k has a share of 1 / (k + 1). */
  readonly faces: number;
  /** People seen once. */
  readonly strangers: number;
  /** Faces that show nobody. */
  readonly unrecognisable: number;
  /** Other looks of a person are further away: childhood photos, disguises. */
  readonly hard: boolean;
}

export type SyntheticKind = 'person' | 'stranger' | 'unrecognisable';

export interface LabelledFaces {
  readonly count: number;
  readonly width: number;
  readonly embeddings: Float32Array;
  readonly qualities: Float32Array;
  /** Person of each face; each unrecognisable face counts as a person of its own. */
  readonly people: Int32Array;
  readonly kinds: readonly SyntheticKind[];
  readonly contentKeys: readonly string[];
}

export const SYNTHETIC_WIDTH = 512;
/** Shared by all seeds: what belongs to the recogniser, not to a tenant. */
const RECOGNISER_SEED = 424242;
const CONSTANT_SHARE = 0.135;
const LOOK_ALIKE = { share: 0.01, cosine: 0.72 };
const SIBLING = { share: 0.05, cosine: 0.42 };
const ONE_OTHER_LOOK = 0.25;
const TWO_OTHER_LOOKS = 0.35;
const USUAL_LOOK = 0.6;

const spectrum = unitLength(
  Float64Array.from({ length: SYNTHETIC_WIDTH }, (_, i) => Math.exp((-i / SYNTHETIC_WIDTH) * 1.9)),
);

export function syntheticFaces(options: SyntheticOptions): LabelledFaces {
  const { people, strangers, unrecognisable, hard } = options;
  const random = seededRandom(options.seed * 7919 + 13);
  const recogniser = seededRandom(RECOGNISER_SEED);
  const constant = direction(recogniser);
  const nobody = direction(recogniser);

  const means: Float64Array[] = [];
  for (let k = 0; k < people + strangers; k++) {
    const u = random.uniform();
    const related = k > 0 && k < people;
    if (related && u < LOOK_ALIKE.share) means.push(near(means[random.below(k)]!, LOOK_ALIKE.cosine, random));
    else if (related && u < LOOK_ALIKE.share + SIBLING.share)
      means.push(near(means[random.below(k)]!, SIBLING.cosine, random));
    else means.push(direction(random));
  }
  const looks = means.map((mean, k) => {
    const u = random.uniform();
    const others = k >= people ? 0 : u < ONE_OTHER_LOOK ? 1 : u < TWO_OTHER_LOOKS ? 2 : 0;
    const list = [mean];
    for (let j = 0; j < others; j++) {
      // The direction first, then how close it is: the order of the random numbers is part of a set's identity.
      const other = direction(random);
      list.push(mixed(mean, other, (hard ? 0.45 : 0.66) + 0.3 * random.uniform()));
    }
    return list;
  });
  const counts = facesPerPerson(people, options.faces, random);

  const count = options.faces + strangers + unrecognisable;
  const set = {
    count,
    width: SYNTHETIC_WIDTH,
    embeddings: new Float32Array(count * SYNTHETIC_WIDTH),
    qualities: new Float32Array(count),
    people: new Int32Array(count),
    kinds: new Array<SyntheticKind>(count).fill('person'),
    contentKeys: Array.from({ length: count }, (_, i) => contentKey(options.seed, i)),
  };
  let at = 0;
  const put = (mean: Float64Array, gain: number, person: number, kind: SyntheticKind): void => {
    writeFace(set.embeddings.subarray(at * SYNTHETIC_WIDTH, (at + 1) * SYNTHETIC_WIDTH), {
      mean,
      gain,
      noise: direction(random),
      constant,
    });
    set.people[at] = person;
    set.kinds[at] = kind;
    set.qualities[at] = clip(gain + 0.05 * random.normal(), 0.05, 0.99);
    at++;
  };
  for (let k = 0; k < people; k++) {
    const list = looks[k]!;
    for (let j = 0; j < counts[k]!; j++) {
      const usual = list.length === 1 || random.uniform() < USUAL_LOOK;
      const look = usual ? list[0]! : list[1 + random.below(list.length - 1)]!;
      put(look, random.beta(13.5, 2.85), k, 'person');
    }
  }
  for (let k = 0; k < strangers; k++)
    put(means[people + k]!, random.beta(13.5, 2.85), people + k, 'stranger');
  for (let k = 0; k < unrecognisable; k++) {
    put(nobody, 0.42 + 0.3 * random.uniform(), people + strangers + k, 'unrecognisable');
    set.qualities[at - 1] = clip(0.42 + 0.1 * random.normal(), 0.05, 0.7);
  }
  return set;
}

function facesPerPerson(people: number, faces: number, random: SeededRandom): Int32Array {
  const shares: number[] = [];
  let total = 0;
  for (let k = 0; k < people; k++) shares.push((total += 1 / (k + 1)));
  const counts = new Int32Array(people).fill(1);
  for (let i = 0; i < faces - people; i++) {
    const drawn = random.uniform() * total;
    let low = 0;
    let high = people - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (shares[middle]! < drawn) low = middle + 1;
      else high = middle;
    }
    counts[low]!++;
  }
  return counts;
}

function writeFace(
  into: Float32Array,
  face: {
    readonly mean: Float64Array;
    readonly gain: number;
    readonly noise: Float64Array;
    readonly constant: Float64Array;
  },
): void {
  const rest = Math.sqrt(1 - face.gain * face.gain);
  let squares = 0;
  for (let i = 0; i < into.length; i++) {
    const value = face.gain * face.mean[i]! + rest * face.noise[i]! + CONSTANT_SHARE * face.constant[i]!;
    into[i] = value;
    squares += value * value;
  }
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < into.length; i++) into[i]! *= scale;
}

function direction(random: SeededRandom): Float64Array {
  const vector = new Float64Array(SYNTHETIC_WIDTH);
  for (let i = 0; i < SYNTHETIC_WIDTH; i++) vector[i] = random.normal() * spectrum[i]!;
  return unitLength(vector);
}

const near = (from: Float64Array, cosine: number, random: SeededRandom): Float64Array =>
  mixed(from, direction(random), cosine);

/** The unit vector at `cosine` from `from` on the side of `towards`. */
function mixed(from: Float64Array, towards: Float64Array, cosine: number): Float64Array {
  let along = 0;
  for (let i = 0; i < from.length; i++) along += from[i]! * towards[i]!;
  const across = unitLength(towards.map((value, i) => value - along * from[i]!));
  const rest = Math.sqrt(1 - cosine * cosine);
  return from.map((value, i) => cosine * value + rest * across[i]!);
}

function unitLength(vector: Float64Array): Float64Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i]! *= scale;
  return vector;
}

/** Sixteen hex digits that have nothing to do with the order of the faces, unique in a set. */
function contentKey(seed: number, face: number): string {
  const mix = (value: number): number => {
    let x = (value + 0x9e3779b9) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return (x ^ (x >>> 16)) >>> 0;
  };
  // mix is one to one, so different faces of a set differ in the first half.
  return [mix(face ^ Math.imul(seed, 0x27d4eb2f)), mix(face)]
    .map((half) => half.toString(16).padStart(8, '0'))
    .join('');
}

const clip = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));
