// Proves at start that the loaded models find and recognise a face: a wrong file, channel order or scale shows here.
import { createRequire } from 'node:module';
import { Injectable } from '@nestjs/common';
import { ImageDecoder } from '../imaging/image-decoder.js';
import { InferenceProvider } from '../inference/inference-provider.js';

/** A group photo of the package whose weights the compact pack is made from: the one real photo that every machine has. */
const PHOTO = '@vladmandic/face-api/demo/sample1.jpg';

@Injectable()
export class ModelSelfTest {
  private outcome: Promise<boolean> | undefined;

  constructor(
    private readonly decoder: ImageDecoder,
    private readonly inference: InferenceProvider,
  ) {}

  /** Runs once; later calls answer the same. A run that could not be made is tried again at the next call. */
  passed(): Promise<boolean> {
    this.outcome ??= this.run().catch((error: unknown) => {
      this.outcome = undefined;
      throw error;
    });
    return this.outcome;
  }

  private async run(): Promise<boolean> {
    const path = createRequire(import.meta.url).resolve(PHOTO);
    const header = await this.decoder.inspect(path);
    const { raster } = await this.decoder.decode(path, header, {
      longSideMax: this.inference.pack.detectorLongSidePx,
    });
    return (await this.inference.selfTest(raster)).ok;
  }
}
