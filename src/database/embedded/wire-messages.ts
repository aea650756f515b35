// Cuts a client's byte stream into messages of PostgreSQL's wire protocol (version 3), and reads of an answer what the
// bridge must know. Format: https://www.postgresql.org/docs/current/protocol-message-formats.html

/** startup: the first message. part: more of the unit follows. end: the unit is complete. */
export interface ClientMessage {
  readonly kind: 'encryption' | 'cancel' | 'startup' | 'part' | 'end' | 'terminate';
  readonly bytes: Buffer;
}

/** The client does not speak the protocol: PGlite, which trusts what it gets, must not see it. */
export class ProtocolFault extends Error {}

const PROTOCOL_MAJOR = 3;
/** PostgreSQL's own bounds: MAX_STARTUP_PACKET_LENGTH and MaxAllocSize. bytes */
const STARTUP_LENGTH_MAX = 10_000;
const MESSAGE_LENGTH_MAX = 0x3fffffff;
const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;

const code = (letter: string): number => letter.charCodeAt(0);
const TERMINATE = code('X');
/** Sync, simple Query and Flush: the client waits for the answer before it goes on. */
const UNIT_ENDS: readonly number[] = [code('S'), code('Q'), code('H')];
/** Parse, Bind, Describe, Execute, Close, CopyData, CopyDone, CopyFail, password, function call. */
const UNIT_PARTS: readonly number[] = [...'PBDECdcfpF'].map(code);
const READY_FOR_QUERY = code('Z');
const NOTIFICATION = code('A');
const IDLE = code('I');

export class MessageReader {
  private buffered: Buffer = Buffer.alloc(0);
  private started = false;

  /** Takes bytes in; gives out the messages that are complete. Throws ProtocolFault. */
  push(chunk: Buffer): ClientMessage[] {
    this.buffered = this.buffered.length > 0 ? Buffer.concat([this.buffered, chunk]) : chunk;
    const messages: ClientMessage[] = [];
    for (let next = this.next(); next; next = this.next()) messages.push(next);
    return messages;
  }

  private next(): ClientMessage | null {
    // The first message has no type byte; the length counts itself and not the type byte.
    const header = this.started ? 1 : 0;
    if (this.buffered.length < header + (this.started ? 4 : 8)) return null;
    const counted = this.buffered.readInt32BE(header);
    const [least, most] = this.started ? [4, MESSAGE_LENGTH_MAX] : [8, STARTUP_LENGTH_MAX];
    if (counted < least || counted > most) throw new ProtocolFault(`a message cannot have ${counted} bytes`);
    const length = header + counted;
    if (this.buffered.length < length) return null;
    const bytes = this.buffered.subarray(0, length);
    const kind = this.started ? kindOf(bytes[0]!) : startupKind(bytes.readInt32BE(4));
    this.buffered = this.buffered.subarray(length);
    if (kind === 'startup') this.started = true;
    return { kind, bytes };
  }
}

function startupKind(request: number): ClientMessage['kind'] {
  if (request === SSL_REQUEST || request === GSS_REQUEST) return 'encryption';
  if (request === CANCEL_REQUEST) return 'cancel';
  if (request >>> 16 !== PROTOCOL_MAJOR) throw new ProtocolFault(`protocol ${request >>> 16} is not known`);
  return 'startup';
}

function kindOf(type: number): ClientMessage['kind'] {
  if (type === TERMINATE) return 'terminate';
  if (UNIT_ENDS.includes(type)) return 'end';
  if (UNIT_PARTS.includes(type)) return 'part';
  throw new ProtocolFault(`message type ${type} is not known`);
}

export interface Reply {
  /** What the last ReadyForQuery said: idle, or a transaction is open. null: there was none, the unit goes on. */
  readonly ready: 'idle' | 'transaction' | null;
  readonly notifications: readonly Uint8Array[];
}

export function readReply(bytes: Uint8Array): Reply {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const notifications: Uint8Array[] = [];
  let ready: Reply['ready'] = null;
  for (let offset = 0; offset + 5 <= bytes.length;) {
    const length = 1 + view.getInt32(offset + 1);
    if (bytes[offset] === READY_FOR_QUERY) ready = bytes[offset + 5] === IDLE ? 'idle' : 'transaction';
    if (bytes[offset] === NOTIFICATION) notifications.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  return { ready, notifications };
}
