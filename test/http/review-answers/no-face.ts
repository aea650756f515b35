// What is left of a detection that is no face.
import { expect } from 'vitest';
import type { FaceRecord } from '../../../src/database/records.js';
import type { Desk } from './desk.js';

/** Its box stays; what was computed of it is gone, so that nothing can be compared with it. */
export async function expectNoFace(at: Desk, face: FaceRecord): Promise<void> {
  expect(await at.face(face)).toMatchObject({ state: 'dismissed', cluster_id: null, box: face.box });
  const { status, json } = await at.call('POST', 'search', { face_id: face.id });
  expect([status, json.code]).toEqual([409, 'face.dismissed']);
  expect(await at.words(face)).toEqual([]);
}
