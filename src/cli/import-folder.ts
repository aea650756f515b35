// `kindred import`: sends the folder of an export to a tenant, photo by photo. Whatever is there already is left as it is, so a
// run that was broken off is run again; a small file in the folder spares it what was sent.
import { access, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportLine, HeaderLine, ImageLine } from '../domain/transfer/export-line.js';
import { checkExport, exportLines } from './export-file.js';
import { erasedMeanwhile, EXPORT_FILE, originalPath, replaceFile } from './export-folder.js';
import type { ImportAnswer, KindredClient } from './kindred-client.js';

/** Figures of what was added. */
export interface Imported {
  readonly images: number;
  readonly faces: number;
  readonly clusters: number;
  readonly constraints: number;
  readonly review_items: number;
  readonly erased: number;
  readonly conflicts: number;
  readonly left_out_items: number;
  /** Photos that were not sent: their original is not in the folder. */
  readonly photos_without_original: number;
  /** Photos that were not sent: they were erased where they came from, after their lines were written. */
  readonly photos_erased: number;
  /** Constraints that name a face that never came. */
  readonly constraints_left_out: number;
  /** Ids of the export that are others here. */
  readonly mapped: Readonly<Record<string, string>>;
}

type Figures = Record<Exclude<keyof Imported, 'mapped' | 'constraints_left_out'>, number>;

interface Progress {
  /** Hash of the export, so that another one in the folder is not taken for it. */
  readonly sha256: string;
  /** Where it goes; ids differ from Kindred to Kindred. */
  readonly target: string;
  /** Lines that are done. */
  readonly lines: number;
  readonly mapped: Readonly<Record<string, string>>;
  readonly waiting: Readonly<Record<string, string>>;
  readonly figures: Figures;
}

/** Lines of a batch without photos, and their length, characters. */
const BATCH_LINES_MAX = 200;
const BATCH_LENGTH_MAX = 500_000;
/** Photos between two notes of how far it is. */
const PHOTOS_BETWEEN_NOTES = 20;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

const NO_FIGURES: Figures = {
  images: 0,
  faces: 0,
  clusters: 0,
  constraints: 0,
  review_items: 0,
  erased: 0,
  conflicts: 0,
  left_out_items: 0,
  photos_without_original: 0,
  photos_erased: 0,
};

/** @throws DamagedExport before anything is sent; ApiError. */
export async function importFolder(
  client: KindredClient,
  { from, tenant }: { readonly from: string; readonly tenant: string },
): Promise<Imported> {
  const file = join(from, EXPORT_FILE);
  const { header, end } = await checkExport(file);
  const { limits: _limits, ...settings } = header.settings;
  await client.findOrCreateTenant(tenant, settings);
  const target = `${client.address} ${tenant}`;
  const erased = await erasedMeanwhile(from);
  return new FolderImport(client, { from, tenant, file, target, header, erased, sha256: end.sha256 }).run();
}

class FolderImport {
  private readonly mapped = new Map<string, string>();
  /** Constraints whose other face has not come yet, by id. */
  private readonly waiting = new Map<string, string>();
  private figures: Figures = NO_FIGURES;
  /** Clusters of the page that is being read. */
  private readonly clusters = new Map<string, string>();
  private photo:
    { readonly image: ImageLine; readonly texts: string[]; readonly clusterIds: Set<string> } | undefined;
  private batch: string[] = [];
  private done = 0;
  private noted = 0;
  private photosEnded = false;

  constructor(
    private readonly client: KindredClient,
    private readonly source: {
      readonly from: string;
      readonly tenant: string;
      readonly file: string;
      readonly target: string;
      readonly header: HeaderLine;
      /** Ids of photos. */
      readonly erased: ReadonlySet<string>;
      readonly sha256: string;
    },
  ) {}

  async run(): Promise<Imported> {
    await this.takeUp();
    let shown = new Set<string>();
    for await (const { line, text, number } of exportLines(this.source.file)) {
      // Clusters of a page that was begun are needed again.
      if (number <= this.done && line.type !== 'cluster') {
        if (line.type === 'checkpoint') this.clusters.clear();
        continue;
      }
      if (line.type !== 'face' && line.type !== 'constraint') await this.sendPhoto(number - 1);
      if (line.type === 'cluster') {
        this.clusters.set(line.id, text);
      } else if (line.type === 'checkpoint') {
        await this.sendFaceless(shown);
        shown = new Set();
        this.clusters.clear();
      } else if (line.type === 'review_item') {
        await this.endPhotos();
        await this.add(text);
      } else this.gather(line, text, shown);
    }
    await this.endPhotos();
    await this.flush();
    await rm(this.progressPath, { force: true });
    return {
      ...this.figures,
      constraints_left_out: this.waiting.size,
      mapped: Object.fromEntries(this.mapped),
    };
  }

