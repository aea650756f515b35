// Writes networks of published topologies with random weights: the exact shapes and costs of models that cannot be shipped.
// Weights are made and written tensor by tensor, so that a file of 260 MB takes a few MB of memory.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import protobuf from 'protobufjs';
import {
  encodeOnnxModel,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
} from '../../src/inference/compact-pack/onnx-schema.js';

interface PlannedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Uniform random within ±spread around centre; a list of whole numbers when given. */
  readonly spread: number;
  readonly centre: number;
  readonly whole?: readonly number[];
}

/** Collects nodes and plans tensors without holding their values. */
class NetworkPlan {
  readonly nodes: OnnxNode[] = [];
  readonly tensors: PlannedTensor[] = [];
  private count = 0;

  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    output?: string,
  ): string {
    const name = output ?? `${op.toLowerCase()}_${this.count++}`;
    this.nodes.push({ op, inputs, output: name, attributes });
    return name;
  }

  tensor(shape: readonly number[], spread: number, centre = 0): string {
    const name = `w_${this.count++}`;
    this.tensors.push({ name, shape, spread, centre });
    return name;
  }

  whole(values: readonly number[]): string {
    const name = `i_${this.count++}`;
    this.tensors.push({ name, shape: [values.length], spread: 0, centre: 0, whole: values });
    return name;
  }

  /** A convolution with bias, its batch normalisation folded in. `gain` keeps the activations of deep networks finite. */
  conv(x: string, from: number, to: number, kernel: number, stride: number, gain = 1): string {
    const spread = gain * Math.sqrt(6 / (from * kernel * kernel));
    const pad = (kernel - 1) / 2;
    return this.node('Conv', [x, this.tensor([to, from, kernel, kernel], spread), this.tensor([to], 0.01)], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
  }

  batchNorm(x: string, channels: number): string {
    const one = (centre: number): string => this.tensor([channels], 0.01, centre);
    return this.node('BatchNormalization', [x, one(1), one(0), one(0), one(1)], { epsilon: { float: 1e-5 } });
  }
}

/**
 * ArcFace R100 = IResNet-100: units [3, 13, 30, 3] of 64, 128, 256, 512 channels, [N, 3, 112, 112] → [N, 512]
 * (insightface, recognition/arcface_torch/backbones/iresnet.py). 65 million weights, 261 MB.
 * @returns SHA-256 of the file.
 */
export function writeArcFaceR100(path: string): Promise<string> {
  const plan = new NetworkPlan();
  const prelu = (x: string, channels: number): string =>
    plan.node('PRelu', [x, plan.tensor([channels, 1, 1], 0.01, 0.25)]);
  let x = prelu(plan.conv('input.1', 3, 64, 3, 1), 64);
  let from = 64;
  for (const [units, to] of [
    [3, 64],
    [13, 128],
    [30, 256],
    [3, 512],
  ] as const) {
    for (let unit = 0; unit < units; unit++) {
      const stride = unit === 0 ? 2 : 1;
      const inner = prelu(plan.conv(plan.batchNorm(x, from), from, to, 3, 1), to);
      const branch = plan.conv(inner, to, to, 3, stride, 0.3);
      x = plan.node('Add', [branch, unit === 0 ? plan.conv(x, from, to, 1, stride) : x]);
      from = to;
    }
  }
  const flat = plan.node('Flatten', [plan.batchNorm(x, 512)], { axis: 1 });
  const values = 512 * 7 * 7;
  const dense = plan.node(
    'Gemm',
    [flat, plan.tensor([512, values], Math.sqrt(3 / values)), plan.tensor([512], 0.01)],
    { transB: 1 },
  );
  plan.node(
    'BatchNormalization',
    [dense, ...[1, 0, 0, 1].map((centre) => plan.tensor([512], 0.01, centre))],
    { epsilon: { float: 1e-5 } },
    '683',
  );
  return writePlan(path, plan, {
    name: 'arcface-r100',
    input: { name: 'input.1', shape: [3, 112, 112] },
    outputs: [{ name: '683', shape: [512] }],
  });
}

/**
 * RetinaFace on ResNet-50: backbone, feature pyramid and SSH modules of 256 channels, two priors a cell, 640×640 px
 * (biubug6/Pytorch_Retinaface, cfg_re50). 27 million weights, 109 MB. Random: what it "finds" means nothing.
 * @returns SHA-256 of the file.
 */
