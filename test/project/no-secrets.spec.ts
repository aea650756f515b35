// The search of all the tests' logs finds what it is there to find, and lets an ordinary log pass.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { pino } from 'pino';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/domain/evaluation/seeded-random.js';
import { createLogger } from '../../src/http/logger.js';
import { refuseSecrets } from '../harness/no-secrets.js';

/** What a logger without any care would write. */
const logged = (member: unknown): string => {
  const lines: string[] = [];
  pino({}, { write: (line) => void lines.push(line) }).info({ member }, 'something');
  return lines.join('');
};
const vector = ((): number[] => {
  const { normal } = seededRandom(1);
  return Array.from({ length: 512 }, () => normal() / 22);
})();
const base62 = 'A'.repeat(43);

const SECRETS: Readonly<Record<string, string>> = {
  'an API key': logged(`kindred_abcdefghij_${base62}`),
  'an admin token': logged(`kindred_admin_${base62}`),
  'a pepper': logged(`kindred_pepper_${base62}`),
  'a header with a credential': logged({ authorization: 'Bearer 0123456789abcdef' }),
  'a private key': logged(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })),
  "a database's password": logged('postgresql://kindred:secret@db:5432/kindred'),
  'a vector': logged(vector),
  'a vector of single precision': logged(Float32Array.from(vector)),
  'a vector as pgvector writes it': logged(JSON.stringify(vector)),
  'a vector in a stack': inspect(vector),
  'bytes of a picture': logged(randomBytes(100)),
  'a picture in base64': logged(
    (
      await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
        .jpeg()
        .toBuffer()
    ).toString('base64'),
  ),
  'the name of a file': logged({ originalname: 'Ada at the beach.jpg' }),
};

describe('the search for secrets in logs', () => {
  it.each(Object.entries(SECRETS))('finds %s', (_, log) => {
    expect(() => refuseSecrets(log, [])).toThrow('a secret stands in the log');
  });

  it('finds a secret that it was told, and does not repeat it', () => {
    expect(() => refuseSecrets('… swordfish …', ['swordfish'])).toThrow(/known secret 1$/);
  });

  it('lets pass what a service writes', () => {
    const lines: string[] = [];
    const logger = createLogger('info', { write: (line) => void lines.push(line) });
    logger.info(
      {
        method: 'GET',
        path: '/v1/tenants/a/faces/01a1fe92-313f-7025-8083-f79c96010418',
        status: 200,
        ms: 3.25,
      },
      'request',
    );
    logger.info({ box: [1, 2, 3, 4], versions: '17.11, 0.8.7' }, 'ready');
    expect(() => refuseSecrets(lines.join(''), [])).not.toThrow();
  });
});
