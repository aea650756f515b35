// What no answer may be or hold, whatever was asked.
import { expect } from 'vitest';

/** Signs of the inside: stacks, paths, SQL, libraries, other people's words. */
const INTERNALS =
  /\bat [\w.<>]+ \(|node_modules|\.(?:ts|js):\d+|prisma|postgres|pg_|relation "|syntax error|SELECT |INSERT |ECONN|ENOENT|EACCES|\/tmp\/|\/home\/|\/root\/|SQLSTATE|VipsJpeg|libvips|onnx/i;

/** How many characters of a hostile request an answer may give back: ids and names of members, nothing whole. */
export function expectHarmless(status: number, contentType: string, text: string, asked: string): void {
  expect(status, `${asked}\n${text.slice(0, 500)}`).toBeLessThan(500);
  if (status < 400) return;
  // HEAD and the parser of Node itself answer without a body.
  if (text === '') return;
  expect(contentType, asked).toContain('application/problem+json');
  const problem = JSON.parse(text) as { code?: unknown; status?: unknown };
  expect([typeof problem.code, problem.status], asked).toEqual(['string', status]);
  expect(text, asked).not.toMatch(INTERNALS);
}

/** From the environment; the default is what CI can pay. */
export const countFrom = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

/** Works on 0 .. count - 1, so many at once. */
export async function inParallel(
  count: number,
  parallel: number,
  work: (n: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: parallel }, lane));
}
