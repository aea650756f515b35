// Refuses secrets that are none: words from a template, or tokens that can be guessed.

/** Shortest admin token, characters. 16 random base62 characters hold 95 bits. */
const TOKEN_LENGTH_MIN = 16;
/** Fewest different characters in a token: "aaaaaaaaaaaaaaaa" is long and guessable. */
const TOKEN_VARIETY_MIN = 8;

/** RFC 6750 b64token: what can be sent after "Bearer". */
const SENDABLE = /^[A-Za-z0-9\-._~+/]+=*$/;

/** What templates and tutorials write where a secret belongs; compared without case, punctuation and blanks. */
const PLACEHOLDER =
  /change(me|this|it)|replace(me|this|with)|your.*(token|secret|password|key)|(token|secret|password|key)(goes)?here|placeholder|example(token|secret|password|key)|insert.*(token|secret|password|key)|^(x+|todo|tbd|none|null|undefined)$/;
/** Words that are nobody's secret. */
const WORDS =
  /^(my|the|a|super|top|default|admin|kindred|api|auth|access|bearer|secure|strong)*(token|secret|password|passwd|key|admin|test|kindred)+\d{0,4}$/;

const bare = (value: string): string => value.toLowerCase().replace(/[^a-z0-9]/g, '');

const isPlaceholder = (value: string): boolean =>
  PLACEHOLDER.test(bare(value)) || bare(value) === '' || /^<.*>$|^\$\{.*\}$|^\{\{.*\}\}$/.test(value.trim());

/** Why this cannot be an admin token, or undefined. The value itself is never repeated. */
export function faultOfToken(value: string): string | undefined {
  if (isPlaceholder(value) || WORDS.test(bare(value)))
    return 'is a placeholder: put a random token here, or leave it out';
  if (value.length < TOKEN_LENGTH_MIN)
    return `is too short: expected ${TOKEN_LENGTH_MIN} or more random characters`;
  if (!SENDABLE.test(value))
    return 'cannot be sent as a bearer token: expected letters, digits and -._~+/ only';
  if (new Set(value).size < TOKEN_VARIETY_MIN) return 'is guessable: expected random characters';
  return undefined;
}

/** Why this cannot be a database password, or undefined. Short ones are the database's own business. */
export function faultOfPassword(value: string): string | undefined {
  return isPlaceholder(value) ? 'is a placeholder: put the real password here' : undefined;
}

/** Why this cannot be a PostgreSQL URL, or undefined. */
export function faultOfDatabaseUrl(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !['postgres:', 'postgresql:'].includes(url.protocol) || url.pathname.length < 2) {
    return 'expected a URL such as postgresql://user:password@host:5432/database';
  }
  if (url.password === '') return undefined;
  const fault = faultOfPassword(decoded(url.password));
  return fault === undefined ? undefined : `its password ${fault}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
