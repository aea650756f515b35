// The packs whose models this thread holds. A thread works on one task at a time, so a pack is never unloaded under it.
import { join } from 'node:path';
import type { PackSetup } from '../thread-messages.js';
import type { FaceDescriber } from './describe-faces.js';
import { FaceDetector } from './face-detector.js';
import { Landmarker } from './landmarker.js';
import { Network } from './network.js';
import { Recogniser } from './recogniser.js';

export interface PackModels {
  readonly detector: FaceDetector;
  readonly describer: FaceDescriber;
  readonly networks: readonly Network[];
}

export class LoadedPacks {
  /** The one used longest ago comes first. */
  private readonly held = new Map<string, PackModels>();

  /** @param max Packs held at once, at least 1. */
  constructor(
    private readonly setups: readonly PackSetup[],
    private readonly max: number,
  ) {}

  /** Loads the pack when it is not there, and unloads others for it. Throws NetworkError. */
  async get(packId: string): Promise<PackModels> {
    const known = this.held.get(packId);
    this.held.delete(packId);
    if (known === undefined) await this.makeRoom();
    const models = known ?? (await load(this.setups.find(({ pack }) => pack.id === packId)!));
    this.held.set(packId, models);
    return models;
  }

  private async makeRoom(): Promise<void> {
    for (const [packId, { networks }] of this.held) {
      if (this.held.size < this.max) return;
      this.held.delete(packId);
      for (const network of networks) await network.close();
    }
  }
}

async function load({ pack, dir, network, facesPerRunMax, rules }: PackSetup): Promise<PackModels> {
  const networks: Network[] = [];
  const open = async (file: string): Promise<Network> => {
    const opened = await Network.open(join(dir, file), network);
    networks.push(opened);
    return opened;
  };
  try {
    const landmarker =
      pack.landmarker && (await Landmarker.open(await open(pack.landmarker.file), pack.landmarker));
    const detector = await FaceDetector.open(await open(pack.detector.file), pack.detector, landmarker);
    const recogniser = await Recogniser.open(
      await open(pack.recogniser.file),
      pack.recogniser,
      facesPerRunMax,
    );
    return { detector, describer: { recogniser, rules }, networks };
  } catch (error) {
    for (const opened of networks) await opened.close();
    throw error;
  }
}
