// Every English sentence of the page that is not about one page alone. Pages add theirs beside it; another language is another folder.
import { bulkText } from './en-bulk';
import { queueText } from './en-queue';
import { facesText, logText, mapText, peopleText, personText, whyText } from './en-people';
import { statisticsText } from './en-statistics';

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export const en = {
  product: 'Kindred',
  nav: {
    label: 'Main',
    queue: 'Queue',
    bulk: 'Together',
    people: 'People',
    map: 'Map',
    log: 'History',
    statistics: 'Statistics',
    skip: 'Skip to content',
  },
  signIn: {
    title: 'Sign in to review',
    key: 'API key',
    keyHint: 'It needs the scopes read and review. It stays in this tab and goes when you close it.',
    chooseTenant: 'Choose a tenant',
    noTenant: 'There is no tenant yet. Create one through the API first.',
    submit: 'Sign in',
    checking: 'Checking the key…',
    missingScopes: (scopes: string) => `This key lacks the scope ${scopes}.`,
    refused: 'This key is unknown, expired or revoked.',
    signOut: 'Sign out',
    changeTenant: 'Change tenant',
  },
  theme: { toDark: 'Dark colours', toLight: 'Light colours' },
  states: {
    loading: 'Loading…',
    offline: 'No connection to the service. What you do now may not be kept.',
    failed: 'This did not work.',
    missing: 'This is not here, or not any more.',
    again: 'Try again',
    notFound: 'There is nothing at this address.',
    home: 'Go to the queue',
    pictureFailed: 'Picture not available',
  },
  dialog: { cancel: 'Cancel', close: 'Close' },
  toasts: { label: 'Messages', dismiss: 'Dismiss message' },
  faces: {
    face: 'Face',
    faceOf: (name: string) => `Face of ${name}`,
    photo: 'Photo',
    photoWithFace: 'Photo with the face marked',
  },
  clusters: {
    unnamed: 'Unnamed person',
    faces: (count: number) => counted(count, 'face', 'faces'),
    photos: (count: number) => counted(count, 'photo', 'photos'),
    questions: (count: number) => counted(count, 'question waits', 'questions wait'),
    state: { pending: 'not yet confirmed', confirmed: 'confirmed', ignored: 'hidden', merged: 'merged' },
  },
  /** A calibrated chance, in words. */
  probability: {
    none: 'no estimate',
    unlikely: 'unlikely',
    possible: 'possible',
    likely: 'likely',
    almostSure: 'almost sure',
    withFigure: (word: string, percent: string) => `${word}, ${percent}`,
    similarity: (value: string) => `similarity ${value}`,
  },
  label: { field: 'Name', suggestions: 'People with this name' },
  queue: queueText,
  statistics: statisticsText,
  bulk: bulkText,
  people: peopleText,
  person: personText,
  faceWork: facesText,
  why: whyText,
  log: logText,
  map: mapText,
};
