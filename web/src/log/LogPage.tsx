// Everything that happened in the tenant, newest first, with a way back.
import { useState } from 'react';
import { Choice } from '../components/Choice';
import { text } from '../text/text';
import { History } from './History';
import type { OperationKind } from './use-history';

const words = text.log;

/** What each choice shows; everything when empty. */
const KINDS = {
  all: [],
  human: [
    'cluster_create',
    'cluster_update',
    'cluster_delete',
    'cluster_merge',
    'cluster_split',
    'face_move',
    'face_dismiss',
    'review_decision',
  ],
  assign: ['assign'],
  cluster_merge: ['cluster_merge'],
  cluster_split: ['cluster_split'],
  face_move: ['face_move'],
  review_decision: ['review_decision'],
  undo: ['undo'],
} as const satisfies Record<keyof typeof words.kinds, readonly OperationKind[]>;
const CHOICES = Object.keys(KINDS) as (keyof typeof KINDS)[];

export function LogPage() {
  const [kind, setKind] = useState<keyof typeof KINDS>('all');
  const kinds: readonly OperationKind[] = KINDS[kind];
  return (
    <div className="page">
      <header className="page-head">
        <h1>{words.title}</h1>
        <Choice label={words.kind} names={words.kinds} options={CHOICES} value={kind} onChange={setKind} />
      </header>
      <History about={kinds.length > 0 ? { kinds } : {}} />
    </div>
  );
}
