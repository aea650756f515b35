// On which line of a TOML file each key stands: the parser itself tells lines of syntax errors only.

const BARE_OR_QUOTED = `(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')`;
const DOTTED = `${BARE_OR_QUOTED}(?:\\s*\\.\\s*${BARE_OR_QUOTED})*`;
const SECTION = new RegExp(`^\\s*\\[\\[?\\s*(${DOTTED})\\s*\\]`);
const ASSIGNMENT = new RegExp(`^\\s*(${DOTTED})\\s*=`);
const MULTILINE = /"""|'''/g;

const plain = (dotted: string): string => dotted.replace(/\s*\.\s*/g, '.').replace(/["']/g, '');

/**
 * Line (from 1) of each dotted key and of each section. The text must be valid TOML. Keys inside inline tables are not
 * found: they are reported without a line.
 */
export function linesOfKeys(toml: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let section = '';
  let inString = false;
  for (const [index, line] of toml.split('\n').entries()) {
    if (!inString) {
      const header = SECTION.exec(line)?.[1];
      const name = ASSIGNMENT.exec(line)?.[1];
      if (header !== undefined) section = plain(header);
      const key = header !== undefined ? section : name === undefined ? '' : join(section, plain(name));
      if (key !== '' && !lines.has(key)) lines.set(key, index + 1);
    }
    if ((line.match(MULTILINE)?.length ?? 0) % 2 === 1) inString = !inString;
  }
  return lines;
}

const join = (section: string, name: string): string => (section === '' ? name : `${section}.${name}`);
