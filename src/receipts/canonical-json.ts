// One JSON text for one value (RFC 8785): what a signature is made over.
import canonicalize from 'canonicalize';

/** @throws TypeError for what JSON cannot say. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('the value has no JSON');
  return text;
}
