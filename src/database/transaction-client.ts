// The one name under which the repositories know Prisma's client inside a unit of work.
import { Prisma } from './generated/client.js';

/** A client that is bound to one open transaction, whose role row-level security binds. */
export type Transaction = Prisma.TransactionClient;

/** A record's JSON as Prisma wants it: the type differs, the value is the same. */
export const jsonInput = (value: Readonly<Record<string, unknown>>): Prisma.InputJsonObject =>
  value as Prisma.InputJsonObject;

export const jsonInputOrNull = (
  value: Readonly<Record<string, unknown>> | null,
): Prisma.InputJsonObject | typeof Prisma.DbNull => (value === null ? Prisma.DbNull : jsonInput(value));
