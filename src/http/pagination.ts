// Lists: a bounded page, and an opaque cursor that says behind which row the next one starts.
import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { isUuid } from './params.js';
import { requestFault } from './request-fault.js';

export const LIMIT_DEFAULT = 50;
export const LIMIT_MAX = 100;
export const CURSOR_LENGTH_MAX = 1024;

/** What a cursor may hold: the sort key of one row. */
export type CursorKey = string | readonly (string | number | null)[];

export interface Page<T> {
  readonly items: readonly T[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
}

const textKey = (key: unknown): string | undefined => (typeof key === 'string' ? key : undefined);
const uuidKey = (key: unknown): string | undefined => (isUuid(key) ? key : undefined);

/** The query of every list: extend it for filters. */
export class PageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : value,
  )
  @IsInt({ message: `must be a whole number from 1 to ${LIMIT_MAX}` })
  @Min(1)
  @Max(LIMIT_MAX)
  limit: number = LIMIT_DEFAULT;

  @ApiPropertyOptional({ description: 'The next_cursor of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(CURSOR_LENGTH_MAX)
  cursor?: string;

  /** A page of a list in the order of UUIDs. Throws DomainError request.invalid for a cursor of something else. */
  idPage(): { limit: number; after?: string } {
    return this.keyPage(uuidKey);
  }

  /**
   * A page of a list in the order of any other key.
   * @param parse The key of a row, or undefined when it is none: a cursor comes from outside. Without it: any text.
   */
  keyPage(): { limit: number; after?: string };
  keyPage<K>(parse: (key: unknown) => K | undefined): { limit: number; after?: K };
  keyPage(parse: (key: unknown) => unknown = textKey): { limit: number; after?: unknown } {
    if (this.cursor === undefined) return { limit: this.limit };
    return { limit: this.limit, after: keyIn(this.cursor, parse, '#/query/cursor') };
  }
}

/** The UUID in a cursor that stands at `pointer`. Throws DomainError request.invalid for a cursor of something else. */
export const idIn = (cursor: string, pointer: string): string => keyIn(cursor, uuidKey, pointer);

function keyIn<K>(cursor: string, parse: (key: unknown) => K | undefined, pointer: string): K {
  const key = decodeCursor(cursor);
  const after = key === undefined ? undefined : parse(key);
  if (after === undefined) throw requestFault(pointer, 'is not a cursor of this list', 'cursor');
  return after;
}

/**
 * One page. Ask the database for `limit + 1` rows: the surplus row tells that there is a next page.
 * @param keyOf Sort key of a row. @param present From row to answer; rows are answered as they are without it.
 */
export function page<T>(rows: readonly T[], limit: number, keyOf: (row: T) => CursorKey): Page<T>;
export function page<T, R>(
  rows: readonly T[],
  limit: number,
  keyOf: (row: T) => CursorKey,
  present: (row: T) => R,
): Page<R>;
export function page<T, R>(
  rows: readonly T[],
  limit: number,
  keyOf: (row: T) => CursorKey,
  present?: (row: T) => R,
): Page<T | R> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next_cursor = rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null;
  return { items: present ? shown.map(present) : shown, next_cursor };
}

export const encodeCursor = (key: CursorKey): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/** The key inside a cursor, or undefined for what `encodeCursor` never makes. */
export function decodeCursor(cursor: string): CursorKey | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  // Node skips what is not base64url: only a text that comes out again was one.
  if (bytes.toString('base64url') !== cursor) return undefined;
  try {
    const key: unknown = JSON.parse(bytes.toString('utf8'));
    return isCursorKey(key) && !bytes.includes(0) ? key : undefined;
  } catch {
    return undefined;
  }
}

function isCursorKey(key: unknown): key is CursorKey {
  const parts: readonly unknown[] = Array.isArray(key) ? key : [key];
  const fits = parts.every((part) => part === null || typeof part === 'string' || typeof part === 'number');
  return (
    fits &&
    (Array.isArray(key) ? key.length > 0 : typeof key === 'string') &&
    !JSON.stringify(key).includes('\\u0000')
  );
}

/** Documents a route that answers a page of `item`. */
export function ApiPage(item: Type): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ApiExtraModels(item),
    ApiOkResponse({
      description: 'One page, in a stable order.',
      schema: {
        type: 'object',
        required: ['items', 'next_cursor'],
        properties: {
          items: { type: 'array', items: { $ref: getSchemaPath(item) } },
          next_cursor: { type: 'string', nullable: true, description: 'Null on the last page.' },
        },
      },
    }),
  );
}
