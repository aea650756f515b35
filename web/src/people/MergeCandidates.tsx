// The way from the people to the questions which of them are the same person.
import { Link } from '@tanstack/react-router';
import { Merge } from 'lucide-react';
import { hooks } from '../api/client';
import { useTenantId } from '../api/session';
import { text } from '../text/text';

/** Counted so far; beyond, "more than". */
const COUNTED_MAX = 100;

/** Nothing when no such question is open. */
export function MergeCandidates() {
  const { data } = hooks.useQuery('get', '/v1/tenants/{tenant_id}/review-pending', {
    params: {
      path: { tenant_id: useTenantId() },
      query: { kind: ['merge_suggestion'], state: ['open'], limit: COUNTED_MAX },
    },
  });
  const [first] = data?.items ?? [];
  if (!data || !first) return null;
  return (
    <Link to={`/queue/${first.id}`} className="button button-plain">
      <Merge aria-hidden /> {text.people.candidates(data.items.length, data.next_cursor !== null)}
    </Link>
  );
}
