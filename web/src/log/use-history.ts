// What happened: to a person, to a face, or in the whole tenant; newest first, page by page.
import { hooks, type Schemas } from '../api/client';
import { useTenantId } from '../api/session';

export type LoggedOperation = Schemas['LoggedOperationResponse'];
export type OperationKind = LoggedOperation['kind'];

export interface Entry {
  readonly sentence: string;
  readonly operation: LoggedOperation;
}

export interface About {
  readonly clusterId?: string;
  readonly kinds?: readonly OperationKind[];
}

const PAGED = {
  pageParamName: 'cursor',
  initialPageParam: null,
  getNextPageParam: (page: { next_cursor: string | null }) => page.next_cursor ?? undefined,
} as const;

/** Of one person when `clusterId` is given, else of the tenant. */
export function useHistory({ clusterId, kinds }: About) {
  const tenantId = useTenantId();
  const query = { limit: 50, ...(kinds && { kind: [...kinds] }) };
  const whole = hooks.useInfiniteQuery(
    'get',
    '/v1/tenants/{tenant_id}/operations',
    { params: { path: { tenant_id: tenantId }, query } },
    { ...PAGED, enabled: clusterId === undefined },
  );
  const own = hooks.useInfiniteQuery(
    'get',
    '/v1/tenants/{tenant_id}/clusters/{cluster_id}/history',
    { params: { path: { tenant_id: tenantId, cluster_id: clusterId ?? '' }, query } },
    { ...PAGED, enabled: clusterId !== undefined },
  );
  const entries: readonly Entry[] | undefined =
    clusterId === undefined
      ? whole.data?.pages.flatMap(({ items }) =>
          items.map((operation) => ({ sentence: operation.summary, operation })),
        )
      : own.data?.pages.flatMap(({ items }) => items);
  const { error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    clusterId === undefined ? whole : own;
  return { entries, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage };
}
