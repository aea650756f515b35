// Wires the image decoder to the configured limits.
import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import { ImageDecoder } from './image-decoder.js';

@Module({
  providers: [
    {
      provide: ImageDecoder,
      inject: [KINDRED_CONFIG],
      useFactory: (config: KindredConfig): ImageDecoder => new ImageDecoder(config.imaging),
    },
  ],
  exports: [ImageDecoder],
})
export class ImagingModule implements OnApplicationShutdown {
  constructor(private readonly decoder: ImageDecoder) {}

  async onApplicationShutdown(): Promise<void> {
    await this.decoder.close();
  }
}
