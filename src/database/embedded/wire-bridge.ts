// PostgreSQL's wire protocol in front of one PGlite session, safe for many client connections.
//
// [Note: Many connections, one session]
// PGlite has one session; unnamed statements and portals are the session's. Messages of two connections must therefore
// never mix between a Parse and its Sync, nor inside a transaction. A connection's messages up to a Sync (or one simple
// Query) run as one unit, and a connection whose transaction is open keeps the session until it ends. Session state that
// outlives a transaction (SET, named statements, session advisory locks, LISTEN) is shared by all: do not use it.
import { createServer, type Server, type Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import { MessageReader, ProtocolFault, readReply } from './wire-messages.js';

export class WireBridge {
  private server: Server | undefined;
  private readonly connections = new Set<BridgeConnection>();
  private readonly turn = new SessionTurn();

  constructor(private readonly db: PGlite) {}

  /** @param path Unix socket, at most 107 bytes, in a folder that only its owner can enter. */
  async listen(path: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server = createServer((socket) => this.accept(socket));
      this.server.once('error', reject).listen(path, resolve);
    });
  }

  /** Runs `work` while no client has a transaction open, and no client's messages until it has settled. */
  async betweenTransactions<T>(work: (db: PGlite) => Promise<T>): Promise<T> {
    const own = {};
    await this.turn.take(own);
    try {
      return await work(this.db);
    } finally {
      this.turn.pass();
    }
  }

  /** Ends all connections; open transactions are rolled back. */
  async close(): Promise<void> {
    const ended = [...this.connections].map((connection) => connection.end());
    await new Promise<void>((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()));
    await Promise.all(ended);
  }

  private accept(socket: Socket): void {
    const connection = new BridgeConnection(socket, this.db, this.turn, (notification) => {
      for (const other of this.connections) if (other !== connection) other.send(notification);
    });
    this.connections.add(connection);
    void connection.ended.then(() => this.connections.delete(connection));
  }
}

/** Who has the session; the others wait in the order of their coming. */
class SessionTurn {
  private holder: object | null = null;
  private readonly waiting: { one: object; go: () => void }[] = [];

  async take(one: object): Promise<void> {
    if (this.holder === one) return;
    if (this.holder === null) {
      this.holder = one;
      return;
    }
    await new Promise<void>((go) => this.waiting.push({ one, go }));
  }

  holds(one: object): boolean {
    return this.holder === one;
  }

  pass(): void {
    const next = this.waiting.shift();
    this.holder = next?.one ?? null;
    next?.go();
  }
}

/** One client: its messages run one unit after the other. */
class BridgeConnection {
  readonly ended: Promise<void>;
  private readonly reader = new MessageReader();
  private unit: Buffer[] = [];
  private tail: Promise<void> = Promise.resolve();
  private open = true;

  constructor(
    private readonly socket: Socket,
    private readonly db: PGlite,
    private readonly turn: SessionTurn,
    private readonly notify: (notification: Uint8Array) => void,
  ) {
    socket.on('data', (chunk: Buffer) => {
      try {
        this.read(chunk);
      } catch (error) {
        if (!(error instanceof ProtocolFault)) throw error;
        socket.destroy();
      }
    });
    // A client that goes away shows in 'close', which always follows.
    socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      socket.on('close', () => {
        this.open = false;
        this.enqueue(() => this.abandon());
        void this.tail.then(resolve);
      });
    });
  }

  send(bytes: Uint8Array): void {
    if (this.open) this.socket.write(bytes);
  }

  async end(): Promise<void> {
    this.socket.destroy();
    await this.ended;
  }

  private read(chunk: Buffer): void {
    for (const message of this.reader.push(chunk)) {
      switch (message.kind) {
        case 'encryption':
          this.send(Buffer.from('N'));
          break;
        case 'cancel':
        case 'terminate':
          this.socket.end();
          return;
        case 'startup':
          this.enqueue(() => this.run([message.bytes]));
          break;
        case 'part':
          this.unit.push(message.bytes);
          break;
        case 'end': {
          const unit = [...this.unit, message.bytes];
          this.unit = [];
          this.enqueue(() => this.run(unit));
          break;
        }
      }
    }
  }

  private enqueue(step: () => Promise<void>): void {
    this.tail = this.tail.then(step);
  }

  /** Runs one unit and gives the session back unless a transaction is open. Never rejects. */
  private async run(messages: readonly Buffer[]): Promise<void> {
    if (!this.open) return;
    await this.turn.take(this);
    let idle = false;
    try {
      for (const message of messages) {
        const reply = await this.db.execProtocolRaw(message, { throwOnError: false });
        const { ready, notifications } = readReply(reply);
        if (ready !== null) idle = ready === 'idle';
        for (const notification of notifications) this.notify(notification);
        this.send(reply);
      }
    } catch {
      // The session did not answer in the protocol: this client cannot go on. 'close' rolls back and passes the turn.
      this.socket.destroy();
      return;
    }
    if (idle) this.turn.pass();
  }

  /** What a client that went away leaves open is rolled back. */
  private async abandon(): Promise<void> {
    if (!this.turn.holds(this)) return;
    try {
      await this.db.exec('ROLLBACK');
    } finally {
      this.turn.pass();
    }
  }
}
