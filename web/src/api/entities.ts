// People, faces and photos by id: the same question is asked once, however many places of a page want the answer.
import { useQueries, useQuery } from '@tanstack/react-query';
import { hooks, type Cluster, type Face, type Schemas } from './client';
import { useTenantId } from './session';

export const clusterQuery = (tenantId: string, clusterId: string) =>
  hooks.queryOptions('get', '/v1/tenants/{tenant_id}/clusters/{cluster_id}', {
    params: { path: { tenant_id: tenantId, cluster_id: clusterId } },
  });

export const faceQuery = (tenantId: string, faceId: string) =>
  hooks.queryOptions('get', '/v1/tenants/{tenant_id}/faces/{face_id}', {
    params: { path: { tenant_id: tenantId, face_id: faceId } },
  });

export const imageQuery = (tenantId: string, imageId: string) =>
  hooks.queryOptions('get', '/v1/tenants/{tenant_id}/images/{image_id}', {
    params: { path: { tenant_id: tenantId, image_id: imageId } },
  });

/** undefined while it loads, and when there is none any more. */
export function useCluster(clusterId: string | null): Cluster | undefined {
  return hooks.useQuery(
    'get',
    '/v1/tenants/{tenant_id}/clusters/{cluster_id}',
    { params: { path: { tenant_id: useTenantId(), cluster_id: clusterId ?? '' } } },
    { enabled: clusterId !== null },
  ).data;
}

/** Several people at once, by id. */
export function useClusters(ids: readonly string[]): (id: string | null) => Cluster | undefined {
  const tenantId = useTenantId();
  const answers = useQueries({ queries: ids.map((id) => clusterQuery(tenantId, id)) });
  return (id) => (id === null ? undefined : answers[ids.indexOf(id)]?.data);
}

export function useFace(faceId: string | null): Face | undefined {
  return hooks.useQuery(
    'get',
    '/v1/tenants/{tenant_id}/faces/{face_id}',
    { params: { path: { tenant_id: useTenantId(), face_id: faceId ?? '' } } },
    { enabled: faceId !== null },
  ).data;
}

export function useImage(imageId: string | null): Schemas['ImageResponse'] | undefined {
  return hooks.useQuery(
    'get',
    '/v1/tenants/{tenant_id}/images/{image_id}',
    { params: { path: { tenant_id: useTenantId(), image_id: imageId ?? '' } } },
    { enabled: imageId !== null },
  ).data;
}

/** The surest face of a person: it stands for one who has no cover. */
export const surestFaceQuery = (tenantId: string, clusterId: string) =>
  hooks.queryOptions('get', '/v1/tenants/{tenant_id}/clusters/{cluster_id}/faces', {
    params: {
      path: { tenant_id: tenantId, cluster_id: clusterId },
      query: { limit: 1, sort: 'certainty' },
    },
  });

/** The face that stands for a person: the cover, else the surest. null while it loads. */
export function useCoverFace(cluster: Cluster | undefined): string | null {
  const { data } = useQuery({
    ...surestFaceQuery(useTenantId(), cluster?.id ?? ''),
    enabled: cluster !== undefined && cluster.cover_face_id === null,
  });
  return cluster?.cover_face_id ?? data?.items[0]?.id ?? null;
}
