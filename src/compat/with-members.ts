// Members that an earlier API's clients look for, added to the problem that they are answered.
import { DomainError } from '../domain/domain-error.js';

/** Runs the work; what it refuses is refused with these members as well. @param members Made from the public text. */
export async function withMembers<T>(
  members: (detail: string) => object,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { code, detail, faults, retryable, retryAfterSeconds, cause } = error;
    throw new DomainError(code, detail, {
      faults,
      retryable,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      extensions: { ...error.extensions, ...members(detail) },
      cause,
    });
  }
}
