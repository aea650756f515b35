// What a change plan holds, picked out.
import type { Change } from './change-plan.js';

export type OfKind<Name extends Change['do']> = Extract<Change, { do: Name }>;

export const ofKind = <Name extends Change['do']>(changes: readonly Change[], name: Name): OfKind<Name>[] =>
  changes.filter((change): change is OfKind<Name> => change.do === name);

/** Clusters that a plan names itself. */
export function namedClusters(changes: readonly Change[]): string[] {
  return changes.flatMap((change) => {
    switch (change.do) {
      case 'create_cluster':
      case 'update_cluster':
      case 'delete_cluster':
      case 'recreate_cluster':
      case 'restore_cluster':
        return [change.clusterId];
      case 'close_as_merged':
        return [change.clusterId, change.into];
      default:
        return [];
    }
  });
}
