// People, faces and photos by id: the same question is asked once, however many places of a page want the answer.
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

/** The face that stands for a person: the cover, else the surest. null while it loads. */
export function useCoverFace(cluster: Cluster | undefined): string | null {
  const { data } = hooks.useQuery(
    'get',
    '/v1/tenants/{tenant_id}/clusters/{cluster_id}/faces',
    {
      params: {
        path: { tenant_id: useTenantId(), cluster_id: cluster?.id ?? '' },
        query: { limit: 1, sort: 'certainty' },
      },
    },
    { enabled: cluster !== undefined && cluster.cover_face_id === null },
  );
  return cluster?.cover_face_id ?? data?.items[0]?.id ?? null;
}
