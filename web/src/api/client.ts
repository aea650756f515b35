// The only way to the service: a client typed by its OpenAPI document. Every refusal is thrown as an ApiProblem.
import createFetchClient, { type Middleware } from 'openapi-fetch';
import createQueryHooks from 'openapi-react-query';
import { ApiProblem, problemFrom } from './problem';
import type { components, paths } from './schema';
import { session, setSession } from './session';

export type Schemas = components['schemas'];
export type ReviewItem = Schemas['ReviewItemResponse'];
export type Cluster = Schemas['ClusterResponse'];
export type Face = Schemas['FaceResponse'];
export type Operation = Schemas['OperationResponse'];

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiProblem(0, 'offline', 'The service cannot be reached.');
  }
}

const credentials: Middleware = {
  onRequest({ request }) {
    const key = session()?.key;
    if (key && !request.headers.has('authorization')) request.headers.set('authorization', `Bearer ${key}`);
    // A repeated POST is done once: the service answers a key that it knows with the first answer.
    if (request.method === 'POST' && !request.headers.has('idempotency-key'))
      request.headers.set('idempotency-key', crypto.randomUUID());
    return request;
  },
  async onResponse({ response, request }) {
    if (response.ok) return;
    const problem = await problemFrom(response);
    // The key ended while somebody worked with it: back to the door. A trial of another key is not that.
    if (problem.status === 401 && request.headers.get('authorization') === `Bearer ${session()?.key}`)
      setSession(null);
    throw problem;
  },
};

export const api = createFetchClient<paths>({ baseUrl: location.origin, fetch: reach });
api.use(credentials);

/** TanStack Query hooks of every route. */
export const hooks = createQueryHooks(api);

/** The picture at a path of the API. A browser has six connections to a service: lists and answers go before pictures. */
export async function fetchPicture(path: string, signal?: AbortSignal): Promise<Blob> {
  const request = new Request(path, {
    headers: { authorization: `Bearer ${session()?.key ?? ''}` },
    signal: signal ?? null,
    priority: 'low',
  });
  const response = await reach(request);
  if (!response.ok) throw await problemFrom(response);
  return response.blob();
}
