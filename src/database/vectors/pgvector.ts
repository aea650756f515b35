// The only place where pgvector's text format and its distances exist. Everything that leaves here is a similarity:
// cosine, -1..1, higher is closer.
import { Embedding, EMBEDDING_WIDTH, type EmbeddingSpace } from '../../domain/face/embedding.js';
import { Prisma } from '../generated/client.js';

/** pgvector's text form of a vector; every finite float32 survives the way there and back. */
export const vectorText = (values: ArrayLike<number>): string =>
  `[${Array.prototype.join.call(values, ',')}]`;

/** Reads pgvector's text form back as an embedding: unit length again, whatever rounding or summing did to it. */
export function embeddingFromText(space: EmbeddingSpace, text: string): Embedding {
  return Embedding.fromRaw(space, JSON.parse(text) as number[]);
}

const dimensions = Prisma.raw(String(EMBEDDING_WIDTH));

/** A text parameter as a stored embedding: half precision, 1,032 bytes. */
export const asEmbedding = (text: Prisma.Sql): Prisma.Sql => Prisma.sql`${text}::halfvec(${dimensions})`;
/** A text parameter, or an embedding, as a full-precision vector: what sums are made of. */
export const asVector = (value: Prisma.Sql): Prisma.Sql => Prisma.sql`${value}::vector(${dimensions})`;

/**
 * [Note: One space in a comparison] Equal width does not make two vectors comparable. Every statement that compares some names
 * the spaces of both sides of each result to the database, which ends the statement when they differ.
 */
export const sameSpace = (a: Prisma.Sql, b: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`kindred_same_space(${a}, ${b})`;

/** How far two embeddings of unit length are apart, for sorting inside a query; `similarityOf` makes it fit to leave. */
export const distance = (a: Prisma.Sql, b: Prisma.Sql): Prisma.Sql => Prisma.sql`(${a} <#> ${b})`;
/** The operator is the negative inner product; rounding may carry it beyond 1. */
export const similarityOf = (distance: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`least(1, greatest(-1, -(${distance})))::float8`;
/** Similarity of two embeddings of unit length. */
export const unitSimilarity = (a: Prisma.Sql, b: Prisma.Sql): Prisma.Sql => similarityOf(distance(a, b));
/** Similarity of two directions of any length, as a sum of embeddings has one. */
export const directionSimilarity = (a: Prisma.Sql, b: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`least(1, greatest(-1, 1 - (${a} <=> ${b})))::float8`;
