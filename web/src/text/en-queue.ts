// The queue, in English: its questions, what each answer does, and what is said when something happens.

const faces = (count: number): string => `${count} ${count === 1 ? 'face' : 'faces'}`;
const itOrThem = (count: number): string => (count === 1 ? 'it' : 'them');

export const queueText = {
  title: 'Review queue',
  left: (count: number) => (count === 1 ? '1 question waits' : `${count} questions wait`),
  answered: (count: number) => (count === 1 ? '1 answered now' : `${count} answered now`),
  today: (count: number) => `${count} today`,
  all: 'All questions',
  only: 'Which questions',
  empty: {
    title: 'Nothing is waiting',
    all: 'Every question is answered, put off, or in someone else’s hands.',
    look: 'Look again',
  },
  gone: { title: 'This question is closed', next: 'Go to the next question' },
  answers: 'Answers',
  evidence: 'Evidence',
  thisFace: 'This face',
  itsPhoto: 'Its photo',
  theFaces: (count: number, shown: number) => (count > shown ? `${shown} of ${faces(count)}` : faces(count)),
  chooseFaces: 'Select the faces that are none; without a selection it means all that are shown.',
  nearest: 'Who comes closest',
  candidates: 'Candidates',
  question: {
    new_cluster: 'Who is this?',
    uncertain_assignment: 'Is this face one of these people?',
    merge_suggestion: 'Are these two one person?',
    split_suggestion: 'Is this more than one person?',
    same_image_conflict: (name: string) => `Which of these two is ${name}?`,
    suspect_face: 'Is this a face?',
    duplicate_image: 'Are these one photo?',
    constraint_conflict: 'Who is right?',
  },
  why: {
    new_cluster: (count: number) =>
      `${faces(count)} that ${count === 1 ? 'resembles' : 'resemble'} nobody known well enough.`,
    ask_band: 'The best candidate is neither clear enough to join nor improbable enough to leave out.',
    margin: 'The best two candidates are too close to each other.',
    merge_suggestion: (shared: number) =>
      shared === 0
        ? 'They resemble each other and share no photo.'
        : `They resemble each other; they share ${shared} ${shared === 1 ? 'photo' : 'photos'}.`,
    split_suggestion: (count: number) =>
      `A stricter look at these ${faces(count)} finds more than one group.`,
    same_image_conflict:
      'Two faces of one photo are both clearly this person. The first keeps the place meanwhile.',
    suspect_face: (reasons: string) => `It was nearly good enough. The doubt: ${reasons}.`,
    duplicate_image: (bits: number) =>
      bits === 0 ? 'The two look the same.' : `The two look nearly the same: ${bits} of 64 bits differ.`,
    constraint_conflict: (
      by: 'import' | 'consolidation' | 'migration',
      what: 'move' | 'merge',
      count: number,
    ) =>
      `${{ import: 'An import', consolidation: 'A new look at all faces', migration: 'A change of model' }[by]} wants to ${
        what === 'move' ? `move ${faces(count)}` : 'join these two people'
      }. That contradicts what a person decided, so nothing was done.`,
  },
  reasons: {
    face_small: 'it is small',
    face_blurred: 'it is blurred',
    face_turned: 'it is turned away',
    face_truncated: 'it is cut off',
    detection_weak: 'the detector was unsure',
    alignment_poor: 'its features do not fit a face well',
    embedding_weak: 'it has little that tells it from others',
  } as Readonly<Record<string, string>>,
  parts: {
    stays: 'Stays',
    part: (n: number) => `Part ${n}`,
    from: 'From',
    to: 'To',
    newPerson: (name: string) => `a new person, ${name}`,
    nobody: 'nobody',
    stands: (constraints: number, locked: number) =>
      [
        constraints > 0 &&
          `${constraints} ${constraints === 1 ? 'decision' : 'decisions'} on which faces belong together or not`,
        locked > 0 &&
          `${faces(locked)} that a person put where ${itOrThem(locked)} ${locked === 1 ? 'is' : 'are'}`,
      ]
        .filter(Boolean)
        .join(' and '),
    standsTitle: 'What a person decided',
    face: (n: number) => `Face ${n}`,
    photo: (n: number) => `Photo ${n}`,
    keptNow: 'keeps the place now',
  },
  action: {
    confirm: 'A new person',
    confirmNamed: (name: string) => `New person: ${name}`,
    assign: (name: string) => `It is ${name}`,
    ignore: 'Hide',
    notAFace: 'Not a face',
    notFaces: (count: number) => (count === 1 ? 'Not a face' : `${count} are not faces`),
    dismiss: 'Do not answer',
    accept: (name: string) => `Yes, ${name}`,
    reject: 'None of these',
    rejectOne: 'Not this person',
    newPerson: 'Somebody new',
    newNamed: (name: string) => `Somebody new: ${name}`,
    merge: 'Same person',
    notSame: 'Two people',
    split: (parts: number) => `Split into ${parts}`,
    keep: 'One person',
    keepOne: (n: number) => `Face ${n}`,
    both: 'Both',
    neither: 'Neither',
    isFace: 'It is a face',
    same: (n: number) => `Same, photo ${n} holds`,
    different: 'Two photos',
    keepHuman: 'Keep what people decided',
    takeProposal: 'Take the proposal',
  },
  /** Somebody without a name, where several are shown: by the number of the candidate, or by the side. */
  unnamed: { candidate: (n: number) => `person ${n}`, side: ['the first', 'the second'] as const },
  /** What an answer does, said before it is given. */
  effect: {
    confirm: (count: number) => `Confirms this person and locks ${faces(count)}.`,
    assign: (count: number, name: string) => `Moves ${faces(count)} to ${name} and locks ${itOrThem(count)}.`,
    ignore: (count: number) => `Hides ${faces(count)}; asks no more about them.`,
    notAFace: (count: number) => `Erases what was computed of ${faces(count)}. This cannot be undone.`,
    dismiss: 'Closes the question; nothing changes.',
    accept: (name: string) => `Moves 1 face to ${name} and locks it.`,
    reject: (count: number) =>
      `Keeps the face apart from ${count === 1 ? 'this person' : `these ${count} people`}.`,
    newPerson: 'Confirms a new person with 1 face, apart from the candidates.',
    merge: (count: number, from: string, into: string) => `Moves ${faces(count)} of ${from} to ${into}.`,
    notSame: 'Keeps the two apart for good.',
    split: (count: number, parts: number) =>
      `Moves ${faces(count)} out into ${parts} new ${parts === 1 ? 'person' : 'people'}.`,
    keep: 'Nothing moves; asked again when it has grown by half.',
    keepOne: (name: string) => `Locks it as ${name}; the other is kept apart.`,
    both: (name: string) => `Locks both as ${name}: a collage or a mirror.`,
    neither: (name: string) => `Keeps both apart from ${name}.`,
    isFace: 'Matches 1 face now, like a new one.',
    same: (count: number) => `Copies decisions about ${faces(count)} to the other photo.`,
    different: 'Remembers that the two are different.',
    keepHuman: 'Nothing changes.',
    takeMove: (count: number, name: string) =>
      `Sets the old decisions aside and moves ${faces(count)} to ${name}.`,
    takeMerge: (count: number) => `Sets the old decisions aside and joins the two: ${faces(count)} move.`,
  },
  /** Answers that somebody gave, as they are told to others. */
  decisions: {
    confirm: 'it is a new person',
    assign_to: 'it is somebody known',
    ignore: 'hidden',
    not_a_face: 'not a face',
    dismiss: 'closed without an answer',
    accept: 'it is the candidate',
    reject: 'it is none of the candidates',
    new_cluster: 'it is somebody new',
    merge: 'the same person',
    not_same: 'two people',
    split: 'split',
    keep: 'one person',
    keep_one: 'one of the two faces',
    both: 'both faces',
    neither: 'neither face',
    is_face: 'it is a face',
    same: 'the same photo',
    different: 'two photos',
    keep_human: 'the earlier decision stands',
    take_proposal: 'the proposal was taken',
  } as Readonly<Record<string, string>>,
  work: {
    skip: 'Skip',
    snooze: 'Put off',
    snoozeFor: { hour: 'For an hour', day: 'Until tomorrow', week: 'For a week' },
    note: 'Note',
    noteTitle: 'Note on this question',
    noteField: 'For people who look at it later',
    noteSave: 'Write note',
    noteSaved: 'The note is written.',
    undo: 'Undo',
    undone: 'Taken back. Here it is again.',
    undoneElsewhere: 'Taken back.',
    happened: (name: string, count: number) => `Answered: ${name}. ${count} answered now.`,
    skipped: 'Skipped.',
    snoozed: 'Put off.',
    nothingToUndo: 'There is nothing to undo in this session.',
    help: 'Keys',
    helpTitle: 'Keys of the queue',
    keysOn: 'Single keys answer questions',
    chooses: 'Choose a candidate or a face',
    name: 'Write a name',
  },
  trouble: {
    notTaken: 'Your answer was not taken.',
    notUndone: 'It was not taken back.',
    closed: (what: string) => `Somebody answered it first: ${what}.`,
    closedMoot: 'Another change has made the question moot.',
    claimed: 'Another reviewer works on this question now.',
    lost: 'Your hold on a question ended, and another reviewer has it now.',
    changed: 'The evidence has changed since you looked. Here it is as it is now.',
    moot: 'Your last answer made the next question moot.',
    conflictTitle: 'An earlier decision says otherwise',
    conflict: (count: number) =>
      `${count === 1 ? 'One earlier decision stands' : `${count} earlier decisions stand`} against this. You may set ${
        count === 1 ? 'it' : 'them'
      } aside; the history keeps ${count === 1 ? 'it' : 'them'}.`,
    override: 'Set it aside and go on',
    labelsTitle: 'Two different names',
    labels: (gone: string, kept: string) => `${gone} goes into ${kept}; the name ${kept} stays.`,
    keepLabel: (kept: string) => `Keep the name ${kept}`,
  },
};
