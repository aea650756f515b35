// sharp as a server needs it. Every file of this room that decodes imports sharp from here, so that no picture is read
// before these settings hold.
import sharp from 'sharp';

// Uploads never come twice from the same path: a cache of opened files would only hold memory and descriptors.
sharp.cache(false);
// One thread a picture: throughput comes from several pictures at once, and memory stays predictable.
sharp.concurrency(1);
// Loaders that nobody asked for are shut: SVG and PDF render (and may read files and URLs), the others are rare and old.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadWebp',
    'VipsForeignLoadNsgif',
    'VipsForeignLoadTiff',
    'VipsForeignLoadHeif',
  ],
});

/** A picture that keeps one thread busy for longer than this is given up, s. */
export const DECODE_TIMEOUT_S = 60;

export { sharp };
