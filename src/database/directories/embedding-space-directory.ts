// The global table `embedding_spaces`: a space is what one recogniser file makes, and never becomes another's.
import type { EmbeddingSpaceRecord } from '../records.js';
import type { Transaction } from '../transaction-client.js';

/** The recogniser behind a known model pack id has changed: its vectors must not meet the stored ones. */
export class EmbeddingSpaceMismatch extends Error {
  constructor(
    readonly held: EmbeddingSpaceRecord,
    readonly offered: EmbeddingSpaceRecord,
  ) {
    super(
      `model pack "${offered.id}" has another recogniser than the one that made the stored embeddings: ` +
        `stored ${held.recogniserSha256} (width ${held.width}), now ${offered.recogniserSha256} (width ${offered.width}). ` +
        `Put the earlier file back, or give the new pack an id of its own.`,
    );
    this.name = 'EmbeddingSpaceMismatch';
  }
}

export class EmbeddingSpaceDirectory {
  constructor(private readonly tx: Transaction) {}

  /** Makes a space known, or checks a known one. Throws EmbeddingSpaceMismatch. */
  async register(space: EmbeddingSpaceRecord): Promise<void> {
    await this.tx.embeddingSpace.createMany({ data: [space], skipDuplicates: true });
    const held = await this.tx.embeddingSpace.findUniqueOrThrow({ where: { id: space.id } });
    if (held.recogniserSha256 !== space.recogniserSha256 || held.width !== space.width) {
      throw new EmbeddingSpaceMismatch(held, space);
    }
  }

  /** In the order of ids. */
  async list(): Promise<EmbeddingSpaceRecord[]> {
    return this.tx.embeddingSpace.findMany({ orderBy: { id: 'asc' } });
  }
}
