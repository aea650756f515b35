// The people that a question names.
import { useQueries } from '@tanstack/react-query';
import { clusterQuery } from '../api/entities';
import { useTenantId } from '../api/session';
import type { People } from './answers';

export function usePeople(clusterIds: readonly string[]): People {
  const tenantId = useTenantId();
  const answers = useQueries({ queries: clusterIds.map((id) => clusterQuery(tenantId, id)) });
  return (id) => (id === null ? undefined : answers[clusterIds.indexOf(id)]?.data);
}
