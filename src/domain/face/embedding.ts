// An embedding: a unit-length vector that knows the space it lives in.

/** The column width of every stored embedding; narrower spaces are padded with zeros, which leaves dot products unchanged. */
export const EMBEDDING_WIDTH = 512;

/** Id of the model pack that made the vector. Two spaces never meet in a comparison. */
export type EmbeddingSpace = string;

export class Embedding {
  private constructor(
    readonly space: EmbeddingSpace,
    /** Unit length, `EMBEDDING_WIDTH` values. */
    readonly values: Float32Array,
  ) {}

  /**
   * Normalises what a recogniser put out. Throws RangeError on a vector that is too wide, too short to have a direction,
   * or not finite.
   */
  static fromRaw(space: EmbeddingSpace, raw: ArrayLike<number>): Embedding {
    if (raw.length === 0 || raw.length > EMBEDDING_WIDTH) {
      throw new RangeError(`an embedding has 1 to ${EMBEDDING_WIDTH} values, not ${raw.length}`);
    }
    let squares = 0;
    for (let i = 0; i < raw.length; i++) squares += raw[i]! * raw[i]!;
    const length = Math.sqrt(squares);
    if (!Number.isFinite(length) || length < 1e-6)
      throw new RangeError('an embedding must have a finite length above 0');
    const values = new Float32Array(EMBEDDING_WIDTH);
    for (let i = 0; i < raw.length; i++) values[i] = raw[i]! / length;
    return new Embedding(space, values);
  }

  /** Cosine similarity, -1..1. Throws RangeError when the spaces differ. */
  similarityTo(other: Embedding): number {
    if (this.space !== other.space)
      throw new RangeError(`spaces ${this.space} and ${other.space} cannot be compared`);
    let dot = 0;
    for (let i = 0; i < EMBEDDING_WIDTH; i++) dot += this.values[i]! * other.values[i]!;
    return Math.min(1, Math.max(-1, dot));
  }
}

/** The space that all of the embeddings are in. Throws RangeError when it is not one, or there is none. */
export function oneSpace(embeddings: readonly Embedding[]): EmbeddingSpace {
  const spaces = new Set(embeddings.map(({ space }) => space));
  const [space] = spaces;
  if (spaces.size !== 1 || space === undefined)
    throw new RangeError(`one search is in one space, not in ${[...spaces].join(' and ')}`);
  return space;
}
