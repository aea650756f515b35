// A refusal of the service, or of the network, as an error that pages can tell apart.

export class ApiProblem extends Error {
  constructor(
    /** HTTP status; 0 when the service was not reached. */
    readonly status: number,
    /** Code of the problem, such as `review_item.closed`. */
    readonly code: string,
    detail: string,
    /** The whole problem: some codes carry more, such as the item as it is now. */
    readonly body: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
    this.name = 'ApiProblem';
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
}

/** What the service answered instead of what was asked for. */
export async function problemFrom(response: Response): Promise<ApiProblem> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const text = (name: string): string | undefined =>
    typeof body[name] === 'string' ? body[name] : undefined;
  return new ApiProblem(
    response.status,
    text('code') ?? `http.${response.status}`,
    text('detail') ?? text('title') ?? `The service answered ${response.status}.`,
    body,
  );
}
