// Malformed requests over every route of the OpenAPI document: coded answers, no 5xx, nothing of the inside in them.
// KINDRED_FUZZ_REQUESTS=20000 KINDRED_FUZZ_SEED=7 npx vitest run test/fuzz: more of them, and others.
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/domain/evaluation/seeded-random.js';
import { startApp, type TestApp } from '../harness/app.js';
import { ADMIN_TOKEN } from '../harness/kindred-process.js';
import { samplePhotos } from '../harness/shared-data.js';
import { countFrom, expectHarmless, inParallel } from './answers.js';
import { type ApiDocument, Malformed, type MalformedRequest } from './malformed.js';

const REQUESTS = countFrom('KINDRED_FUZZ_REQUESTS', 2000);
const SEED = countFrom('KINDRED_FUZZ_SEED', 1);
/** Silence of the service after which a request counts as unanswered, ms. */
const SILENCE_MS = 60_000;
const SCOPES = ['ingest', 'read', 'review', 'erase', 'embeddings', 'admin'];

interface RawAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

describe('malformed requests', () => {
  let app: TestApp;
  let malformed: Malformed;
  let key: string;
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });

  beforeAll(async () => {
    app = await startApp();
    const { admin } = app;
    expect((await admin.post('/v1/tenants', { id: 'fuzz' })).status).toBe(201);
    const minted = await admin.post<{ id: string; key: string }>('/v1/tenants/fuzz/api-keys', {
      name: 'fuzz',
      scopes: SCOPES,
    });
    key = minted.json.key;
    const image = await admin.sendImage('fuzz', samplePhotos[0]!);
    expect(image.status).toBe(201);
    const face = image.json.faces.find(({ cluster_id }) => cluster_id !== null)!;
    const first = async (list: string): Promise<string> =>
      (await admin.get<{ items: { id: string }[] }>(`/v1/tenants/fuzz/${list}`)).json.items[0]!.id;
    const ids = {
      tenant_id: 'fuzz',
      image_id: image.json.id,
      face_id: face.id,
      cluster_id: face.cluster_id!,
      item_id: await first('review-pending'),
      operation_id: await first('operations'),
      // A key that nobody uses: the one in use shall stay.
      key_id: (
        await admin.post<{ id: string }>('/v1/tenants/fuzz/api-keys', { name: 'victim', scopes: ['read'] })
      ).json.id,
    };
    const document = (await admin.get<ApiDocument>('/openapi.json')).json;
    malformed = new Malformed(document, ids, seededRandom(SEED));
  });
  afterAll(async () => {
    agent.destroy();
    await app.close();
  });

  /** fetch would mend or refuse much of what is wrong here. */
  function send({ method, path, headers, body }: MalformedRequest, token: string): Promise<RawAnswer> {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    return new Promise((resolve, reject) => {
      const sent = request(
        app.admin.url + path,
        { method, agent, headers: { authorization: `Bearer ${token}`, ...headers, ...length } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode!,
              type: response.headers['content-type'] ?? '',
              text: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      // A kept connection may be closed by the server at any time: then, as every client does, once more on a new one.
      sent.on('error', (error) => {
        if (sent.reusedSocket) resolve(send({ method, path, headers, body }, token));
        else reject(new Error(`${method} ${path.slice(0, 300)}: ${error.message}`));
      });
      // An answer that never comes shall be told with its request, not end the run.
      sent.setTimeout(SILENCE_MS, () => {
        reject(
          new Error(
            `no answer: ${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 300)} ${String(body).slice(0, 300)}`,
          ),
        );
        sent.destroy();
      });
      sent.end(body);
    });
  }

  it(
    `${REQUESTS} of them are answered with a code below 500 that tells nothing`,
    { timeout: 3_600_000 },
    async () => {
      const before = process.memoryUsage().rss;
      const statuses = new Map<number, number>();
      const requests = Array.from({ length: REQUESTS }, (_, n) => malformed.request(n));
      await inParallel(REQUESTS, 8, async (n) => {
        const asked = requests[n]!;
        // The tenant's erasure ends the tenant: a stranger to its routes is as good.
        const token = n % 7 === 0 ? ADMIN_TOKEN : key;
        if (asked.method === 'DELETE' && asked.path.startsWith('/v1/tenants/fuzz?')) return;
        if (asked.method === 'DELETE' && asked.path === '/v1/tenants/fuzz') return;
        const { status, type, text } = await send(asked, token);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const words = `#${n} ${asked.method} ${asked.path.slice(0, 300)} ${String(asked.body).slice(0, 300)}`;
        // What shows data may hold the words of earlier requests; what refuses holds no word of ours.
        if (type.includes('json') || status >= 400) expectHarmless(status, type, text, words);
      });
      expect(statuses.get(404), JSON.stringify([...statuses])).toBeGreaterThan(REQUESTS / 100);
      expect(statuses.get(400)).toBeGreaterThan(REQUESTS / 10);
      const grown = process.memoryUsage().rss - before;
      if (REQUESTS > 5000)
        console.log(
          `${REQUESTS} requests: ${JSON.stringify([...statuses])}, memory grew by ${grown >> 20} MiB`,
        );
      // Whoever went through all that is in order: the service still works.
      expect((await app.admin.as(key).get('/v1/tenants/fuzz/images')).status).toBe(200);
      expect((await app.admin.get('/health/ready')).status).toBe(200);
    },
  );

  it('what is no HTTP is refused without a word, and the next one is served', async () => {
    const port = Number(new URL(app.admin.url).port);
    const raw = (text: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.end(Buffer.from(text, 'latin1')));
        let answer = '';
        socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
        socket.on('error', () => resolve(answer));
        socket.on('close', () => resolve(answer));
      });
    for (const text of [
      '\0\0\0\0',
      'GET\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'POST /v1/tenants HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
      'POST /v1/tenants HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'POST /v1/tenants HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`,
      `GET /${'x'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: x\r\n${'X-Many: 1\r\n'.repeat(5000)}\r\n`,
      'GET / HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n',
    ]) {
      const answer = await raw(text);
      expect(answer, text.slice(0, 80)).toMatch(/^(?:HTTP\/1\.1 4\d\d |$)/);
      expect(answer).not.toMatch(/node_modules|\bat |Error:/);
    }
    expect((await app.admin.get('/health/live')).status).toBe(200);
  });
});
