// Stored vectors back into numbers: IEEE half precision, big-endian, to unit vectors of single precision.

/** Value of a half by its bits. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

/**
 * @param halves Vectors of `width` values, one after the other.
 * @returns The same, each of unit length again: rounding has changed it a little. Zero vectors stay.
 */
export function unitVectorsOf(halves: Uint8Array, width: number): Float32Array {
  const values = new Float32Array(halves.length / 2);
  for (let i = 0; i < values.length; i++) values[i] = halfValue((halves[2 * i]! << 8) | halves[2 * i + 1]!);
  for (let start = 0; start < values.length; start += width) {
    let squares = 0;
    for (let i = start; i < start + width; i++) squares += values[i]! * values[i]!;
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (let i = start; i < start + width; i++) values[i]! *= scale;
  }
  return values;
}
