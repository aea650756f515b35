// What went wrong in a grouping, person by person: groups that hold several people, and people who lie in several groups.

export interface Confusion {
  readonly kind: 'mixed' | 'split';
  /** Faces by part, the largest part first: people of a mixed group, or groups of a split person. */
  readonly parts: readonly (readonly number[])[];
}

/** @returns The worst first: by the faces outside the largest part. Mixed groups before split people. */
export function confusions(people: ArrayLike<number>, groupOf: ArrayLike<number>): Confusion[] {
  return [...inParts('mixed', groupOf, people), ...inParts('split', people, groupOf)];
}

function inParts(kind: Confusion['kind'], whole: ArrayLike<number>, part: ArrayLike<number>): Confusion[] {
  const wholes = new Map<number, Map<number, number[]>>();
  for (let face = 0; face < whole.length; face++) {
    const parts = wholes.get(whole[face]!) ?? new Map<number, number[]>();
    wholes.set(whole[face]!, parts);
    const faces = parts.get(part[face]!);
    if (faces === undefined) parts.set(part[face]!, [face]);
    else faces.push(face);
  }
  const outside = ({ parts }: Confusion): number =>
    parts.slice(1).reduce((sum, { length }) => sum + length, 0);
  return [...wholes.values()]
    .filter((parts) => parts.size > 1)
    .map((parts): Confusion => ({
      kind,
      parts: [...parts.values()].sort((a, b) => b.length - a.length || a[0]! - b[0]!),
    }))
    .sort((a, b) => outside(b) - outside(a) || a.parts[0]![0]! - b.parts[0]![0]!);
}
