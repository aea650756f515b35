// Which answers of the service are out of date after an operation. Pictures and the sizes of photos never are.
import type { Query } from '@tanstack/react-query';
import type { Operation } from '../api/client';

type About = Pick<Query, 'queryKey'>;

interface Asked {
  readonly params?: { readonly path?: { readonly cluster_id?: string; readonly face_id?: string } };
}

const IMAGE = '/v1/tenants/{tenant_id}/images/{image_id}';

export const everyAnswer = ({ queryKey: [method, path] }: About): boolean =>
  method === 'get' && path !== IMAGE;

/** Lists and figures, and of single people and faces those that it touched. */
export function changedBy(operation: Operation): (query: About) => boolean {
  const touched = new Set([
    ...operation.affected_face_ids,
    ...operation.deleted_cluster_ids,
    ...operation.clusters.map(({ id }) => id),
  ]);
  return (query) => {
    const { cluster_id, face_id } = (query.queryKey[2] as Asked | undefined)?.params?.path ?? {};
    const single = face_id ?? cluster_id;
    return everyAnswer(query) && (single === undefined || touched.has(single));
  };
}
