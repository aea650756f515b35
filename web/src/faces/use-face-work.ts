// What can be done with selected faces.
import { api, type Operation } from '../api/client';
import { useChanges, type Change } from '../api/changes';
import { useTenantId } from '../api/session';
import type { LabelChoice } from '../components/LabelField';
import { nameOf } from '../components/names';
import { text } from '../text/text';

const words = text.faceWork;
type Answer<T> = { readonly data?: T };
/** Refusals are thrown by the client, so that an answer always holds what was asked for. */
const operationOf = (answer: Answer<{ operation: Operation }>): Operation => answer.data!.operation;

export function useFaceWork() {
  const tenantId = useTenantId();
  const { isBusy, make } = useChanges();
  const path = { tenant_id: tenantId };

  /** One call a face: each is a human move of its own. */
  const eachTo =
    (faceIds: readonly string[], cluster_id: string | null): Change['work'] =>
    async (override, did) => {
      for (const face_id of faceIds) {
        const params = { path: { ...path, face_id } };
        const body = { cluster_id, override };
        did(operationOf(await api.PATCH('/v1/tenants/{tenant_id}/faces/{face_id}', { params, body })));
      }
    };

  /** Human moves, all in one call. */
  const toNewPerson =
    (faceIds: readonly string[], label?: string): Change['work'] =>
    async (override, did) => {
      const body = { ...(label !== undefined && { label }), face_ids: [...faceIds], override };
      did(operationOf(await api.POST('/v1/tenants/{tenant_id}/clusters', { params: { path }, body })));
    };

  return {
    isBusy,
    move: (faceIds: readonly string[], to: LabelChoice): Promise<boolean> =>
      make({
        done: words.moved(faceIds.length, to.cluster ? nameOf(to.cluster) : to.label),
        calls: to.cluster ? faceIds.length : 1,
        work: to.cluster ? eachTo(faceIds, to.cluster.id) : toNewPerson(faceIds, to.label),
      }),
    /** A person without a name, of whomever they were. */
    makePerson: (faceIds: readonly string[]): Promise<boolean> =>
      make({ done: words.newPersonDone(faceIds.length), work: toNewPerson(faceIds) }),
    /** Nobody's from now on. */
    takeOut: (faceIds: readonly string[]): Promise<boolean> =>
      make({
        done: words.notThisDone(faceIds.length),
        calls: faceIds.length,
        work: eachTo(faceIds, null),
      }),
    /** A person of their own, never to join the rest by themselves. */
    splitOff: (clusterId: string, faceIds: readonly string[]): Promise<boolean> =>
      make({
        done: words.splitDone(faceIds.length),
        work: async (override, did) => {
          const params = { path: { ...path, cluster_id: clusterId } };
          const body = { groups: [[...faceIds]], override };
          did(
            operationOf(
              await api.POST('/v1/tenants/{tenant_id}/clusters/{cluster_id}/split', { params, body }),
            ),
          );
        },
      }),
  };
}