  private gather(line: ExportLine, text: string, shown: Set<string>): void {
    if (line.type === 'image') this.photo = { image: line, texts: [text], clusterIds: new Set() };
    else if (line.type === 'face') {
      this.photo!.texts.push(text);
      if (line.cluster_id === null) return;
      this.photo!.clusterIds.add(line.cluster_id);
      shown.add(line.cluster_id);
    } else if (line.type === 'constraint') {
      this.photo!.texts.push(text);
      // Kept until the answer says that it did not have to wait.
      this.waiting.set(line.id, text);
    }
  }

  /** @param lines That are done with it. */
  private async sendPhoto(lines: number): Promise<void> {
    const { photo } = this;
    this.photo = undefined;
    if (photo === undefined) return;
    const path = originalPath(this.source.from, photo.image);
    if (this.source.erased.has(photo.image.id)) this.count({ photos_erased: 1 });
    else if (!(await exists(path))) this.count({ photos_without_original: 1 });
    else {
      const clusters = [...photo.clusterIds].flatMap((id) => this.clusters.get(id) ?? []);
      const texts = [...clusters, ...photo.texts].map((text) => this.renamed(text));
      const all = [JSON.stringify(this.source.header), ...texts].join('\n');
      this.take(await this.client.importPhoto(this.source.tenant, path, all), constraintIds(photo.texts));
    }
    this.done = lines;
    if (++this.noted % PHOTOS_BETWEEN_NOTES === 0) await this.note();
  }

  /** Clusters of a page that none of its faces is in. */
  private async sendFaceless(shown: ReadonlySet<string>): Promise<void> {
    for (const [id, text] of this.clusters) if (!shown.has(id)) await this.add(text);
  }

  private async add(text: string): Promise<void> {
    const length = this.batch.reduce((sum, one) => sum + one.length, text.length);
    if (this.batch.length >= BATCH_LINES_MAX || length > BATCH_LENGTH_MAX) await this.flush();
    this.batch.push(this.renamed(text));
  }

  /** All photos are there: what waited for a face is sent once more. */
  private async endPhotos(): Promise<void> {
    if (this.photosEnded) return;
    this.photosEnded = true;
    await this.flush();
    const waiting = [...this.waiting];
    for (let at = 0; at < waiting.length; at += BATCH_LINES_MAX) {
      const some = waiting.slice(at, at + BATCH_LINES_MAX);
      this.batch = some.map(([, text]) => this.renamed(text));
      await this.flush(some.map(([id]) => id));
    }
  }

  private async flush(sent: readonly string[] = []): Promise<void> {
    const { batch } = this;
    this.batch = [];
    if (batch.length === 0) return;
    const lines = [JSON.stringify(this.source.header), ...batch];
    this.take(await this.client.importLines(this.source.tenant, lines), sent);
  }

  /** @param constraints Ids of constraints that were sent. */
  private take(answer: ImportAnswer, constraints: readonly string[]): void {
    for (const [from, to] of Object.entries(answer.mapped)) this.mapped.set(from, to);
    for (const id of constraints) if (!answer.waiting_constraint_ids.includes(id)) this.waiting.delete(id);
    this.count(answer);
  }

  private count(more: Partial<Figures>): void {
    const names = Object.keys(NO_FIGURES) as (keyof Figures)[];
    this.figures = Object.fromEntries(
      names.map((name) => [name, this.figures[name] + (more[name] ?? 0)]),
    ) as Figures;
  }

  private renamed(text: string): string {
    return this.mapped.size === 0 ? text : text.replace(UUID, (id) => this.mapped.get(id) ?? id);
  }

  private get progressPath(): string {
    return join(this.source.from, `import-${encodeURIComponent(this.source.tenant)}.json`);
  }

  private async takeUp(): Promise<void> {
    const text = await readFile(this.progressPath, 'utf8').catch(() => undefined);
    const progress = text === undefined ? undefined : (JSON.parse(text) as Progress);
    if (progress?.sha256 !== this.source.sha256 || progress.target !== this.source.target) return;
    this.done = progress.lines;
    this.figures = progress.figures;
    for (const [from, to] of Object.entries(progress.mapped)) this.mapped.set(from, to);
    for (const [id, line] of Object.entries(progress.waiting)) this.waiting.set(id, line);
  }

  private async note(): Promise<void> {
    const progress: Progress = {
      sha256: this.source.sha256,
      target: this.source.target,
      lines: this.done,
      mapped: Object.fromEntries(this.mapped),
      waiting: Object.fromEntries(this.waiting),
      figures: this.figures,
    };
    await replaceFile(this.progressPath, JSON.stringify(progress));
  }
}

const constraintIds = (texts: readonly string[]): string[] =>
  texts
    .map((text) => JSON.parse(text) as { readonly type: string; readonly id: string })
    .flatMap(({ type, id }) => (type === 'constraint' ? [id] : []));

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
