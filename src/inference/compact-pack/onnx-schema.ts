// The part of the public ONNX format (onnx.proto3, github.com/onnx/onnx) that the compact pack is written with.
import protobuf from 'protobufjs';

type FieldRule = 'one' | 'many';

const field = (id: number, type: string, rule: FieldRule = 'one'): protobuf.IField =>
  rule === 'many' ? { id, type, rule: 'repeated' } : { id, type };

const root = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: field(1, 'int64'),
        producerName: field(2, 'string'),
        producerVersion: field(3, 'string'),
        docString: field(6, 'string'),
        graph: field(7, 'Graph'),
        opsetImport: field(8, 'OperatorSet', 'many'),
        metadataProps: field(14, 'Property', 'many'),
      },
    },
    OperatorSet: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
    Property: { fields: { key: field(1, 'string'), value: field(2, 'string') } },
    Graph: {
      fields: {
        node: field(1, 'Node', 'many'),
        name: field(2, 'string'),
        initializer: field(5, 'Tensor', 'many'),
        input: field(11, 'ValueInfo', 'many'),
        output: field(12, 'ValueInfo', 'many'),
      },
    },
    Node: {
      fields: {
        input: field(1, 'string', 'many'),
        output: field(2, 'string', 'many'),
        name: field(3, 'string'),
        opType: field(4, 'string'),
        attribute: field(5, 'Attribute', 'many'),
      },
    },
    Attribute: {
      fields: {
        name: field(1, 'string'),
        f: field(2, 'float'),
        i: field(3, 'int64'),
        ints: field(8, 'int64', 'many'),
        type: field(20, 'int32'),
      },
    },
    Tensor: {
      fields: {
        dims: field(1, 'int64', 'many'),
        dataType: field(2, 'int32'),
        name: field(8, 'string'),
        rawData: field(9, 'bytes'),
      },
    },
    ValueInfo: { fields: { name: field(1, 'string'), type: field(2, 'Type') } },
    Type: { fields: { tensorType: field(1, 'TensorType') } },
    TensorType: { fields: { elemType: field(1, 'int32'), shape: field(2, 'Shape') } },
    Shape: { fields: { dim: field(1, 'Dimension', 'many') } },
    Dimension: { fields: { dimValue: field(1, 'int64'), dimParam: field(2, 'string') } },
  },
});

/** Element types of tensors. */
export const ONNX_FLOAT = 1;
export const ONNX_INT64 = 7;

/** A whole number, a number with a fraction (`float`) or a list of whole numbers. */
export type OnnxAttribute = number | { readonly float: number } | readonly number[];

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

/** A tensor of floats whose first dimension is the batch (any size). `shape` leaves the batch out. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initialisers: readonly OnnxTensor[];
  readonly input: OnnxValue;
  readonly outputs: readonly OnnxValue[];
}

/** First operator set in which every operator used here has the meaning relied on; an IR version that knows it. */
const OPSET = 13;
const IR_VERSION = 8;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

/** The bytes of an .onnx file; the same graph always gives the same bytes. `properties` are kept in the file's metadata. */
export function encodeOnnxModel(graph: OnnxGraph, properties: Readonly<Record<string, string>>): Uint8Array {
  const model = root.lookupType('Model');
  const message = {
    irVersion: IR_VERSION,
    producerName: 'kindred compact pack',
    opsetImport: [{ domain: '', version: OPSET }],
    metadataProps: Object.entries(properties).map(([key, value]) => ({ key, value })),
    graph: {
      name: graph.name,
      node: graph.nodes.map(nodeMessage),
      initializer: graph.initialisers.map(tensorMessage),
      input: [valueMessage(graph.input)],
      output: graph.outputs.map(valueMessage),
    },
  };
  return model.encode(model.fromObject(message)).finish();
}

function nodeMessage({ op, inputs, output, attributes }: OnnxNode): object {
  const attribute = Object.entries(attributes).map(([name, value]) => {
    if (typeof value === 'number') return { name, i: value, type: ATTRIBUTE_INT };
    if ('float' in value) return { name, f: value.float, type: ATTRIBUTE_FLOAT };
    return { name, ints: value, type: ATTRIBUTE_INTS };
  });
  return { input: inputs, output: [output], name: output, opType: op, attribute };
}

function tensorMessage({ name, shape, values }: OnnxTensor): object {
  return {
    name,
    dims: shape,
    dataType: values instanceof Float32Array ? ONNX_FLOAT : ONNX_INT64,
    // The format is little-endian, as is every processor that Node's binaries of onnxruntime exist for.
    rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  };
}

function valueMessage({ name, shape }: OnnxValue): object {
  const dim = [{ dimParam: 'batch' }, ...shape.map((dimValue) => ({ dimValue }))];
  return { name, type: { tensorType: { elemType: ONNX_FLOAT, shape: { dim } } } };
}
