// The connections of clients at the end of the process: whoever is being answered gets the answer, then all are closed.
//
// [Note: A close that ends] Node's server closes what is idle and waits for the rest, without looking at its clock any more: a client
// that never asks, never ends its request, or keeps its connection for the next one would hold the process for ever.
import type { Server } from 'node:http';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { NextFunction, Request, Response } from 'express';

/** What requests under way may still take, ms. Supervisors kill after 10 s or more, and the ports need about 2 s to close. */
const GRACE_MS = 5000;

@Injectable()
export class Connections implements BeforeApplicationShutdown {
  private ending = false;

  constructor(private readonly adapter: HttpAdapterHost) {}

  /** Before everything that answers. */
  readonly middleware = (request: Request, response: Response, next: NextFunction): void => {
    const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => Response;
    response.writeHead = (...args: unknown[]): Response => {
      // Told, so that the client does not send another request into a connection that closes.
      if (this.ending) response.setHeader('Connection', 'close');
      return writeHead(...args);
    };
    // Its head may have left before the end began.
    response.once('finish', () => this.ending && request.socket.end());
    next();
  };

  /** Nest closes the server after this. */
  beforeApplicationShutdown(): void {
    this.ending = true;
    const server = this.adapter.httpAdapter.getHttpServer() as Server;
    if (!server.listening) return;
    const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    server.once('close', () => clearTimeout(cut));
  }
}
