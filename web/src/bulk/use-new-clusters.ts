// The open questions "who is this?" that the machine raised about new clusters, page by page, and answers to many of them.
import { useMemo } from 'react';
import { api, hooks, type ReviewItem, type Schemas } from '../api/client';
import { useChanges } from '../api/changes';
import { useTenantId } from '../api/session';
import { ApiProblem } from '../api/problem';
import { questionOf, type QuestionOf } from '../queue/evidence';
import type { LabelChoice } from '../components/LabelField';
import { text } from '../text/text';

const words = text.bulk;

export const ORDERS = ['size', 'oldest', 'newest', 'similarity'] as const;
export type Order = (typeof ORDERS)[number];
/** The service takes so many in one call; also the size of a page. */
const TOGETHER = 100;

export interface NewCluster {
  /** Of the question. */
  readonly id: string;
  readonly version: number;
  readonly clusterId: string;
  /** Stands for the cluster. */
  readonly coverFaceId: string | null;
  readonly faceCount: number;
}

function newClusterOf(item: ReviewItem): NewCluster {
  const { id, version, subject, evidence } = questionOf(item) as QuestionOf<'new_cluster'>;
  return {
    id,
    version,
    clusterId: subject.cluster_id!,
    coverFaceId: evidence.face_ids[0] ?? null,
    faceCount: evidence.face_count,
  };
}

export function useNewClusters(order: Order) {
  const tenantId = useTenantId();
  const list = hooks.useInfiniteQuery(
    'get',
    '/v1/tenants/{tenant_id}/review-pending',
    {
      params: {
        path: { tenant_id: tenantId },
        query: { kind: ['new_cluster' as const], state: ['open' as const], sort: order, limit: TOGETHER },
      },
    },
    {
      pageParamName: 'cursor',
      initialPageParam: null,
      getNextPageParam: (page: { next_cursor: string | null }) => page.next_cursor ?? undefined,
    },
  );
  const clusters = useMemo<readonly NewCluster[]>(
    // Whoever changed while pages were read may come twice.
    () => [
      ...new Map(
        list.data?.pages.flatMap(({ items }) => items).map((item) => [item.id, newClusterOf(item)]),
      ).values(),
    ],
    [list.data],
  );
  return { ...list, clusters };
}

type Decision = Omit<Schemas['BulkDecisionBody'], 'item_id' | 'if_match'>;
type Result = Schemas['BulkDecisionResult'];
type Step = readonly [clusters: readonly NewCluster[], decision: Decision];

export function useBulkAnswers() {
  const tenantId = useTenantId();
  const { isBusy, make } = useChanges();

  const decide = async (clusters: readonly NewCluster[], decision: Decision): Promise<readonly Result[]> => {
    const results: Result[] = [];
    for (let from = 0; from < clusters.length; from += TOGETHER) {
      const decisions = clusters
        .slice(from, from + TOGETHER)
        // What was looked at is what is answered: a question that has changed since is refused.
        .map(({ id, version }) => ({ ...decision, item_id: id, if_match: version }));
      const params = { path: { tenant_id: tenantId } };
      const route = '/v1/tenants/{tenant_id}/review-pending/decisions' as const;
      const { data } = await api.POST(route, { params, body: { decisions } });
      results.push(...data!.results);
    }
    return results;
  };

  /** Step by step: one that was refused in part is the last. What it answered stays answered. */
  const answer = (clusters: readonly NewCluster[], done: string, steps: readonly Step[]): Promise<boolean> =>
    make({
      done,
      calls: clusters.length,
      work: async (override, did) => {
        for (const [some, decision] of steps) {
          const joins = decision.decision === 'assign_to';
          const results = await decide(some, joins ? { ...decision, override } : decision);
          for (const { operation } of results) if (operation) did(operation);
          const refused = results.find(({ problem }) => problem !== undefined);
          if (refused) throw new ApiProblem(refused.status, refused.problem!.code, refused.problem!.detail);
        }
      },
    });

  return {
    isBusy,
    /** Each is a person of their own. */
    confirm: (clusters: readonly NewCluster[]) =>
      answer(clusters, words.confirmed(clusters.length), [[clusters, { decision: 'confirm' }]]),
    /** All are one person: a known one, or the first of them under this name. */
    name: (clusters: readonly NewCluster[], { label, cluster }: LabelChoice) => {
      const [first] = clusters;
      const into = cluster?.id ?? first!.clusterId;
      const join: Decision = { decision: 'assign_to', cluster_id: into };
      return answer(
        clusters,
        words.named(clusters.length, label),
        cluster
          ? [[clusters, join]]
          : [
              [clusters.slice(0, 1), { decision: 'confirm', label }],
              [clusters.slice(1), join],
            ],
      );
    },
    hide: (clusters: readonly NewCluster[]) =>
      answer(clusters, words.hidden(clusters.length), [[clusters, { decision: 'ignore' }]]),
  };
}
