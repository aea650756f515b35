// The database cannot be used as it is, and an administrator can change that.

/** Its message says what is wrong and what to do; it holds no secret. */
export class DatabaseStartError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DatabaseStartError';
  }
}
