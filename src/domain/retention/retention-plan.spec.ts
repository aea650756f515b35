// When something is announced, erased, and left alone.
import { describe, expect, it } from 'vitest';
import {
  imagesStep,
  NOTHING_ANNOUNCED,
  parseRetentionState,
  plannedErasure,
  storedState,
  tenantStep,
  type TenantFacts,
} from './retention-plan.js';
import { isHeld, parseRetentionSettings, RetentionSettingsError } from './retention-settings.js';

const day = (text: string): Date => new Date(`${text}T12:00:00Z`);
const SERVICE = { warnDays: 7 };
const facts = (lastUsed: string, more: Partial<TenantFacts> = {}): TenantFacts => ({
  createdAt: day('2026-01-01'),
  lastUsedAt: day(lastUsed),
  state: NOTHING_ANNOUNCED,
  ...more,
});
const settings = (table: unknown) => parseRetentionSettings(table, SERVICE);

describe('retention of a tenant', () => {
  it('erases nothing where nothing is set', () => {
    expect(tenantStep(settings(undefined), facts('1999-01-01'), day('2099-01-01'))).toEqual({
      do: 'nothing',
    });
    expect(imagesStep(settings({}), NOTHING_ANNOUNCED, day('2099-01-01'))).toEqual({ do: 'nothing' });
  });

  it('announces an idle tenant before it erases it, and keeps to what it announced', () => {
    const idle = settings({ idle_days: 30 });
    const used = facts('2026-03-01');
    expect(tenantStep(idle, used, day('2026-03-23'))).toEqual({ do: 'nothing' });
    const announced = tenantStep(idle, used, day('2026-03-24'));
    expect(announced).toEqual({
      do: 'announce',
      plan: { rule: 'idle', dueAt: day('2026-03-31'), announcedAt: null, eraseAt: day('2026-03-31') },
    });
    const state = {
      tenant: { rule: 'idle', announcedAt: day('2026-03-24'), eraseAt: day('2026-03-31') },
      images: null,
    } as const;
    expect(tenantStep(idle, { ...used, state }, day('2026-03-30'))).toEqual({ do: 'nothing' });
    expect(tenantStep(idle, { ...used, state }, day('2026-03-31')).do).toBe('erase');
    expect(tenantStep(idle, facts('2026-03-25', { state }), day('2026-03-31'))).toEqual({ do: 'withdraw' });
  });

  it('warns in full where a period has ended long ago', () => {
    const idle = settings({ idle_days: 1 });
    expect(plannedErasure(idle, facts('2020-01-01'), day('2026-03-01'))?.eraseAt).toEqual(day('2026-03-08'));
    const never = facts('2020-01-01', { lastUsedAt: null });
    expect(plannedErasure(idle, never, day('2026-01-01'))?.dueAt).toEqual(day('2026-01-02'));
  });

  it('takes the period that ends first; a purpose ends with its last day', () => {
    const both = settings({ idle_days: 365, purpose_ends_on: '2026-06-30', warn_days: 0 });
    expect(plannedErasure(both, facts('2026-06-01'), day('2026-06-01'))).toMatchObject({
      rule: 'purpose_ended',
      dueAt: new Date('2026-07-01T00:00:00Z'),
    });
    expect(tenantStep(both, facts('2026-06-30'), new Date('2026-06-30T23:59:59Z'))).toEqual({
      do: 'nothing',
    });
  });

  it('a hold stops everything and takes back what was announced', () => {
    const held = settings({ idle_days: 1, image_max_age_days: 1, legal_hold: true });
    const state = {
      tenant: { rule: 'idle', announcedAt: day('2026-01-01'), eraseAt: day('2026-01-02') },
      images: {
        maxAgeDays: 1,
        ageFrom: 'ingested',
        announcedAt: day('2026-01-01'),
        eraseFrom: day('2026-01-02'),
      },
    } as const;
    expect(tenantStep(held, facts('2020-01-01', { state }), day('2026-02-01'))).toEqual({ do: 'withdraw' });
    expect(imagesStep(held, state, day('2026-02-01'))).toEqual({ do: 'withdraw' });
    expect(tenantStep(held, facts('2020-01-01'), day('2026-02-01'))).toEqual({ do: 'nothing' });
  });
});

describe('retention of images', () => {
  it('is announced before the first image goes, and again when the period changes', () => {
    const month = settings({ image_max_age_days: 30 });
    expect(imagesStep(month, NOTHING_ANNOUNCED, day('2026-01-01'))).toEqual({
      do: 'announce',
      eraseFrom: day('2026-01-08'),
    });
    const images = {
      maxAgeDays: 30,
      ageFrom: 'ingested',
      announcedAt: day('2026-01-01'),
      eraseFrom: day('2026-01-08'),
    } as const;
    const state = { tenant: null, images };
    expect(imagesStep(month, state, day('2026-01-07'))).toEqual({ do: 'nothing' });
    expect(imagesStep(month, state, day('2026-03-31'))).toEqual({
      do: 'erase',
      agedBefore: day('2026-03-01'),
    });
    expect(imagesStep(settings({ image_max_age_days: 29 }), state, day('2026-03-31')).do).toBe('announce');
    expect(parseRetentionState(storedState(state))).toEqual(state);
  });
});

describe('the settings of retention', () => {
  it('stand over those of the service; null lifts one', () => {
    const service = { idleDays: 100, imageMaxAgeDays: 50, warnDays: 3 };
    expect(parseRetentionSettings({ idle_days: null, warn_days: null }, service)).toMatchObject({
      idleDays: undefined,
      imageMaxAgeDays: 50,
      warnDays: 3,
      legalHold: false,
    });
  });

  it.each([
    ['idle_days', 0],
    ['idle_days', 1.5],
    ['image_max_age_days', '30'],
    ['warn_days', 366],
    ['image_age_from', 'exif'],
    ['purpose_ends_on', '2026-02-30'],
    ['purpose_ends_on', '30.06.2026'],
    ['legal_hold', 'yes'],
    ['consent_ref', 'Zoë'],
    ['forever', true],
  ])('refuse %s = %j', (name, value) => {
    const parse = (): unknown => settings({ [name]: value });
    expect(parse).toThrow(RetentionSettingsError);
    expect(parse).toThrow(new RegExp(`^${name}: `));
  });

  it('are held by true alone', () => {
    expect(isHeld({ retention: { legal_hold: true } })).toBe(true);
    for (const settings of [{}, { retention: {} }, { retention: { legal_hold: false } }])
      expect(isHeld(settings)).toBe(false);
  });
});
