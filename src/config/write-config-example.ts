// `node dist/config/write-config-example.js`: writes config.example.toml into the working directory.
import { writeFileSync } from 'node:fs';
import { configExample } from './config-example.js';

writeFileSync('config.example.toml', configExample());
