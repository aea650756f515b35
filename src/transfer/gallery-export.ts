// Writes an export: page after page, each read in a transaction of its own when whoever reads has taken the one before.
import { createHash } from 'node:crypto';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import type { Actor } from '../auth/acted-by.js';
import { getCluster } from '../clusters/load-facts.js';
import type { EmbeddingSpaceRecord } from '../database/records.js';
import { SystemStore } from '../database/system-store.js';
import {
  tenantErasing,
  type TenantRepositories,
  type TenantScope,
  TenantStore,
} from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import {
  COUNTED_LINES,
  EXPORT_FORMAT,
  EXPORT_VERSION,
  type ExportLine,
  type HeaderLine,
  type LineCounts,
} from '../domain/transfer/export-line.js';
import { encodePlace, type ExportPlace, type Section, SECTIONS } from './export-cursor.js';
import type { ExportScope } from './export-page.js';
import { readPage } from './export-pages.js';

export interface ExportRequest extends Actor {
  readonly tenantId: string;
  /** A cluster; absent: the whole tenant. */
  readonly personId?: string | undefined;
  readonly embeddings: boolean;
  /** Where a broken export goes on; absent: from the beginning. */
  readonly from?: ExportPlace | undefined;
}

/** Exports of one tenant that one process writes at once: each holds a page in memory. */
const AT_ONCE_MAX = 4;
const RETRY_AFTER_SECONDS = 5;

const NO_COUNTS = Object.fromEntries(COUNTED_LINES.map((type) => [type, 0])) as unknown as LineCounts;

@Injectable()
export class GalleryExport {
  private readonly underWay = new Map<string, number>();

  constructor(
    private readonly tenants: TenantStore,
    private readonly system: SystemStore,
  ) {}

  /**
   * Writes the pages of an export; one of them is in memory, and the next is read when the sink has taken it.
   * @throws DomainError cluster.not_found, cluster.merged, tenant.rate_limited: before anything is written.
   */
  async write(request: ExportRequest, sink: Writable): Promise<void> {
    const { tenantId, personId, embeddings, from } = request;
    this.begin(tenantId);
    try {
      const tenant = this.tenants.forTenant(tenantId);
      const spaces = await this.system.transaction(({ embeddingSpaces }) => embeddingSpaces.list());
      const widths = new Map(spaces.map(({ id, width }) => [id, width]));
      await this.note(tenant, request);
      const header = from === undefined ? await readHeader(tenant, request, spaces) : undefined;
      const pages = writePages(tenant, { personId, embeddings, widths }, header, from);
      await pipeline(Readable.from(pages, { objectMode: false }), sink);
    } catch (error) {
      // Whoever asked has gone: there is nobody to tell.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    } finally {
      this.end(tenantId);
    }
  }

  /** That data left, for the audit log, before it does. */
  private async note(tenant: TenantScope, request: ExportRequest): Promise<void> {
    const { actor, reason, personId, embeddings, from } = request;
    await tenant.transaction(async (repositories) => {
      if (personId !== undefined) await getCluster(repositories, personId);
      await repositories.audit.append({
        at: new Date(),
        actor,
        reason,
        action: personId === undefined ? 'tenant.exported' : 'cluster.exported',
        subjectId: personId,
        details: { embeddings, resumed: from !== undefined },
      });
    });
  }

  private begin(tenantId: string): void {
    const count = this.underWay.get(tenantId) ?? 0;
    if (count >= AT_ONCE_MAX) {
      throw new DomainError('tenant.rate_limited', 'Too many exports of the tenant are under way.', {
        retryable: true,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        rateLimit: { policy: 'concurrent-exports', quota: AT_ONCE_MAX, remaining: 0 },
      });
    }
    this.underWay.set(tenantId, count + 1);
  }

  private end(tenantId: string): void {
    const left = this.underWay.get(tenantId)! - 1;
    if (left === 0) this.underWay.delete(tenantId);
    else this.underWay.set(tenantId, left);
  }
}

