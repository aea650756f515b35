// Refuses input that no member of any request may hold, before anything walks through it.
import type { FieldFault } from '../domain/domain-error.js';

/** Deepest nesting of objects and lists. The deepest request of the API has 4; validators recurse, and a stack ends. */
const DEPTH_MAX = 16;

/** One step of a JSON pointer (RFC 6901). */
export const pointerStep = (name: string | number): string =>
  String(name).replace(/~/g, '~0').replace(/\//g, '~1');

/** Half of a surrogate pair: JSON can write it, UTF-8 and PostgreSQL cannot. */
const LONE_SURROGATE = /\p{Surrogate}/u;

const TEXT_FAULTS = [
  { code: 'nul', what: 'a NUL character', isIn: (text: string) => text.includes('\0') },
  { code: 'surrogate', what: 'half a surrogate pair', isIn: (text: string) => LONE_SURROGATE.test(text) },
] as const;
const faultOfText = (text: string) => TEXT_FAULTS.find(({ isIn }) => isIn(text));

/** The first thing that is wrong: nesting beyond DEPTH_MAX, or text that PostgreSQL cannot store. */
export function faultOfPlainValue(value: unknown, pointer: string): FieldFault | undefined {
  const pending: { value: unknown; pointer: string; depth: number }[] = [{ value, pointer, depth: 0 }];
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    if (typeof item.value === 'string') {
      const fault = faultOfText(item.value);
      if (fault) return { pointer: item.pointer, detail: `must not hold ${fault.what}`, code: fault.code };
    } else if (typeof item.value === 'object' && item.value !== null) {
      if (item.depth >= DEPTH_MAX)
        return { pointer, detail: `is nested deeper than ${DEPTH_MAX}`, code: 'too_deep' };
      for (const [name, inner] of Object.entries(item.value) as [string, unknown][]) {
        const fault = faultOfText(name);
        if (fault)
          return { pointer: item.pointer, detail: `has a name with ${fault.what}`, code: fault.code };
        pending.push({
          value: inner,
          pointer: `${item.pointer}/${pointerStep(name)}`,
          depth: item.depth + 1,
        });
      }
    }
  }
  return undefined;
}
