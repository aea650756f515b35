// The people of the tenant, page by page, as the page of people shows them.
import { keepPreviousData } from '@tanstack/react-query';
import { useMemo } from 'react';
import { hooks, type Cluster } from '../api/client';
import { useTenantId } from '../api/session';

export const SHOWN = ['all', 'named', 'unnamed', 'hidden'] as const;
export const ORDERS = ['size', 'recent', 'label', 'newest'] as const;

export interface PeopleView {
  readonly search: string;
  readonly shown: (typeof SHOWN)[number];
  readonly order: (typeof ORDERS)[number];
}

/** People asked for at once. */
const PAGE = 100;

export function usePeople({ search, shown, order }: PeopleView) {
  const tenantId = useTenantId();
  const prefix = search.trim();
  const query = {
    limit: PAGE,
    sort: order,
    ...(shown === 'hidden'
      ? { state: ['ignored' as const] }
      : { state: ['pending' as const, 'confirmed' as const] }),
    ...(shown === 'named' && { labelled: true }),
    ...(shown === 'unnamed' && { labelled: false }),
    ...(prefix && { label_prefix: prefix }),
  };
  const list = hooks.useInfiniteQuery(
    'get',
    '/v1/tenants/{tenant_id}/clusters',
    { params: { path: { tenant_id: tenantId }, query } },
    {
      pageParamName: 'cursor',
      initialPageParam: null,
      getNextPageParam: (page: { next_cursor: string | null }) => page.next_cursor ?? undefined,
      placeholderData: keepPreviousData,
    },
  );
  const people = useMemo<readonly Cluster[]>(
    // Whoever changed while pages were read may come twice.
    () => [...new Map(list.data?.pages.flatMap(({ items }) => items).map((one) => [one.id, one])).values()],
    [list.data],
  );
  return { ...list, people };
}