export function writeRetinaFaceR50(path: string): Promise<string> {
  const plan = new NetworkPlan();
  const relu = (x: string): string => plan.node('Relu', [x]);
  const same = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
  let x = plan.node('MaxPool', [relu(plan.conv('input0', 3, 64, 7, 2))], same);
  let from = 64;
  const stages: string[] = [];
  for (const [units, width] of [
    [3, 64],
    [4, 128],
    [6, 256],
    [3, 512],
  ] as const) {
    for (let unit = 0; unit < units; unit++) {
      const stride = unit === 0 && width > 64 ? 2 : 1;
      const inner = relu(plan.conv(relu(plan.conv(x, from, width, 1, 1)), width, width, 3, stride));
      const branch = plan.conv(inner, width, width * 4, 1, 1, 0.3);
      x = relu(plan.node('Add', [branch, unit === 0 ? plan.conv(x, from, width * 4, 1, stride) : x]));
      from = width * 4;
    }
    stages.push(x);
  }
  const lateral = [512, 1024, 2048].map((channels, i) =>
    relu(plan.conv(stages[i + 1]!, channels, 256, 1, 1)),
  );
  const merge = (low: string, high: string, side: number): string => {
    const size = plan.whole([1, 256, side, side]);
    return relu(
      plan.conv(plan.node('Add', [low, plan.node('Resize', [high, '', '', size])]), 256, 256, 3, 1),
    );
  };
  const middle = merge(lateral[1]!, lateral[2]!, 40);
  const levels = [merge(lateral[0]!, middle, 80), middle, lateral[2]!].map((level) => {
    const small = relu(plan.conv(level, 256, 64, 3, 1));
    const parts = [plan.conv(level, 256, 128, 3, 1), plan.conv(small, 64, 64, 3, 1)];
    parts.push(plan.conv(relu(plan.conv(small, 64, 64, 3, 1)), 64, 64, 3, 1));
    return relu(plan.node('Concat', parts, { axis: 1 }));
  });
  const head = (values: number, output: string): void => {
    const rows = levels.map((level) => {
      const map = plan.node('Transpose', [plan.conv(level, 256, 2 * values, 1, 1, 0.05)], {
        perm: [0, 2, 3, 1],
      });
      return plan.node('Reshape', [map, plan.whole([1, -1, values])]);
    });
    if (values === 2) plan.node('Softmax', [plan.node('Concat', rows, { axis: 1 })], { axis: 2 }, output);
    else plan.node('Concat', rows, { axis: 1 }, output);
  };
  head(4, 'loc');
  head(2, 'conf');
  head(10, 'landms');
  const outputs = (
    [
      ['loc', 4],
      ['conf', 2],
      ['landms', 10],
    ] as const
  ).map(([name, values]) => ({ name, shape: [16_800, values] }));
  return writePlan(path, plan, {
    name: 'retinaface-r50',
    input: { name: 'input0', shape: [3, 640, 640] },
    outputs,
  });
}

/** Field numbers of the ONNX format: ModelProto.graph, GraphProto.initializer, TensorProto.{dims, data_type, name, raw_data}. */
const FIELD = { graph: 7, initializer: 5, dims: 1, dataType: 2, name: 8, rawData: 9 };
const LENGTH_DELIMITED = 2;
const tag = (field: number, wire: number): number => (field << 3) | wire;

/**
 * Protobuf merges an embedded message that occurs several times, so that each tensor can be appended as a further piece of
 * `graph` without knowing the length of the whole.
 */
async function writePlan(
  path: string,
  plan: NetworkPlan,
  shell: Pick<OnnxGraph, 'name' | 'input' | 'outputs'>,
): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  const put = async (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes);
    await file.write(bytes);
  };
  try {
    await put(encodeOnnxModel({ ...shell, nodes: plan.nodes, initialisers: [] }, { weights: 'random' }));
    const random = mulberry32(100);
    for (const tensor of plan.tensors) {
      const raw = valuesOf(tensor, random);
      const header = new protobuf.Writer();
      for (const dim of tensor.shape) header.uint32(tag(FIELD.dims, 0)).uint32(dim);
      header.uint32(tag(FIELD.dataType, 0)).uint32(tensor.whole ? 7 : 1);
      header.uint32(tag(FIELD.name, LENGTH_DELIMITED)).string(tensor.name);
      header.uint32(tag(FIELD.rawData, LENGTH_DELIMITED)).uint32(raw.byteLength);
      const head = header.finish();
      const inner = new protobuf.Writer()
        .uint32(tag(FIELD.initializer, LENGTH_DELIMITED))
        .uint32(head.length + raw.byteLength)
        .finish();
      const outer = new protobuf.Writer()
        .uint32(tag(FIELD.graph, LENGTH_DELIMITED))
        .uint32(inner.length + head.length + raw.byteLength)
        .finish();
      for (const piece of [outer, inner, head, raw]) await put(piece);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

function valuesOf({ shape, spread, centre, whole }: PlannedTensor, random: () => number): Uint8Array {
  if (whole) return new Uint8Array(BigInt64Array.from(whole, BigInt).buffer);
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < values.length; i++) values[i] = centre + spread * (random() * 2 - 1);
  return new Uint8Array(values.buffer);
}

/** A small seeded generator, 0 ≤ x < 1: the same file on every machine. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
