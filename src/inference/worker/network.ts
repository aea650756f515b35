// One loaded network. The only file that talks to onnxruntime.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { NetworkOutput } from '../../domain/face/heads/detector-output.js';

export interface NetworkOptions {
  readonly executionProvider: 'cpu' | 'cuda';
  /** Threads inside one run. */
  readonly threads: number;
  readonly graphOptimization: 'all' | 'extended';
}

/** A weights file that cannot be loaded or does not have the promised shape; the message says which and how to mend it. */
export class NetworkError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'NetworkError';
  }
}

export class Network {
  private constructor(
    private readonly session: InferenceSession,
    private readonly inputName: string,
    /** Dimensions of the input; undefined where the network leaves one open. */
    readonly inputDims: readonly (number | undefined)[],
    readonly file: string,
  ) {}

  /** Throws NetworkError when the file is not a network of one float32 input of four dimensions, or the provider is not there. */
  static async open(path: string, options: NetworkOptions): Promise<Network> {
    const file = path.slice(path.lastIndexOf('/') + 1);
    const session = await createSession(path, file, options);
    const input = session.inputMetadata[0];
    if (
      session.inputNames.length !== 1 ||
      !input?.isTensor ||
      input.type !== 'float32' ||
      input.shape.length !== 4
    ) {
      await session.release();
      throw new NetworkError(
        `${file}: a network with one float32 input of four dimensions is needed, not ${describe(session)}`,
      );
    }
    const dims = input.shape.map((dim) => (typeof dim === 'number' && dim > 0 ? dim : undefined));
    return new Network(session, input.name, dims, file);
  }

  /** Blocks the calling thread while it computes, although it answers a promise: call it in worker threads only. */
  async run(data: Float32Array, dims: readonly number[]): Promise<NetworkOutput[]> {
    const results = await this.session.run({ [this.inputName]: new Tensor('float32', data, dims) });
    return this.session.outputNames.map((name) => {
      const tensor = results[name];
      if (!tensor || !(tensor.data instanceof Float32Array)) {
        throw new NetworkError(`${this.file}: output ${name} is not float32`);
      }
      return { dims: tensor.dims, data: tensor.data };
    });
  }

  close(): Promise<void> {
    return this.session.release();
  }
}

async function createSession(path: string, file: string, options: NetworkOptions): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(path, {
      executionProviders: [options.executionProvider],
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: options.graphOptimization,
      logSeverityLevel: 3,
      // Threads that spin while they wait take the cores from the other workers: measured slower with more than one.
      extra: { session: { intra_op: { allow_spinning: options.threads > 1 ? '0' : '1' } } },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (options.executionProvider === 'cuda') {
      throw new NetworkError(
        `${file}: execution provider cuda cannot be loaded (${reason}). Install CUDA 12 and cuDNN 9, fetch the provider ` +
          'with `ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js`, ' +
          'or set inference.execution_provider = "cpu".',
        error,
      );
    }
    throw new NetworkError(`${file}: is not a network that onnxruntime can load: ${reason}`, error);
  }
}

function describe(session: InferenceSession): string {
  return session.inputMetadata
    .map(
      (input) =>
        `${input.name} ${input.isTensor ? `${input.type} [${input.shape.join(', ')}]` : 'no tensor'}`,
    )
    .join(', ');
}
