// Which faces of a cluster a human is shown.

interface Showable {
  readonly id: string;
  readonly imageId: string;
  /** 0..1 */
  readonly quality: number;
}

/** Clearest first, but every photo once before any photo twice: twelve frames of one burst would show one face. */
export function facesToShow(faces: readonly Showable[], count: number): string[] {
  const clearest = [...faces].sort((a, b) => b.quality - a.quality || (a.id < b.id ? -1 : 1));
  const images = new Set<string>();
  const first: string[] = [];
  const again: string[] = [];
  for (const face of clearest) {
    (images.has(face.imageId) ? again : first).push(face.id);
    images.add(face.imageId);
  }
  return [...first, ...again].slice(0, count);
}
