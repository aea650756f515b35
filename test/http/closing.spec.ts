// The end of the service waits for whoever is being answered, and for nobody else.
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../harness/app.js';
import { ADMIN_TOKEN } from '../harness/kindred-process.js';

/** Ample for any machine, and far from what a kept connection (65 s) or an unfinished request would hold it for. */
const SOON_MS = 45_000;

describe('closing', { timeout: 120_000 }, () => {
  let app: TestApp;
  let port: number;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    app = await startApp();
    port = Number(new URL(app.admin.url).port);
  });
  afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

  const opened = async (text: string): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    if (text !== '') socket.write(text);
    return socket;
  };
  const closesSoon = async (closing: Promise<void>): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => (timer = setTimeout(() => resolve('late'), SOON_MS)));
    expect(await Promise.race([closing.then(() => 'closed'), late])).toBe('closed');
    clearTimeout(timer);
  };
  const status = async (answered: Promise<unknown[]>): Promise<IncomingMessage> => {
    const [response] = (await answered) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    return response;
  };

  it('ends at once what is kept for a next request', async () => {
    const agent = new Agent({ keepAlive: true });
    const first = request({ port, agent, path: '/health/live' }).end();
    expect((await status(once(first, 'response'))).statusCode).toBe(200);
    expect(Object.values(agent.freeSockets).flat()).toHaveLength(1);
    await closesSoon(app.close());
    agent.destroy();
  });

  it('answers what is under way, and keeps nothing for later', async () => {
    const agent = new Agent({ keepAlive: true });
    const asked = request({
      port,
      agent,
      method: 'POST',
      path: '/v1/tenants',
      headers: {
        authorization: `Bearer ${ADMIN_TOKEN}`,
        'content-type': 'application/json',
        'content-length': 13,
      },
    });
    const answered = once(asked, 'response');
    asked.write('{"id":');
    // The service has it when another that came later is answered.
    expect((await app.admin.get('/health/live')).status).toBe(200);
    const closing = app.close();
    await expect.poll(() => canConnect(port), { timeout: SOON_MS }).toBe(false);
    asked.end('"last"}');
    const response = await status(answered);
    expect([response.statusCode, response.headers.connection]).toEqual([201, 'close']);
    await closesSoon(closing);
    agent.destroy();
  });

  it('cuts off who never asks, and who never ends a request', async () => {
    const ends = [
      await opened(''),
      await opened('GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow:'),
      await opened(
        `POST /v1/tenants HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\n` +
          'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
      ),
    ].map((socket) => once(socket, 'close'));
    expect((await app.admin.get('/health/live')).status).toBe(200);
    await closesSoon(app.close());
    await Promise.all(ends);
  });
});

const canConnect = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
