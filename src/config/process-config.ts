// The configuration of this very process: its environment and its working directory.
import type { KindredConfig } from './config.js';
import { loadConfig } from './load-config.js';

/** @throws ConfigError with every fault of file and environment. */
export const processConfig = (): KindredConfig => loadConfig({ env: process.env, cwd: process.cwd() });
