// What a key may do. A scope never includes another: a key lists all that it needs.

/**
 * ingest: send images. read: see images, faces, clusters, review items. review: decide, label, merge, move. erase: delete.
 * embeddings: take embeddings out. admin: settings and keys of the key's own tenant.
 */
export const SCOPES = ['ingest', 'read', 'review', 'erase', 'embeddings', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

export const isScope = (value: string): value is Scope => (SCOPES as readonly string[]).includes(value);
