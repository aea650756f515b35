// People who have a name, to choose from.
import { keepPreviousData } from '@tanstack/react-query';
import { hooks, type Cluster } from '../api/client';
import { useTenantId } from '../api/session';

/** People looked through at once. Pages of the service hold at most a hundred. */
const KNOWN_MAX = 100;
/** Named people, the ones with most faces first; those of whom a word of the name begins so. */
function useNamed(begin: string): readonly Cluster[] {
  const tenantId = useTenantId();
  const query = { labelled: true, sort: 'size' as const, limit: KNOWN_MAX };
  const { data } = hooks.useQuery(
    'get',
    '/v1/tenants/{tenant_id}/clusters',
    {
      params: { path: { tenant_id: tenantId }, query: { ...query, ...(begin && { label_prefix: begin }) } },
    },
    { placeholderData: keepPreviousData },
  );
  return data?.items ?? [];
}

/** The largest people are known before the first letter; whoever else begins so is asked for while somebody types. */
export function useNamedPeople(begin: string): readonly Cluster[] {
  const [largest, found] = [useNamed(''), useNamed(begin)];
  const wanted = begin.toLocaleLowerCase();
  const fits = ({ label }: Cluster): boolean => label?.toLocaleLowerCase().includes(wanted) ?? false;
  return [...new Map([...largest, ...found].filter(fits).map((one) => [one.id, one])).values()];
}
