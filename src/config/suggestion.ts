// "Did you mean …?" for a name that does not exist.

/** Edits (insert, delete, replace one character) from one word to the other. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** The known name that was most likely meant: the same key in another section, or one a few typing errors away. */
export function suggestion(unknown: string, known: readonly string[]): string | undefined {
  const elsewhere = known.find((name) => lastPart(name) === lastPart(unknown));
  const nearest = known
    .map((name) => ({ name, distance: editDistance(unknown.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))[0];
  if (nearest && nearest.distance <= Math.max(2, Math.floor(unknown.length / 4))) return nearest.name;
  return elsewhere;
}
