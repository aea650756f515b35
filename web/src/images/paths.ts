// Where the pictures of a tenant are, in the sizes that the service makes.
import type { paths } from '../api/schema';

type Query<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Q } } }
  ? Q
  : never;
/** Long side, px. */
export type CropSize = NonNullable<
  NonNullable<Query<'/v1/tenants/{tenant_id}/faces/{face_id}/crop'>>['size']
>;
export type PreviewSize = NonNullable<
  NonNullable<Query<'/v1/tenants/{tenant_id}/images/{image_id}/preview'>>['size']
>;

const tenant = (tenantId: string): string => `/v1/tenants/${encodeURIComponent(tenantId)}`;

export const cropPath = (tenantId: string, faceId: string, size: CropSize): string =>
  `${tenant(tenantId)}/faces/${faceId}/crop?size=${size}`;

export const previewPath = (tenantId: string, imageId: string, size: PreviewSize): string =>
  `${tenant(tenantId)}/images/${imageId}/preview?size=${size}`;
