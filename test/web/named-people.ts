// Three people with real photos, named and decided by a human.
import type { Api, FaceJson, ImageJson } from '../harness/api.js';
import { fiftyPhotosOfFivePeople } from '../harness/people.js';

/** Photos of each person. */
export const PHOTOS = [4, 3, 2];
export const NAMES = ['Ada Long', 'Ben Short', 'Cleo Tiny'];

export interface NamedPeople {
  /** Of each person, in the order of NAMES. */
  readonly faces: readonly (readonly FaceJson[])[];
  /** Ids of their clusters. */
  readonly people: readonly string[];
}

export async function threePeople(api: Api, tenantId: string): Promise<NamedPeople> {
  const photos = await fiftyPhotosOfFivePeople();
  const names = [...new Set(photos.map(({ person }) => person))];
  const faces: FaceJson[][] = [];
  const people: string[] = [];
  for (const [person, count] of PHOTOS.entries()) {
    const own: FaceJson[] = [];
    for (const { bytes } of photos.filter((one) => one.person === names[person]).slice(0, count)) {
      const { json } = await api.sendImage<ImageJson>(tenantId, bytes);
      own.push([...json.faces].sort((a, b) => b.box.width - a.box.width)[0]!);
    }
    // Whatever the machine thought: a person says whose faces these are.
    const made = await api.post<{ cluster: { id: string } }>(`/v1/tenants/${tenantId}/clusters`, {
      label: NAMES[person],
      face_ids: own.map(({ id }) => id),
      override: true,
    });
    if (made.status !== 201) throw new Error(made.text);
    faces.push(own);
    people.push(made.json.cluster.id);
  }
  return { faces, people };
}
