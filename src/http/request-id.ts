// One id for each request: in the answer, in the problem, in the log.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { v7 as uuidv7 } from 'uuid';

/** What a client may choose: it is logged and answered, so it can hold nothing that ends a line or a header. */
const PLAUSIBLE = /^[A-Za-z0-9._~-]{1,64}$/;

/** Takes the client's X-Request-Id when it is plausible, makes a UUIDv7 otherwise, and answers it. */
export function assignRequestId(request: IncomingMessage, response: ServerResponse): string {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && PLAUSIBLE.test(given) ? given : uuidv7();
  response.setHeader('X-Request-Id', id);
  return id;
}

/** The id that was assigned. */
export function requestIdOf(request: IncomingMessage): string {
  return typeof request.id === 'string' ? request.id : uuidv7();
}
