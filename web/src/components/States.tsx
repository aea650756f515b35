// What a page shows when it has nothing to show: it loads, it failed, there is nothing.
import { CloudOff, LoaderCircle, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiProblem } from '../api/problem';
import { text } from '../text/text';
import { Button } from './Button';

const State = ({
  icon,
  children,
  role,
}: {
  icon: ReactNode;
  children: ReactNode;
  role?: 'alert' | 'status';
}) => (
  <div className="state" role={role}>
    {icon}
    {children}
  </div>
);

export const Loading = () => (
  <State icon={<LoaderCircle className="spin" aria-hidden />} role="status">
    <p>{text.states.loading}</p>
  </State>
);

export const Empty = ({
  icon,
  title,
  children,
}: {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
}) => (
  <State icon={icon}>
    <h2>{title}</h2>
    {children}
  </State>
);

/** @param error Whatever was thrown; usually an ApiProblem. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const offline = error instanceof ApiProblem && error.isOffline;
  // What is not there does not come by asking again.
  const missing = error instanceof ApiProblem && error.status === 404;
  const title = offline ? text.states.offline : missing ? text.states.missing : text.states.failed;
  return (
    <State icon={offline ? <CloudOff aria-hidden /> : <TriangleAlert aria-hidden />} role="alert">
      <h2>{title}</h2>
      {!offline && <p>{error instanceof Error ? error.message : String(error)}</p>}
      {retry && !missing && <Button onPress={retry}>{text.states.again}</Button>}
    </State>
  );
}
