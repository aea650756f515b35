// Saturates a server with uploads and counts what it finishes.
import { Agent, request } from 'node:http';
import { withComment, type TaskPhoto } from './photos.js';

export interface LoadTarget {
  readonly url: string;
  /** Sent as bearer credential. */
  readonly token: string;
  /** Paths that take a picture in the multipart field `image`; uploads go round them. */
  readonly paths: readonly string[];
}

export interface LoadWindow {
  readonly photosPerSecond: number;
  readonly photos: number;
  readonly seconds: number;
}

/** Photos that a window counts at least, and how many times longer it may become for them. */
const PHOTOS_MIN = 8;
const WINDOW_FACTOR_MAX = 10;

interface Upload {
  readonly faces: number;
  readonly finishedAt: number;
}

export type AnswerFace = { readonly box: { x: number; y: number; width: number; height: number } };

const BOUNDARY = 'kindred-bench-boundary-7f3a';
const HEAD = Buffer.from(
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="photo.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`,
);
const TAIL = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);

export class UploadLoad {
  private readonly agent: Agent;
  private count = 0;

  /** @param parallel Uploads under way at once, count. */
  constructor(
    private readonly target: LoadTarget,
    private readonly parallel: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: parallel });
  }

  /** Sends one photo; its bytes are made unique. Throws when it is not answered 201. */
  async send(photo: Buffer, path = this.target.paths[0]!): Promise<AnswerFace[]> {
    const [head, rest] = withComment(photo, `upload ${process.pid} ${this.count++} ${Date.now()}`);
    const parts = [HEAD, head, rest, TAIL];
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.target.url}${path}`,
        {
          method: 'POST',
          agent: this.agent,
          headers: {
            authorization: `Bearer ${this.target.token}`,
            'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
            'content-length': parts.reduce((sum, part) => sum + part.length, 0),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            if (response.statusCode !== 201)
              reject(new Error(`upload answered ${response.statusCode}: ${text}`));
            else resolve((JSON.parse(text) as { faces: AnswerFace[] }).faces);
          });
        },
      );
      sent.on('error', reject);
      for (const part of parts) sent.write(part);
      sent.end();
    });
  }

  /**
   * Keeps `parallel` uploads under way: a ramp that is not counted, then a window. `around` runs at its two ends.
   * Throws when an upload fails or shows another number of faces than two: the task would be another one.
   */
  async run(
    photos: readonly TaskPhoto[],
    seconds: number,
    around: { readonly begin: () => Promise<void>; readonly end: () => Promise<void> },
  ): Promise<LoadWindow> {
    const finished: Upload[] = [];
    let stop = false;
    let rampDone = (): void => undefined;
    const ramp = new Promise<void>((resolve) => (rampDone = resolve));
    const lane = async (): Promise<void> => {
      while (!stop) {
        const n = this.count;
        const path = this.target.paths[n % this.target.paths.length]!;
        const faces = await this.send(photos[n % photos.length]!.bytes, path);
        if (faces.length !== 2)
          throw new Error(`a photo of two people was answered with ${faces.length} faces`);
        finished.push({ faces: faces.length, finishedAt: performance.now() });
        if (finished.length === this.parallel) rampDone();
      }
    };
    const lanes = Promise.all(Array.from({ length: this.parallel }, lane));
    try {
      await Promise.race([ramp, lanes]);
      await around.begin();
      const from = finished.length;
      const begun = finished[from - 1]!.finishedAt;
      const pause = (s: number): Promise<unknown> =>
        Promise.race([new Promise((resolve) => setTimeout(resolve, s * 1000)), lanes]);
      await pause(seconds);
      // A window of a few photos would be told apart by chance: a slow machine gets a longer one.
      for (let i = 0; i < WINDOW_FACTOR_MAX * 10 && finished.length - from < PHOTOS_MIN; i++)
        await pause(seconds / 10);
      const counted = finished.slice(from);
      await around.end();
      stop = true;
      await lanes;
      if (counted.length === 0) throw new Error(`no upload of ${this.target.url} finished in time`);
      // From one completion to another, so that a window of few photos is not rounded to whole ones.
      const elapsed = (counted.at(-1)!.finishedAt - begun) / 1000;
      return { photosPerSecond: counted.length / elapsed, photos: counted.length, seconds: elapsed };
    } finally {
      stop = true;
    }
  }

  close(): void {
    this.agent.destroy();
  }
}
