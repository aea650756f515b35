// The statistics page, in English.

export const statisticsText = {
  title: 'Statistics',
  asOf: (time: string) => `As of ${time}`,
  waiting: 'Waiting',
  answeredToday: 'Answered today',
  claimed: 'In someone’s hands',
  asleep: 'Put off',
  byKind: 'Questions by kind',
  kind: 'Question',
  open: 'Open',
  agreement: 'How often people agree with the machine',
  agreementSince: (time: string) => `Answers since ${time}`,
  agreed: 'Agreed',
  answered: 'Answered',
  rate: 'Share',
  byProbability: '“Is it one of these?” by the machine’s estimate',
  estimate: 'Estimate',
  between: (from: string, to: string) => `${from} to ${to}`,
  advice: (threshold: string) =>
    `These answers advise an accept threshold of ${threshold}: above it people nearly always agreed.`,
  noAdvice: 'Too few answers yet to advise a threshold: it takes 600.',
  none: '–',
};
