// Everything that is wrong with the configuration, told at once.

export interface ConfigFault {
  /** Name of the key as it was written: "server.port", or of an environment variable. */
  readonly key: string;
  /** Where it was written: "config.toml:12", "config.toml", or "environment". */
  readonly where: string;
  /** What is wrong and what was expected. Never holds a secret. */
  readonly detail: string;
}

export class ConfigError extends Error {
  constructor(readonly faults: readonly ConfigFault[]) {
    const lines = faults.map(
      ({ where, key, detail }) => `  ${where}: ${key === '' ? '' : `${key} `}${detail}`,
    );
    super(
      `the configuration has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${lines.join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}
