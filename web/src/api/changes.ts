// Changes that a page makes: said when they are done, with a way back; asked about when an earlier decision says otherwise.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../components/ask';
import { complain, say } from '../components/toasts';
import { text } from '../text/text';
import { api, type Operation } from './client';
import { ApiProblem } from './problem';
import { PICTURE } from './query-client';
import { useTenantId } from './session';

const words = text.faceWork;

export interface Change {
  /** What is said when it is done. */
  readonly done: string;
  /**
   * Does it, one call after the other. What it reports it has done, even when a later call fails.
   * @param override Earlier decisions are set aside: somebody was asked.
   */
  readonly work: (override: boolean, did: (operation: Pick<Operation, 'id'>) => void) => Promise<void>;
  /** Calls that it takes; default 1. */
  readonly calls?: number;
}

export interface Changes {
  readonly isBusy: boolean;
  /** True when everything was done. */
  readonly make: (change: Change) => Promise<boolean>;
  readonly undo: (operationIds: readonly string[]) => Promise<boolean>;
}

export function useChanges(): Changes {
  const tenantId = useTenantId();
  const queryClient = useQueryClient();
  const [isBusy, setBusy] = useState(false);

  const refresh = (): Promise<void> =>
    queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== PICTURE });

  /** Newest first: what was done last stands on what was done before. */
  const undo = async (operationIds: readonly string[]): Promise<boolean> => {
    setBusy(true);
    try {
      for (const operation_id of [...operationIds].reverse()) {
        const path = { tenant_id: tenantId, operation_id };
        await api.POST('/v1/tenants/{tenant_id}/operations/{operation_id}/undo', { params: { path } });
      }
      say(words.undone);
      return true;
    } catch (error) {
      const { title, detail } = told(error);
      complain(title, detail);
      return false;
    } finally {
      setBusy(false);
      await refresh();
    }
  };

  const make = async (change: Change): Promise<boolean> => {
    const done: string[] = [];
    const run = async (override: boolean): Promise<boolean> => {
      setBusy(true);
      try {
        await change.work(override, ({ id }) => void done.push(id));
        say(change.done, undefined, { name: words.undo, run: () => void undo(done) });
        return true;
      } catch (error) {
        if (!override && done.length === 0 && isConflict(error)) {
          const question = { title: words.conflictTitle, detail: words.conflictDetail, go: words.conflictGo };
          return (await ask(question)) && (await run(true));
        }
        const { title, detail } = told(error);
        complain(done.length > 0 ? words.partly(done.length, change.calls ?? 1) : title, detail);
        return false;
      } finally {
        setBusy(false);
        await refresh();
      }
    };
    return run(false);
  };

  return { isBusy, make, undo };
}

const isConflict = (error: unknown): boolean =>
  error instanceof ApiProblem && error.code === 'constraint.conflict';

function told(error: unknown): { title: string; detail?: string } {
  if (!(error instanceof ApiProblem)) throw error;
  if (error.isOffline) return { title: text.states.offline };
  const { dependents } = error.body;
  if (error.code === 'operation.has_dependents')
    return {
      title: text.log.blocked,
      detail: text.log.blockedDetail(Array.isArray(dependents) ? dependents.length : 1),
    };
  return { title: text.states.failed, detail: error.message };
}
