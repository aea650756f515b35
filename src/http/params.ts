// Ids in the path.
import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { requestFault } from './request-fault.js';

/** A tenant id as its owner may choose it. */
export const TENANT_ID_PATTERN = /^[A-Za-z0-9._-]{1,64}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const isTenantId = (value: unknown): value is string =>
  typeof value === 'string' && TENANT_ID_PATTERN.test(value);
export const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);

export const TENANT_ID_FAULT = 'must be 1 to 64 of A–Z a–z 0–9 . _ -';

/** `@Param('tenant_id', TenantIdPipe)`: a tenant id as its caller chose it; anything else is 400 with the pointer. */
@Injectable()
export class TenantIdPipe implements PipeTransform<unknown, string> {
  transform(value: unknown, { data }: ArgumentMetadata): string {
    if (isTenantId(value)) return value;
    throw requestFault(`#/path/${data ?? 'tenant_id'}`, TENANT_ID_FAULT, 'tenant_id');
  }
}

/** `@Param('image_id', UuidPipe)`: a UUID of any version, in lower case; anything else is 400 with the pointer. */
@Injectable()
export class UuidPipe implements PipeTransform<unknown, string> {
  transform(value: unknown, { data }: ArgumentMetadata): string {
    if (isUuid(value)) return value.toLowerCase();
    throw requestFault(`#/path/${data ?? 'id'}`, 'must be a UUID', 'uuid');
  }
}
