// Where multer puts an upload: streamed to the blob store's staging area, never held in memory.
import type { Request } from 'express';
import type { StorageEngine } from 'multer';
import type { BlobStore } from '../storage/blob-store.js';
import type { StagedBlob } from '../storage/blob-store.js';

declare module 'express' {
  interface Request {
    /** What this request staged, by field name; cleared when the request ends. */
    staged?: Map<string, StagedUpload>;
  }
}

/** One uploaded picture on disk, not yet kept. */
export interface StagedUpload extends StagedBlob {
  /** The media type that the client claims, when it claims one. */
  readonly declaredType: string | undefined;
}

export class StagingStorage implements StorageEngine {
  constructor(
    private readonly blobs: BlobStore,
    private readonly bytesMax: number,
  ) {}

  _handleFile(
    request: Request,
    file: Express.Multer.File,
    done: (error?: unknown, info?: Partial<Express.Multer.File>) => void,
  ): void {
    this.blobs.stage(file.stream, this.bytesMax).then(
      (staged) => {
        (request.staged ??= new Map()).set(file.fieldname, { ...staged, declaredType: file.mimetype });
        done(null, { path: staged.path, size: staged.byteLength });
      },
      (error: unknown) => done(error),
    );
  }

  _removeFile(request: Request, file: Express.Multer.File, done: (error: Error | null) => void): void {
    const staged = request.staged?.get(file.fieldname);
    request.staged?.delete(file.fieldname);
    (staged ? this.blobs.discard(staged) : Promise.resolve()).then(() => done(null), done);
  }
}
