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

const singleOf = ({ queryKey }: About): string | undefined => {
  const { cluster_id, face_id } = (queryKey[2] as Asked | undefined)?.params?.path ?? {};
  return face_id ?? cluster_id;
};

/** Every answer changes them. */
export const listsAndFigures = (query: About): boolean => everyAnswer(query) && singleOf(query) === undefined;

/** Of single people and faces those that it touched. */
export function touchedBy(operation: Operation): (query: About) => boolean {
  const touched = new Set([
    ...operation.affected_face_ids,
    ...operation.deleted_cluster_ids,
    ...operation.clusters.map(({ id }) => id),
  ]);
  return (query) => everyAnswer(query) && touched.has(singleOf(query) ?? '');
}
