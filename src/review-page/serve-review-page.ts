// The review page at /review: the files that `npm run build:web` made, served as they are. The page is a client of the public API.
import type { NestExpressApplication } from '@nestjs/platform-express';
import { existsSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import sirv from 'sirv';

export const REVIEW_PAGE_PATH = '/review';

/** The same folder from `src` and from `dist`. */
const BUILT_PAGE = fileURLToPath(new URL('../../dist/web', import.meta.url));

/** Scripts, styles and requests of this service only; pictures also from memory, because they are fetched with the key. */
const PAGE_CONTENT_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
  "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Files whose names change with their content may be kept for a year, in seconds. */
const KEEP_S = 31_536_000;

/** Call it after setupHttp, whose headers it replaces. Without a built page there is none, and the log says so. */
export function serveReviewPage(app: NestExpressApplication, logger: Logger, folder = BUILT_PAGE): void {
  if (!existsSync(folder)) {
    logger.warn({ folder }, 'there is no review page: `npm run build` makes it');
    return;
  }
  // `single`: an address that is no file is a place in the page.
  app.use(REVIEW_PAGE_PATH, sirv(folder, { single: true, gzip: true, etag: true, setHeaders }));
}

function setHeaders(response: ServerResponse, path: string): void {
  response.setHeader('Content-Security-Policy', PAGE_CONTENT_POLICY);
  const named = path.startsWith('/assets/');
  response.setHeader('Cache-Control', named ? `public, max-age=${KEEP_S}, immutable` : 'private, no-store');
}
