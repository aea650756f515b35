// config.example.toml is what the schema says, word for word.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configExample } from '../../src/config/config-example.js';
import { CONFIG_KEY_NAMES, environmentName } from '../../src/config/config-schema.js';
import { repositoryRoot } from '../harness/shared-data.js';

const written = readFileSync(join(repositoryRoot, 'config.example.toml'), 'utf8');

it('config.example.toml is fresh (else: node dist/config/write-config-example.js)', () => {
  expect(written).toBe(configExample());
});

it('config.example.toml names every environment variable', () => {
  for (const name of CONFIG_KEY_NAMES) expect(written).toContain(`# Environment: ${environmentName(name)}\n`);
});
