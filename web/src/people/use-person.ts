// One person: what is known of them, and what can be done with them as a whole.
import { api, hooks, type Cluster } from '../api/client';
import { useChanges } from '../api/changes';
import { useTenantId } from '../api/session';
import { nameOf } from '../components/names';
import { text } from '../text/text';

const words = text.person;

export function usePerson(clusterId: string) {
  const tenantId = useTenantId();
  return hooks.useQuery('get', '/v1/tenants/{tenant_id}/clusters/{cluster_id}', {
    params: { path: { tenant_id: tenantId, cluster_id: clusterId } },
  });
}

export function usePersonWork() {
  const tenantId = useTenantId();
  const { isBusy, make } = useChanges();
  const pathOf = ({ id }: Pick<Cluster, 'id'>) => ({ tenant_id: tenantId, cluster_id: id });

  const patch = (person: Cluster, body: { label?: string; state?: 'confirmed' | 'ignored' }, done: string) =>
    make({
      done,
      work: async (_, did) => {
        const params = { path: pathOf(person), header: { 'If-Match': `"${person.version}"` } };
        const { data } = await api.PATCH('/v1/tenants/{tenant_id}/clusters/{cluster_id}', { params, body });
        did(data!.operation);
      },
    });

  return {
    isBusy,
    rename: (person: Cluster, label: string) => patch(person, { label }, words.renamed(label)),
    setHidden: (person: Cluster, hidden: boolean) =>
      patch(person, { state: hidden ? 'ignored' : 'confirmed' }, hidden ? words.hidden : words.shown),
    /** The other's faces move here; the name of `into` stays. */
    merge: (into: Pick<Cluster, 'id'>, other: Cluster, keepLabel: boolean) =>
      make({
        done: words.merged(other.face_count),
        work: async (override, did) => {
          const params = { path: pathOf(into) };
          const body = { source_cluster_id: other.id, keep_label: keepLabel, override };
          const route = '/v1/tenants/{tenant_id}/clusters/{cluster_id}/merge' as const;
          did((await api.POST(route, { params, body })).data!.operation);
        },
      }),
    mergeQuestion: (other: Cluster) => ({
      title: words.mergeTitle,
      detail: words.mergeDetail(other.face_count, nameOf(other)),
      go: words.merge(nameOf(other)),
    }),
  };
}
