// Quarter turns, for photos whose pixels lie on their side.
import { createRaster, type Raster } from './raster.js';

/** Degrees clockwise. */
export type Turn = 0 | 90 | 180 | 270;

/** The raster turned clockwise; a turn of 0 answers the same object. */
export function turnRaster(source: Raster, turn: Turn): Raster {
  if (turn === 0) return source;
  const sideways = turn !== 180;
  const target = createRaster(
    sideways ? source.height : source.width,
    sideways ? source.width : source.height,
  );
  // Pixel index of the target where source (0, 0) lands, and the steps for one source column and one source row.
  const { width, height } = source;
  const [start, perColumn, perRow] =
    turn === 90
      ? [height - 1, height, -1]
      : turn === 180
        ? [width * height - 1, -1, -width]
        : [(width - 1) * height, -height, 1];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0, to = (start + y * perRow) * 3; x < width; x++, at += 3, to += perColumn * 3) {
      target.data[to] = source.data[at]!;
      target.data[to + 1] = source.data[at + 1]!;
      target.data[to + 2] = source.data[at + 2]!;
    }
  }
  return target;
}
