// An event of the fifth earlier API is a tenant of its own: its id is a prefix and the event's name, in which every byte that a tenant id cannot
// hold, and "_", is written as "_" and two hex digits. Two events never share a tenant, and the name can be read back.
import { TENANT_ID_PATTERN } from '../../http/params.js';
import { requestFault } from '../../http/request-fault.js';

const PLAIN = /^[A-Za-z0-9.-]$/;

/** @throws DomainError request.invalid for a name that makes too long an id. */
export function tenantOfEvent(prefix: string, event: string): string {
  const encoded = [...Buffer.from(event, 'utf8')].map((byte) => {
    const character = String.fromCharCode(byte);
    return PLAIN.test(character) ? character : `_${byte.toString(16).padStart(2, '0')}`;
  });
  const id = prefix + encoded.join('');
  if (event === '' || !TENANT_ID_PATTERN.test(id))
    throw requestFault('#/event_name', 'is empty or too long for an event', 'event_name');
  return id;
}

/** The event's name, or undefined for a tenant that is no event. */
export function eventOfTenant(prefix: string, tenantId: string): string | undefined {
  const encoded = tenantId.startsWith(prefix) ? tenantId.slice(prefix.length) : '';
  if (!/^(?:[A-Za-z0-9.-]|_[0-9a-f]{2})+$/.test(encoded)) return undefined;
  const bytes = encoded.replace(/_([0-9a-f]{2})|[^_]/g, (character, hex: string | undefined) =>
    hex === undefined ? character.charCodeAt(0).toString(16).padStart(2, '0') : hex,
  );
  return Buffer.from(bytes, 'hex').toString('utf8');
}
