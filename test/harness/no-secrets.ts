// What no log may hold, in whatever test it was written.

/** A number as JSON and Node print it. */
const NUMBER = String.raw`-?\d+(?:\.\d+)?(?:e[-+]?\d+)?`;
/** As many in a row as only a vector or bytes have. Landmarks of a face are ten. */
const MANY = 20;

const SECRETS: readonly RegExp[] = [
  // API keys, generated admin tokens, peppers and master keys; a credential as a header.
  /kindred_[a-z2-7]{10}_[0-9A-Za-z]{43}/,
  /kindred_(?:admin|pepper)_[0-9A-Za-z]{43}/,
  /kindred_master_[\w-]{43}/,
  /bearer +[0-9a-z._~+/-]{16}/i,
  // The key that signs receipts, and the password in a database's address.
  /-----BEGIN [A-Z ]*PRIVATE KEY/,
  /postgres(?:ql)?:\/\/[^\s:@"/]+:[^\s@"/]+@/,
  // Vectors: a list, one over several lines, a typed array that became an object; bytes of a picture likewise.
  new RegExp(String.raw`(?:${NUMBER},\s*){${MANY}}`),
  new RegExp(String.raw`(?:"?\d+"?:\s?${NUMBER},\s*){${MANY}}`),
  // Pictures in base64 (JPEG, PNG), and the names of files that clients chose.
  /\/9j\/[0-9A-Za-z+/]{40}|iVBORw0KGgo/,
  /"?(?:originalname|filename|file_name)"?[=:]/i,
];

/** Throws when a secret stands in the log; it says which kind, and does not repeat it. @param known Secrets of this test. */
export function refuseSecrets(log: string, known: readonly string[]): void {
  const found = [
    ...SECRETS.filter((pattern) => pattern.test(log)).map(String),
    ...known.filter((secret) => log.includes(secret)).map((_, i) => `known secret ${i + 1}`),
  ];
  if (found.length > 0) throw new Error(`a secret stands in the log: ${found.join(', ')}`);
}
