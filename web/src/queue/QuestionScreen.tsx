// One question: the evidence on one side; on the other what is asked, the answers, and what else can be done.
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReviewItem } from '../api/client';
import { useClusters } from '../api/entities';
import { LabelField } from '../components/LabelField';
import { useShortcuts, useSingleKeys, type Shortcuts } from '../components/use-shortcuts';
import { formatTime, text } from '../text/text';
import { AnswerBar } from './AnswerBar';
import { type Answer, EMPTY_DRAFT } from './answers/answer';
import { answersTo } from './answers/answers-to';
import { questionOf, subjectsOf } from './evidence';
import { Evidence } from './kinds/Evidence';
import type { QueueSession } from './queue-session';
import { titleOf, whyOf } from './wording';
import { WorkBar, type WorkBarProps } from './WorkBar';

const NAMED: readonly string[] = ['new_cluster', 'uncertain_assignment'];

/** A key that was meant for the question before must not answer one that came by itself, ms. */
const SURPRISE_MS = 600;

export function QuestionScreen({
  item,
  session,
  surprises,
}: {
  readonly item: ReviewItem;
  readonly session: QueueSession;
  /** It came to the front by itself. */
  readonly surprises: boolean;
}) {
  const question = questionOf(item);
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [open, setOpen] = useState<WorkBarProps['open']>(null);
  const people = useClusters(useMemo(() => subjectsOf(questionOf(item)).clusters, [item]));
  const [singleKeys] = useSingleKeys();
  const nameField = useRef<HTMLInputElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  // What was pressed is gone: the focus goes on to the new question, which is thereby said aloud.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);

  const answers = answersTo(question, draft, people);
  const answer = ({ body, name }: Answer): void => session.decide(item, body, name);
  const snooze = (ms: number): void => session.snooze(item, new Date(Date.now() + ms).toISOString());
  const candidates = question.kind === 'uncertain_assignment' ? question.evidence.candidates : [];
  const submitName = (): void => {
    const named = draft.label.cluster || question.kind === 'new_cluster' ? 0 : 2;
    if (draft.label.label.trim() && answers[named]) answer(answers[named]);
  };

  const shortcuts: Shortcuts = {
    ...Object.fromEntries(candidates.map((_, i) => [String(i + 1), () => setDraft({ ...draft, chosen: i })])),
    ...Object.fromEntries(answers.map((one) => [one.key, () => answer(one)])),
    s: () => session.skip(item),
    z: () => setOpen('snooze'),
    m: () => setOpen('note'),
    u: () => session.undo(),
    l: () => nameField.current?.focus(),
    '?': () => setOpen('help'),
  };
  const [ready, setReady] = useState(!surprises);
  useEffect(() => {
    if (ready) return;
    const timer = setTimeout(() => setReady(true), SURPRISE_MS);
    return () => clearTimeout(timer);
  }, [ready]);
  useShortcuts(shortcuts, singleKeys && ready);

  return (
    <div className="question" data-item={item.id} data-kind={item.kind} data-ready={ready}>
      <section className="evidence" aria-label={text.queue.evidence}>
        <Evidence question={question} draft={draft} onDraft={setDraft} />
      </section>
      <aside className="desk" aria-label={text.queue.answers}>
        <h2 ref={heading} tabIndex={-1} className="question-title">
          {titleOf(question, people)}
        </h2>
        <p className="why">{whyOf(question)}</p>
        <Notes notes={item.notes} />
        {NAMED.includes(question.kind) && (
          <LabelField
            value={draft.label}
            onChange={(label) => setDraft((now) => ({ ...now, label }))}
            onSubmit={submitName}
            inputRef={nameField}
            except={item.subject.cluster_id}
          />
        )}
        <AnswerBar answers={answers} onAnswer={answer} />
        <WorkBar
          answers={answers}
          open={open}
          onOpen={setOpen}
          onSkip={() => session.skip(item)}
          onSnooze={snooze}
          onNote={(words) => session.note(item, words)}
          onUndo={() => session.undo()}
        />
      </aside>
    </div>
  );
}

const Notes = ({ notes }: { notes: ReviewItem['notes'] }) =>
  notes.length > 0 && (
    <ul className="notes">
      {notes.map(({ text: words, created_at }) => (
        <li key={created_at}>
          <p>{words}</p>
          <p className="muted">{formatTime(created_at)}</p>
        </li>
      ))}
    </ul>
  );
