// The configuration in force, for the start log: every value, and no secret.
import type { KindredConfig } from './config.js';
import { redactedUrl } from './secrets.js';

/** A copy that may be printed: secrets are told as "configured" or left out. */
export function describeConfig(config: KindredConfig): Record<string, unknown> {
  return {
    ...config,
    database: {
      ...config.database,
      url: config.database.url === undefined ? 'embedded' : redactedUrl(config.database.url),
    },
    auth: { adminToken: config.auth.adminToken === undefined ? 'generated' : 'configured' },
  };
}
