// What a person is called on the page.
import type { Cluster } from '../api/client';
import { text } from '../text/text';

export const nameOf = (cluster: Pick<Cluster, 'label'> | undefined | null): string =>
  cluster?.label ?? text.clusters.unnamed;
