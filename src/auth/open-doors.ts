// Doors that the operator opened on loopback: drop-in routes whose earlier API asked for no credential.
//
// [Note: Open on loopback] The start refuses an open door unless the service listens on loopback. A web page in a browser of the same machine
// could still send requests there, by its own name for 127.0.0.1 or across origins: such a request needs a token like any other.
import type { Request } from 'express';
import type { Principal } from './principal.js';

const LOOPBACK_ADDRESS = /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/;
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

export class OpenDoors {
  /** @param open Names of the doors. */
  constructor(private readonly open: readonly string[]) {}

  /** The guest who comes without a credential through an open door; undefined for everybody else. */
  guestOf(door: string | undefined, { headers, socket }: Request): Principal | undefined {
    if (door === undefined || !this.open.includes(door) || headers.authorization !== undefined)
      return undefined;
    const local =
      LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '') &&
      LOOPBACK_HOST.test(headers.host ?? '') &&
      headers.origin === undefined &&
      ['none', 'same-origin', undefined].includes(headers['sec-fetch-site']);
    return local ? { kind: 'guest', door } : undefined;
  }
}
