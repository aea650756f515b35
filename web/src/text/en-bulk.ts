// The page that answers many questions about new people together, in English.

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
const people = (count: number): string => counted(count, 'new person', 'new people');
const faces = (count: number): string => counted(count, 'face', 'faces');

export const bulkText = {
  title: 'New people, together',
  hint: 'Select those that belong together, or that need the same answer.',
  order: 'Order',
  orders: {
    size: 'Most faces',
    oldest: 'Waiting longest',
    newest: 'Newest',
    similarity: 'Most like somebody known',
  },
  grid: 'New people',
  one: (count: number) => `New person with ${faces(count)}`,
  none: 'No new people wait',
  noneHint: 'The queue may hold other questions.',
  selected: (count: number, faceCount: number) => `${people(count)} selected, ${faces(faceCount)}`,
  selectAll: 'Select all',
  clear: 'Clear selection',
  confirm: 'Each a person of their own',
  confirmTitle: (count: number) => `Keep ${people(count)}?`,
  confirmDetail: (faceCount: number) =>
    `${faces(faceCount)} stay where they are and are never moved by the machine.`,
  confirmGo: 'Keep',
  confirmed: (count: number) => `${people(count)} kept`,
  name: 'All one person…',
  nameTitle: (count: number) => (count === 1 ? 'Who is this?' : `Who are these ${count}?`),
  nameHint: (faceCount: number) =>
    `${faces(faceCount)} become one person: a known name joins them to that person, a new name makes one.`,
  nameGo: 'Name',
  named: (count: number, name: string) => `${people(count)} joined as ${name}`,
  hide: 'Hide',
  hideTitle: (count: number) => `Hide ${people(count)}?`,
  hideDetail: 'They raise no more questions. They can be shown again among the hidden people.',
  hidden: (count: number) => `${people(count)} hidden`,
};
