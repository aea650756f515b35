// The cache of answers: how long they count as fresh, what is asked again, and how many pictures are kept.
import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem';

/** Answers are reused without asking again for this long, ms. */
const FRESH_MS = 30_000;
/** Pictures in memory, count: a face is about 20 kB, a photo about 200 kB. */
const PICTURES_MAX = 600;

export const PICTURE = 'picture';

const cache = new QueryCache();

/** Nobody looks at the oldest pictures any more: they go first, and their bytes with them. */
cache.subscribe(({ type, query }) => {
  const [about] = query.queryKey as readonly unknown[];
  if (about !== PICTURE) return;
  if (type === 'removed' && typeof query.state.data === 'string') URL.revokeObjectURL(query.state.data);
  if (type !== 'added') return;
  const pictures = cache.findAll({ queryKey: [PICTURE] });
  const unseen = pictures.filter((picture) => picture !== query && picture.getObserversCount() === 0);
  for (const picture of unseen.slice(0, Math.max(0, pictures.length - PICTURES_MAX))) cache.remove(picture);
});

export const queryClient = new QueryClient({
  queryCache: cache,
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // What the service refused it will refuse again; what the network lost may come.
      retry: (failures, error) => error instanceof ApiProblem && error.isOffline && failures < 2,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
