// Event names as tenant ids.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isTenantId } from '../../http/params.js';
import { eventOfTenant, tenantOfEvent } from './event-tenants.js';

it('a name is read back from the tenant id that it makes', () => {
  expect(tenantOfEvent('event-', 'Été_2026, Köln')).toBe('event-_c3_89t_c3_a9_5f2026_2c_20K_c3_b6ln');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }), (name) => {
      const id = tenantOfEvent('event-', name.slice(0, 4));
      expect(isTenantId(id)).toBe(true);
      expect(eventOfTenant('event-', id)).toBe(Buffer.from(name.slice(0, 4), 'utf8').toString('utf8'));
    }),
  );
});

it('no name and one that is too long are refused, and other tenants are no events', () => {
  for (const name of ['', 'x'.repeat(59), 'é'.repeat(10)])
    expect(() => tenantOfEvent('event-', name)).toThrow();
  for (const id of ['family', 'event-', 'event-_', 'event-_zz', 'event-a b'])
    expect(eventOfTenant('event-', id)).toBeUndefined();
});
