// A list of what happened, each with a way back.
import { Cpu, History as Clock, Undo2, UserRound } from 'lucide-react';
import { useChanges } from '../api/changes';
import { Button } from '../components/Button';
import { Empty, Failed, Loading } from '../components/States';
import { formatTime, text } from '../text/text';
import { useHistory, type About, type Entry } from './use-history';
import './log.css';

const words = text.log;

export function History({ about }: { about: About }) {
  const { entries, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useHistory(about);
  if (error && !entries) return <Failed error={error} retry={() => void refetch()} />;
  if (!entries) return <Loading />;
  if (entries.length === 0) return <Empty icon={<Clock aria-hidden />} title={words.none} />;
  return (
    <>
      <Entries entries={entries} />
      {hasNextPage && (
        <Button isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
          {words.more}
        </Button>
      )}
    </>
  );
}

export function Entries({ entries }: { entries: readonly Entry[] }) {
  const { isBusy, undo } = useChanges();
  return (
    <ol className="log" aria-label={words.list}>
      {entries.map(({ sentence, operation }) => (
        <li key={operation.id} className={operation.undone_by ? 'log-entry log-undone' : 'log-entry'}>
          {operation.origin === 'automatic' ? <Cpu aria-hidden /> : <UserRound aria-hidden />}
          <div className="log-what">
            <p>{sentence}</p>
            <p className="muted">
              {operation.origin === 'automatic' ? words.machine : words.by(operation.actor)},{' '}
              <time dateTime={operation.created_at}>{formatTime(operation.created_at)}</time>
            </p>
          </div>
          {operation.undoable ? (
            <Button
              icon={<Undo2 aria-hidden />}
              isDisabled={isBusy}
              aria-label={`${operation.undoes ? words.redo : words.undo}: ${sentence}`}
              onPress={() => void undo([operation.id])}
            >
              {operation.undoes ? words.redo : words.undo}
            </Button>
          ) : (
            <span className="muted log-fixed">
              {operation.not_undoable_reason && words.notUndoable[operation.not_undoable_reason]}
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
