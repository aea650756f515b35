// What the HTTP API answers, as far as the command line reads it.

export interface FaceAnswer {
  readonly id: string;
  readonly image_id: string;
  readonly cluster_id: string | null;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly assignment: 'assigned' | 'created' | 'asked' | 'unclustered';
  readonly probability: number | null;
  readonly quality: number;
  readonly reasons: readonly string[];
}

export interface ImageAnswer {
  readonly id: string;
  readonly faces: readonly FaceAnswer[];
  readonly notes: readonly string[];
}

export interface ClusterAnswer {
  readonly id: string;
  readonly state: string;
  readonly label: string | null;
  readonly face_count: number;
  readonly image_count: number;
}

export interface ReviewItemAnswer {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly priority: number;
  readonly subject: {
    readonly face_id: string | null;
    readonly cluster_id: string | null;
    readonly other_cluster_id: string | null;
  };
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** Originals of a page, counts. */
export interface EncryptionAnswer {
  readonly encrypted: number;
  readonly encrypted_before: number;
  readonly missing: number;
  readonly next_cursor: string | null;
}

export interface ModelChangeAnswer {
  readonly id: string;
  readonly phase: string;
  readonly outcome: string | null;
  readonly job_id: string;
}

export interface JobAnswer {
  readonly id: string;
  readonly state: string;
  readonly progress: Readonly<Record<string, unknown>>;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly problem: Readonly<Record<string, unknown>> | null;
}

export interface AnsweredItemAnswer {
  readonly kind: string;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly outcome: Readonly<Record<string, unknown>> | null;
}

export interface AuditEventAnswer {
  readonly audit_ref: string;
  readonly seq: number;
  readonly text: string;
  readonly prev_hash: string;
  readonly hash: string;
}

export interface AuditChainAnswer {
  readonly audit_ref: string;
  readonly tenant_id: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

export interface TenantAnswer {
  readonly id: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly version: number;
  readonly image_count: number;
  readonly face_count: number;
  readonly cluster_count: number;
  readonly open_review_count: number;
  readonly space: string | null;
  readonly erasure_id: string | null;
}

export interface RetentionAnswer {
  readonly tenant_id: string;
  readonly legal_hold: boolean;
  readonly tenant_erasure: { readonly rule: string; readonly erase_at: string } | null;
  readonly would_erase: { readonly tenant: boolean; readonly images: number };
}

export interface ErasureAnswer {
  readonly id: string;
  readonly phase: string;
  readonly erased: Readonly<Record<string, number>>;
  readonly salt: string | null;
  readonly receipt: Readonly<Record<string, unknown>> | null;
}

/** What an import added. */
export interface ImportAnswer {
  readonly mapped: Readonly<Record<string, string>>;
  readonly images: number;
  readonly faces: number;
  readonly clusters: number;
  readonly constraints: number;
  readonly review_items: number;
  readonly erased: number;
  readonly conflicts: number;
  readonly waiting_constraint_ids: readonly string[];
  readonly left_out_items: number;
}
