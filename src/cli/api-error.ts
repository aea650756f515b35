// What a Kindred refused, in words for whoever typed the command.

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

/** An answer that was not a success: the problem's code and text, and where the faults are. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(`${status} ${code}: ${detail}`);
    this.name = 'ApiError';
  }

  /** @param text The answer's body; without a problem in it, it is not a Kindred's, and the status has to do. */
  static from({ status, statusText }: Response, text: string): ApiError {
    let problem: Problem = {};
    try {
      problem = JSON.parse(text) as Problem;
    } catch {
      // As said above.
    }
    const { code = 'unknown', detail = statusText, errors = [] } = problem;
    const faults = errors.map((fault) => `\n  ${fault.pointer} ${fault.detail}`).join('');
    return new ApiError(status, code, `${detail}${faults}`);
  }
}

/** Undici says only that it failed; why stands in its cause. @param error Of fetch. */
export function unreachable(url: string, error: unknown): Error {
  const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
  return new Error(`${url} does not answer: ${code ?? message}`, { cause: error });
}
