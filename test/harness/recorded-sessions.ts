// Plays the sessions of a documentation page: shell commands and HTTP messages, each followed by the answer that was recorded.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Step {
  readonly language: 'sh' | 'http';
  readonly text: string;
  /** With `<NAME>` where a value varies. */
  readonly recorded: unknown;
}

export interface Session {
  readonly heading: string;
  readonly steps: readonly Step[];
}

const BLOCK = /^```(sh|http)\n([\s\S]*?)^```\n\s*^```json\n([\s\S]*?)^```$/gm;

/** The sections of a page that have steps. Throws when a command has no recorded answer. */
export function sessionsOf(page: string): Session[] {
  return page
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const steps = [...section.matchAll(BLOCK)].map(([, language, text, recorded]) => ({
        language: language as Step['language'],
        text: text!,
        recorded: JSON.parse(recorded!) as unknown,
      }));
      const commands = [...section.matchAll(/^```(sh|http)$/gm)].length;
      if (commands !== steps.length)
        throw new Error(`a command without an answer in: ${section.slice(0, 60)}`);
      return { heading: section.split('\n', 1)[0]!, steps };
    })
    .filter(({ steps }) => steps.length > 0);
}

/** Plays one step. @param folder Where the files of the session lie. @returns The body of the answer, parsed. */
export async function play(
  { language, text }: Step,
  variables: Readonly<Record<string, string>>,
  folder: string,
): Promise<unknown> {
  if (language === 'sh') {
    const { stdout } = await run('bash', ['-euc', text], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...variables },
    });
    return JSON.parse(stdout) as unknown;
  }
  const filled = text.replace(/\$([A-Z_]+)/g, (_, name: string) => variables[name] ?? `no ${name}`);
  const [head = '', ...rest] = filled.split('\n\n');
  const [requestLine = '', ...headerLines] = head.split('\n');
  const [method, path] = requestLine.split(' ') as [string, string];
  const headers = Object.fromEntries(headerLines.map((line) => line.split(': ', 2) as [string, string]));
  const body = await bodyOf(rest.join('\n\n').trimEnd(), headers['Content-Type'] ?? '', folder);
  const request = httpRequest(new URL(path, variables['KINDRED']), {
    method,
    headers: { ...headers, ...(body.length > 0 ? { 'Content-Length': body.length } : {}) },
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
}

/** A multipart body has CRLF line ends, and a line `@file` stands for the bytes of a file. */
async function bodyOf(text: string, type: string, folder: string): Promise<Buffer> {
  if (!type.startsWith('multipart/')) return Buffer.from(text);
  const lines = await Promise.all(
    text
      .split('\n')
      .map(async (line) =>
        line.startsWith('@') ? readFile(join(folder, line.slice(1))) : Buffer.from(line),
      ),
  );
  return Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\r\n')]));
}

/**
 * Where an answer differs from what was recorded; empty when it does not. `<NAME>` takes any text and remembers it; as the only
 * name of an object or the only member of a list it takes one or more.
 * @param variables Takes what was remembered: the first of several.
 */
export function differences(
  recorded: unknown,
  answer: unknown,
  variables: Record<string, string>,
  path = '$',
): string[] {
  if (typeof recorded === 'string') {
    const name = /^<([A-Z_]+)>$/.exec(recorded)?.[1];
    if (name === undefined || typeof answer !== 'string')
      return recorded === answer ? [] : [`${path}: ${JSON.stringify(answer)}`];
    variables[name] ??= answer;
    return [];
  }
  if (typeof recorded === 'number') return typeof answer === 'number' ? [] : [`${path}: no number`];
  if (Array.isArray(recorded)) {
    if (!Array.isArray(answer) || (recorded.length === 0) !== (answer.length === 0))
      return [`${path}: ${JSON.stringify(answer)}`];
    return answer.flatMap((member, i) => differences(recorded[0], member, variables, `${path}[${i}]`));
  }
  if (typeof recorded === 'object' && recorded !== null) {
    if (typeof answer !== 'object' || answer === null) return [`${path}: no object`];
    const names = Object.keys(recorded);
    const given = Object.entries(answer);
    const [only = ''] = names;
    if (names.length === 1 && /^<[A-Z_]+>$/.test(only)) {
      if (given.length === 0) return [`${path}: nothing in it`];
      return given.flatMap(([name, value]) => [
        ...differences(only, name, variables, `${path} name`),
        ...differences(Object.values(recorded)[0], value, variables, `${path}.${name}`),
      ]);
    }
    if (
      given
        .map(([name]) => name)
        .sort()
        .join() !== [...names].sort().join()
    )
      return [`${path}: has ${given.map(([name]) => name).join(', ')}`];
    return names.flatMap((name) =>
      differences(
        (recorded as Record<string, unknown>)[name],
        (answer as Record<string, unknown>)[name],
        variables,
        `${path}.${name}`,
      ),
    );
  }
  return recorded === answer ? [] : [`${path}: ${JSON.stringify(answer)}`];
}
