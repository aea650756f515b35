// What humans said about pairs of faces, and what follows from it: must-links and cluster membership make groups, and no
// group may hold both ends of a cannot-link. `same_image_ok` is of another nature: same-image.ts.

export interface Constraint {
  readonly id: string;
  readonly kind: 'must_link' | 'cannot_link' | 'same_image_ok';
  readonly faceA: string;
  readonly faceB: string;
  /** The operation of the human decision that made it. */
  readonly operationId: string;
}

/** The two ends in the order in which they are stored. */
export function orderedPair(
  faceX: string,
  faceY: string,
): { readonly faceA: string; readonly faceB: string } {
  return faceX < faceY ? { faceA: faceX, faceB: faceY } : { faceA: faceY, faceB: faceX };
}

const byId = (a: Constraint, b: Constraint): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Every face that must-links tie, directly or through others, to one of `faces`; these included. */
export function mustClosure(faces: Iterable<string>, constraints: readonly Constraint[]): Set<string> {
  const neighbours = new Map<string, string[]>();
  const note = (from: string, to: string): void => {
    const list = neighbours.get(from);
    if (list === undefined) neighbours.set(from, [to]);
    else list.push(to);
  };
  for (const constraint of constraints) {
    if (constraint.kind !== 'must_link') continue;
    note(constraint.faceA, constraint.faceB);
    note(constraint.faceB, constraint.faceA);
  }
  const reached = new Set(faces);
  const frontier = [...reached];
  for (let face = frontier.pop(); face !== undefined; face = frontier.pop()) {
    for (const next of neighbours.get(face) ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      frontier.push(next);
    }
  }
  return reached;
}

/**
 * The cannot-links that forbid putting two groups of faces together, by id: those with one end in each group, each group
 * taken with everything that must-links tie to it.
 */
export function blockingConstraints(
  groupA: Iterable<string>,
  groupB: Iterable<string>,
  constraints: readonly Constraint[],
): Constraint[] {
  const a = mustClosure(groupA, constraints);
  const b = mustClosure(groupB, constraints);
  return constraints
    .filter(
      ({ kind, faceA, faceB }) =>
        kind === 'cannot_link' && ((a.has(faceA) && b.has(faceB)) || (a.has(faceB) && b.has(faceA))),
    )
    .sort(byId);
}

/** The must-links, by id, that tie a face of `leaving` directly to a face of `staying`: parting them contradicts a human. */
export function tyingConstraints(
  leaving: ReadonlySet<string>,
  staying: ReadonlySet<string>,
  constraints: readonly Constraint[],
): Constraint[] {
  return constraints
    .filter(
      ({ kind, faceA, faceB }) =>
        kind === 'must_link' &&
        ((leaving.has(faceA) && staying.has(faceB)) || (leaving.has(faceB) && staying.has(faceA))),
    )
    .sort(byId);
}

/** Pairs that contradict themselves: cannot-links whose two ends must-links tie together, by id. */
export function contradictions(constraints: readonly Constraint[]): Constraint[] {
  return constraints
    .filter(
      ({ kind, faceA, faceB }) => kind === 'cannot_link' && mustClosure([faceA], constraints).has(faceB),
    )
    .sort(byId);
}
