// Reads a file of an export and checks it: every checkpoint vouches for all lines before it, and the last line says that
// nothing is missing.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  type CheckpointLine,
  type EndLine,
  type ExportLine,
  EXPORT_FORMAT,
  EXPORT_VERSION,
  type HeaderLine,
} from '../domain/transfer/export-line.js';

export interface ReadLine {
  readonly line: ExportLine;
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
  /** Byte behind its line feed. */
  readonly end: number;
}

/** The file is not what an export wrote. */
export class DamagedExport extends Error {}

/** A longer line is none of an export's: an operation that moved 20,000 faces takes a twentieth of it. Bytes. */
const LINE_BYTES_MAX = 64 * 1024 * 1024;
const LINE_FEED = 0x0a;

/** Whole lines; what comes after the last line feed is left out. */
async function* rawLines(path: string): AsyncGenerator<{ readonly bytes: Buffer; readonly end: number }> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let end = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let to = chunk.indexOf(LINE_FEED); to >= 0; to = chunk.indexOf(LINE_FEED, from)) {
      const bytes = Buffer.concat([...pending, chunk.subarray(from, to + 1)]);
      pending = [];
      pendingBytes = 0;
      end += bytes.length;
      from = to + 1;
      yield { bytes, end };
    }
    if (from === chunk.length) continue;
    pending.push(chunk.subarray(from));
    pendingBytes += chunk.length - from;
    if (pendingBytes > LINE_BYTES_MAX) throw new DamagedExport('a line is longer than any of an export');
  }
}

/**
 * The lines in their order; nothing is known to be right before the checkpoint behind it.
 * @throws DamagedExport
 */
export async function* exportLines(path: string): AsyncGenerator<ReadLine> {
  let number = 0;
  let lines = 0;
  let sha256 = '';
  let hash = createHash('sha256');
  for await (const { bytes, end } of rawLines(path)) {
    number++;
    const text = bytes.toString('utf8', 0, bytes.length - 1);
    const line = parse(text, number);
    if (number === 1) checkHeader(line);
    if (line.type === 'checkpoint') {
      sha256 = hash.digest('hex');
      hash = createHash('sha256').update(sha256);
    } else if (line.type !== 'end') {
      lines++;
      hash.update(bytes);
    }
    if (
      (line.type === 'checkpoint' || line.type === 'end') &&
      (line.sha256 !== sha256 || line.lines !== lines)
    )
      throw new DamagedExport(`lines before line ${number} were changed`);
    yield { line, text, number, end };
  }
}

function parse(text: string, number: number): ExportLine {
  try {
    return JSON.parse(text) as ExportLine;
  } catch {
    throw new DamagedExport(`line ${number} is not JSON`);
  }
}

/** @throws DamagedExport */
function checkHeader(line: ExportLine): asserts line is HeaderLine {
  if (line.type !== 'header' || line.format !== EXPORT_FORMAT) throw new DamagedExport('this is no export');
  if (line.version !== EXPORT_VERSION)
    throw new DamagedExport(`the export is of version ${line.version}; this Kindred reads ${EXPORT_VERSION}`);
}

export interface ExportState {
  readonly header: HeaderLine | undefined;
  /** The last one that vouches for what is before it, and the byte behind it. */
  readonly checkpoint: (CheckpointLine & { readonly at: number }) | undefined;
  /** The file is whole. */
  readonly end: EndLine | undefined;
}

/** How far a file is. What is damaged counts as not there. */
export async function stateOfExport(path: string): Promise<ExportState> {
  let header: HeaderLine | undefined;
  let checkpoint: ExportState['checkpoint'];
  try {
    for await (const { line, end } of exportLines(path)) {
      if (line.type === 'header') header = line;
      if (line.type === 'checkpoint') checkpoint = { ...line, at: end };
      if (line.type === 'end') return { header, checkpoint, end: line };
    }
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!absent && !(error instanceof DamagedExport)) throw error;
  }
  return { header, checkpoint, end: undefined };
}

/** @throws DamagedExport for a file that is cut off, was changed, or is of another version. */
export async function checkExport(
  path: string,
): Promise<{ readonly header: HeaderLine; readonly end: EndLine }> {
  let header: HeaderLine | undefined;
  for await (const { line } of exportLines(path)) {
    if (line.type === 'header') header = line;
    if (line.type === 'end' && header !== undefined) return { header, end: line };
  }
  throw new DamagedExport('the file is cut off: its last line is missing');
}
