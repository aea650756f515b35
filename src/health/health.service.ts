// Whether this process can do its work: asked of the database each time, of the models once and then remembered.
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { InferenceProvider } from '../inference/inference-provider.js';
import { ModelSelfTest } from '../ingest/model-self-test.js';
import { packageVersion } from '../config/package-version.js';

export interface Readiness {
  readonly ready: boolean;
  readonly version: string;
  readonly checks: {
    readonly database: boolean;
    readonly migrations: boolean;
    readonly models: boolean;
  };
  readonly model_pack: string;
  readonly execution_provider: string;
}

@Injectable()
export class HealthService {
  readonly version = packageVersion;

  constructor(
    private readonly database: Database,
    private readonly inference: InferenceProvider,
    private readonly selfTest: ModelSelfTest,
  ) {}

  async ready(): Promise<Readiness> {
    const [database, migrations, models] = await Promise.all([
      this.succeeds(() => this.database.ping().then(() => true)),
      this.succeeds(() => this.database.migrationsApplied()),
      this.succeeds(() => this.selfTest.passed()),
    ]);
    return {
      ready: database && migrations && models,
      version: this.version,
      checks: { database, migrations, models },
      model_pack: this.inference.pack.id,
      execution_provider: this.inference.pack.executionProvider,
    };
  }

  /** A check that throws is a check that fails: readiness says what, the log says why. */
  private async succeeds(check: () => Promise<boolean>): Promise<boolean> {
    try {
      return await check();
    } catch {
      return false;
    }
  }
}
