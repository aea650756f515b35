// Hands the configuration to every room.
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { KINDRED_CONFIG, type KindredConfig } from './config.js';

@Global()
@Module({})
export class ConfigModule {
  static forRoot(config: KindredConfig): DynamicModule {
    return {
      module: ConfigModule,
      providers: [{ provide: KINDRED_CONFIG, useValue: config }],
      exports: [KINDRED_CONFIG],
    };
  }
}
