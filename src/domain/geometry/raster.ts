// A decoded picture in memory.

/** 8-bit RGB, interleaved, row by row: `data.length === width * height * 3`. Always upright and sRGB. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export function createRaster(width: number, height: number, data?: Uint8Array): Raster {
  const length = width * height * 3;
  if (data && data.length !== length) {
    throw new RangeError(`a raster of ${width}x${height} needs ${length} bytes, not ${data.length}`);
  }
  return { width, height, data: data ?? new Uint8Array(length) };
}
