import { Module } from '@nestjs/common';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import { ReceiptKey } from '../receipts/receipt-key.js';
import { ErasureRunner } from './erasure-runner.js';
import { ErasureSteps } from './erasure-steps.js';
import { ErasuresController } from './erasures.controller.js';
import { ErasuresService } from './erasures.service.js';
import { ReceiptsController } from './receipts.controller.js';
import { ReceiptsService } from './receipts.service.js';

@Module({
  controllers: [ErasuresController, ReceiptsController],
  providers: [
    {
      provide: ReceiptKey,
      inject: [KINDRED_CONFIG],
      useFactory: ({ dataDir, erasure }: KindredConfig) =>
        ReceiptKey.open({ dataDir, file: erasure.signingKeyFile }),
    },
    ReceiptsService,
    ErasureSteps,
    ErasureRunner,
    ErasuresService,
  ],
  exports: [ErasuresService, ErasureRunner],
})
export class ErasureModule {}
