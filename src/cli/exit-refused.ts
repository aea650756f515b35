// What a Kindred refuses ends a command with a code that scripts can tell apart; everything else is a fault of the command.
import { ApiError } from './api-error.js';
import { EXIT } from './erasing.js';

/** Says what was refused and sets the exit code. @param codeOf Undefined: none of the refusals that the command expects. */
export const exitRefused =
  (codeOf: (error: ApiError) => number | undefined) =>
  (error: unknown): undefined => {
    const code = error instanceof ApiError ? codeOf(error) : undefined;
    if (code === undefined) throw error;
    console.error((error as ApiError).message);
    process.exitCode = code;
    return undefined;
  };

/** For commands that name a tenant. */
export const exitNotFound = exitRefused(({ code }) =>
  code === 'tenant.not_found' ? EXIT.notFound : undefined,
);
