// Where the pictures of a tenant are.

export const cropPath = (tenantId: string, faceId: string): string =>
  `/v1/tenants/${encodeURIComponent(tenantId)}/faces/${faceId}/crop`;
