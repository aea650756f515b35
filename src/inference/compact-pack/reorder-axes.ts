// From tensorflow's order of filter axes to that of ONNX.
import type { WeightTensor } from './quantised-weights.js';

/** The tensor with its four axes in another order: axis `i` of the result is axis `order[i]` of the source. */
export function reorderAxes(
  tensor: WeightTensor,
  order: readonly [number, number, number, number],
): WeightTensor {
  const shape = order.map((axis) => tensor.shape[axis]!);
  const strides = [1, 1, 1, 1];
  for (let axis = 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * tensor.shape[axis + 1]!;
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]!) as [number, number, number, number];
  const values = new Float32Array(tensor.values.length);
  let at = 0;
  for (let a = 0; a < shape[0]!; a++)
    for (let b = 0; b < shape[1]!; b++)
      for (let c = 0; c < shape[2]!; c++)
        for (let d = 0; d < shape[3]!; d++) values[at++] = tensor.values[a * s0 + b * s1 + c * s2 + d * s3]!;
  return { shape, values };
}
