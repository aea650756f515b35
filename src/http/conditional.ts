// Conditional requests (RFC 9110, section 13): the version of a thing is its strong entity tag.
//
// [Note: What a version covers] The tag names the version of the question or the person: what a human decides on. Who works on a
// question, and notes on it, do not change the version: a colleague's remark must not void a decision under way. Nothing is
// cached by this tag: every answer says no-store.
import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Request } from 'express';
import { requestFault } from './request-fault.js';

/** Versions that the caller takes; undefined: any. */
export type ExpectedVersions = readonly number[] | undefined;

export const etagOf = (version: number): string => `"${version}"`;

/** True when the version is one that the caller takes. */
export const versionFits = (version: number, expected: ExpectedVersions): boolean =>
  expected === undefined || expected.includes(version);

/** One entity tag and what follows it in a list. */
const TAG = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,[ \t]*|$)/;
const VERSION = /^[1-9]\d{0,9}$/;

/**
 * @param header Value of If-Match. `*` takes any version; a weak tag, and one that is not ours, takes none.
 * @throws DomainError request.invalid
 */
export function parseIfMatch(header: string | undefined): ExpectedVersions {
  if (header === undefined) return undefined;
  let rest = header.trim();
  if (rest === '*') return undefined;
  const versions: number[] = [];
  do {
    const tag = TAG.exec(rest);
    if (!tag) throw requestFault('#/header/if-match', 'must be * or a list of entity tags', 'etag');
    const [whole, weak, text = ''] = tag;
    if (weak === undefined && VERSION.test(text)) versions.push(Number(text));
    rest = rest.slice(whole.length);
  } while (rest !== '');
  return versions;
}

/** The versions that the request takes (header If-Match). */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): ExpectedVersions =>
  parseIfMatch(context.switchToHttp().getRequest<Request>().headers['if-match']),
);

/** Documents the header of a route whose method takes `@IfMatch()`. */
export const ApiIfMatch = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'The ETag that was looked at: another version answers 412 and changes nothing.',
      schema: { type: 'string', example: '"3"' },
    }),
  );

/** Documents the header of an answer that has one. */
export const ETAG_HEADER = {
  ETag: { description: 'The version, strong: send it as If-Match.', schema: { type: 'string' as const } },
};
