// The review queue: the next best question, its evidence, its answers.
import { useParams } from '@tanstack/react-router';
import { CircleCheckBig, CircleSlash } from 'lucide-react';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useTenantId } from '../api/session';
import { Button } from '../components/Button';
import { Dialog } from '../components/Dialog';
import { Empty, Failed, Loading } from '../components/States';
import { useShortcuts } from '../components/use-shortcuts';
import type { Kind } from '../text/kinds';
import { text } from '../text/text';
import { KindFilter, Progress } from './Progress';
import { QuestionScreen } from './QuestionScreen';
import { QueueSession } from './queue-session';
import type { Conflict } from './refusals';

/** At /queue, and at /queue/<id> for one question before all others. */
export function QueuePage() {
  const params: { readonly itemId?: string } = useParams({ strict: false });
  return <ChosenQuestions key={params.itemId} firstId={params.itemId ?? null} />;
}

function ChosenQuestions(props: { readonly firstId: string | null }) {
  const [{ kind, firstId }, choose] = useState<{ kind: Kind | null; firstId: string | null }>({
    kind: null,
    firstId: props.firstId,
  });
  // Another choice of questions is another sitting: what was held is given back.
  return (
    <Sitting
      key={kind}
      kind={kind}
      firstId={firstId}
      onKind={(next) => choose({ kind: next, firstId: null })}
    />
  );
}

function Sitting({
  kind,
  firstId,
  onKind,
}: {
  kind: Kind | null;
  firstId: string | null;
  onKind: (kind: Kind | null) => void;
}) {
  const tenantId = useTenantId();
  const [session] = useState(() => new QueueSession(tenantId, kind, firstId));
  const { line, phase, error, gone, answered, happened, surpriseId, conflict } = useSyncExternalStore(
    session.subscribe,
    session.snapshot,
  );
  useEffect(() => {
    session.start();
    return () => session.stop();
  }, [session]);
  const current = line[0];
  // A question has keys of its own; without one the last answer can still be taken back.
  const keys = useMemo(() => ({ u: () => session.undo() }), [session]);
  useShortcuts(keys, current === undefined && conflict === null);
  return (
    <div className="queue">
      <header className="queue-head">
        <h1>{text.queue.title}</h1>
        <Progress answered={answered} happened={happened} />
        <KindFilter kind={kind} onKind={onKind} />
      </header>
      {gone !== null ? (
        <Empty icon={<CircleSlash aria-hidden />} title={text.queue.gone.title}>
          <p>{gone}</p>
          <Button tone="primary" onPress={session.lookAgain}>
            {text.queue.gone.next}
          </Button>
        </Empty>
      ) : current ? (
        <QuestionScreen
          key={`${current.id}/${current.version}`}
          item={current}
          session={session}
          surprises={current.id === surpriseId}
        />
      ) : phase === 'failed' ? (
        <Failed error={error} retry={session.lookAgain} />
      ) : phase === 'empty' ? (
        <Empty icon={<CircleCheckBig aria-hidden />} title={text.queue.empty.title}>
          <p>{text.queue.empty.all}</p>
          <div className="form-end">
            <Button onPress={session.lookAgain}>{text.queue.empty.look}</Button>
            {answered > 0 && <Button onPress={() => session.undo()}>{text.queue.work.undo}</Button>}
          </div>
        </Empty>
      ) : (
        <Loading />
      )}
      <ConflictDialog conflict={conflict} onSettle={(goOn) => session.settle(goOn)} />
    </div>
  );
}

const ConflictDialog = ({
  conflict,
  onSettle,
}: {
  conflict: Conflict | null;
  onSettle: (goOn: boolean) => void;
}) => (
  <Dialog
    role="alertdialog"
    title={conflict?.title ?? ''}
    isOpen={conflict !== null}
    onClose={() => onSettle(false)}
  >
    <p>{conflict?.detail}</p>
    <div className="form-end">
      <Button tone="quiet" onPress={() => onSettle(false)}>
        {text.dialog.cancel}
      </Button>
      <Button tone="danger" onPress={() => onSettle(true)}>
        {conflict?.goOn}
      </Button>
    </div>
  </Dialog>
);
