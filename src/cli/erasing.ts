// `kindred tenants …` and `kindred erase`: cleaning up from scripts. Whatever is gone already counts as done, so a run that was
// broken off is simply run again.
import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type ErasureAnswer, type KindredClient } from './kindred-client.js';

/** What a script can tell apart. */
export const EXIT = { done: 0, failed: 1, notFound: 3, refused: 4, unfinished: 5 } as const;

/** How one thing ended: `planned` for a dry run, `absent` when it was not there. */
export interface Erased {
  readonly subject: string;
  readonly outcome: 'planned' | 'erased' | 'absent' | 'unfinished';
  readonly counts: Readonly<Record<string, number>>;
  readonly receipt_id: string | null;
  readonly salt: string | null;
}

export interface ErasingOptions {
  readonly dryRun: boolean;
  /** Things begun in a second at most. */
  readonly rate: number;
  /** Longest wait for the end of one erasure, s. */
  readonly waitSeconds: number;
  /** Folder for receipts; without it they stay with Kindred alone. */
  readonly receipts?: string | undefined;
}

const POLL_MS = 500;
const NOT_FOUND = new Set(['tenant.not_found', 'face.not_found', 'image.not_found', 'cluster.not_found']);

/** @param path Of the thing, with its query: `/v1/tenants/acme`. */
export async function eraseAll(
  client: KindredClient,
  things: readonly { readonly subject: string; readonly path: string }[],
  options: ErasingOptions,
  onEach: (erased: Erased) => void,
): Promise<number> {
  let unfinished = false;
  // Before anything is erased: a receipt that finds no place comes too late.
  if (options.receipts !== undefined) await mkdir(options.receipts, { recursive: true, mode: 0o700 });
  for (const [index, thing] of things.entries()) {
    if (index > 0) await sleep(1000 / options.rate);
    const erased = await eraseOne(client, thing, options);
    unfinished ||= erased.outcome === 'unfinished';
    onEach(erased);
  }
  return unfinished ? EXIT.unfinished : EXIT.done;
}

async function eraseOne(
  client: KindredClient,
  { subject, path }: { readonly subject: string; readonly path: string },
  options: ErasingOptions,
): Promise<Erased> {
  try {
    if (options.dryRun) {
      const counts = await client.erasurePlan(path);
      return { subject, outcome: 'planned', counts, receipt_id: null, salt: null };
    }
    const accepted = await client.erase(path);
    const erasure = await untilDone(client, accepted, options.waitSeconds);
    if (options.receipts !== undefined && erasure.receipt !== null) {
      await writeFile(`${options.receipts}/${erasure.id}.json`, `${JSON.stringify(erasure.receipt)}\n`);
    }
    const outcome = erasure.receipt === null ? 'unfinished' : 'erased';
    return { subject, outcome, counts: erasure.erased, receipt_id: erasure.id, salt: accepted.salt };
  } catch (error) {
    if (!(error instanceof ApiError && NOT_FOUND.has(error.code))) throw error;
    return { subject, outcome: 'absent', counts: {}, receipt_id: null, salt: null };
  }
}

async function untilDone(
  client: KindredClient,
  accepted: ErasureAnswer,
  seconds: number,
): Promise<ErasureAnswer> {
  let erasure = accepted;
  for (const end = Date.now() + seconds * 1000; erasure.receipt === null && Date.now() < end;) {
    await sleep(POLL_MS);
    erasure = await client.erasure(accepted.id);
  }
  return erasure;
}