async function* writePages(
  tenant: TenantScope,
  scope: ExportScope,
  header: HeaderLine | undefined,
  from: ExportPlace | undefined,
): AsyncGenerator<string> {
  let place = from ?? { ...BEGINNING, asOf: header?.as_of ?? null };
  if (header !== undefined) {
    const written = writePage(place, [header], { section: 'images', after: null });
    place = written.place;
    yield written.text;
  }
  for (let section = place.section; section !== 'end'; section = place.section) {
    const behind = place.after;
    const { lines, last } = await tenant.read(async (repositories) => {
      const page = await readPage(repositories, scope, { section, after: behind });
      await checkStanding(repositories);
      return page;
    });
    const next =
      last === undefined ? { section: sectionAfter(section), after: null } : { section, after: last };
    const written = writePage(place, lines, next);
    place = written.place;
    if (lines.length > 0) yield written.text;
  }
  yield await lastLine(tenant, place);
}

const BEGINNING: Omit<ExportPlace, 'asOf'> = {
  section: 'images',
  after: null,
  lines: 0,
  sha256: '',
  counts: NO_COUNTS,
};

/**
 * An erasure of the tenant takes rows before operations, so nothing else would tell that they are missing. Asked after a page was
 * read: what is written is whole, and the file gets no last line. @throws DomainError tenant.not_found, tenant.erasing
 */
async function checkStanding({ tenant }: TenantRepositories): Promise<void> {
  const found = await tenant.find();
  if (found === null) throw new DomainError('tenant.not_found', 'There is no such tenant.');
  if (found.erasureId) throw tenantErasing(found.erasureId);
}

const sectionAfter = (section: Section): Section => SECTIONS[SECTIONS.indexOf(section) + 1]!;

/** A page with its checkpoint. Nothing is written of an empty one. */
function writePage(
  place: ExportPlace,
  lines: readonly ExportLine[],
  next: Pick<ExportPlace, 'section' | 'after'>,
): { readonly text: string; readonly place: ExportPlace } {
  if (lines.length === 0) return { text: '', place: { ...place, ...next } };
  const counts: Record<string, number> = { ...place.counts };
  for (const { type } of lines) if (type in counts) counts[type]! += 1;
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const reached: ExportPlace = {
    ...place,
    ...next,
    lines: place.lines + lines.length,
    sha256: createHash('sha256').update(place.sha256).update(text).digest('hex'),
    counts: counts as LineCounts,
  };
  const checkpoint: ExportLine = {
    type: 'checkpoint',
    lines: reached.lines,
    sha256: reached.sha256,
    cursor: encodePlace(reached),
  };
  return { text: `${text}${JSON.stringify(checkpoint)}\n`, place: reached };
}

async function lastLine(tenant: TenantScope, place: ExportPlace): Promise<string> {
  const newest = await tenant.read(async (repositories) => {
    await checkStanding(repositories);
    return repositories.operations.newestId();
  });
  const end: ExportLine = {
    type: 'end',
    lines: place.lines,
    sha256: place.sha256,
    counts: place.counts,
    as_of: newest,
    changed: newest !== place.asOf,
  };
  return `${JSON.stringify(end)}\n`;
}

async function readHeader(
  tenant: TenantScope,
  { tenantId, personId, embeddings }: ExportRequest,
  spaces: readonly EmbeddingSpaceRecord[],
): Promise<HeaderLine> {
  const read = async (repositories: TenantRepositories) => ({
    settings: personId === undefined ? await repositories.tenant.settings() : {},
    asOf: await repositories.operations.newestId(),
  });
  const { settings, asOf } = await tenant.read(read);
  return {
    type: 'header',
    format: EXPORT_FORMAT,
    version: EXPORT_VERSION,
    tenant_id: tenantId,
    person_id: personId ?? null,
    begun_at: new Date().toISOString(),
    as_of: asOf,
    embeddings,
    settings,
    spaces: spaces.map(({ id, recogniserSha256, width }) => ({
      id,
      recogniser_sha256: recogniserSha256,
      width,
    })),
  };
}
