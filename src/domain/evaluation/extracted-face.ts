// What the command line and the extraction process say to each other: labelled photos in, one face or none for each out.
import type { Calibration } from '../cluster/calibration.js';
import type { Box } from '../geometry/box.js';
import type { Damage } from './damage-face.js';

/** The first message to the process. */
export interface ExtractionTask {
  readonly modelsDir: string;
  readonly pack: string;
  /** Threads of the models. */
  readonly threads: number;
  /** true: a picture of each face, too. */
  readonly crops: boolean;
  readonly photos: readonly {
    readonly path: string;
    /** Where the wanted face is, px of the upright photo; absent: the only face, or the surest. */
    readonly box: Box | undefined;
    /** Made unrecognisable before it is described. */
    readonly damage: Damage | null;
  }[];
}

/** What the faces were found and described with. */
export interface ExtractionPack {
  readonly id: string;
  readonly recogniserSha256: string;
  /** Values of an embedding. */
  readonly width: number;
  /** What ingest decides by. */
  readonly calibration: Calibration;
}

export interface ExtractedFace {
  /** Unit length, `ExtractionPack.width` values. */
  readonly embedding: Float32Array;
  /** 0..1 */
  readonly quality: number;
  /** Why the service keeps it out of the groups; empty for most. */
  readonly reasons: readonly string[];
  /** A JPEG, when it was asked for. */
  readonly crop: Uint8Array | null;
}

/** The process first says what it runs, then answers photo by photo in their order, then ends. */
export type ExtractionMessage =
  | { readonly kind: 'pack'; readonly pack: ExtractionPack }
  | {
      readonly kind: 'photo';
      /** Place in the task's list. */
      readonly photo: number;
      /** null: the face was not found, or the photo cannot be used. */
      readonly face: ExtractedFace | null;
    };
