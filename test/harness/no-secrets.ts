// What no log may hold, in whatever test it was written.

/** API keys, generated admin tokens, peppers and master keys; rows of numbers as long as only a vector has. */
const SECRETS: readonly RegExp[] = [
  /kindred_[a-z2-7]{10}_[0-9A-Za-z]{43}/,
  /kindred_(?:admin|pepper)_[0-9A-Za-z]{43}/,
  /kindred_master_[\w-]{43}/,
  /(?:-?\d\.\d+(?:e-?\d+)?,\s?){20}/,
];

/** Throws when a secret stands in the log; it says which kind, and does not repeat it. @param known Secrets of this test. */
export function refuseSecrets(log: string, known: readonly string[]): void {
  const found = [
    ...SECRETS.filter((pattern) => pattern.test(log)).map(String),
    ...known.filter((secret) => log.includes(secret)).map((_, i) => `known secret ${i + 1}`),
  ];
  if (found.length > 0) throw new Error(`a secret stands in the log: ${found.join(', ')}`);
}
