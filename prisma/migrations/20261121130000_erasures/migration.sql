-- Erasures that are under way or done. Their rows outlive what they erased, so they name nobody once they are done: the
-- tenant and the subject are then known by a pseudonym in the receipt alone.

CREATE TABLE "erasures" (
    "id" UUID NOT NULL,
    "of_tenant" VARCHAR(64),
    "kind" TEXT NOT NULL,
    "subject_id" UUID,
    "salt" CHAR(64),
    "phase" TEXT NOT NULL,
    "counts" JSONB NOT NULL DEFAULT '{}',
    "work" JSONB NOT NULL DEFAULT '{}',
    "receipt" TEXT,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "erasures_pkey" PRIMARY KEY ("id")
);

-- Keys that receipts were signed with: public halves only, so that every process can tell all of them.
CREATE TABLE "receipt_keys" (
    "id" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "receipt_keys_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "erasures_of_tenant_idx" ON "erasures"("of_tenant");

-- Set from the moment an erasure of the tenant is accepted: from then on nothing is written for it.
ALTER TABLE "tenants" ADD COLUMN "erasure_id" UUID;

CREATE INDEX "erasures_open_idx" ON "erasures" ("requested_at", "id") WHERE "phase" <> 'done';

ALTER TABLE "erasures"
  ADD CONSTRAINT "erasures_kind_check" CHECK ("kind" IN ('tenant', 'cluster', 'image', 'face')),
  ADD CONSTRAINT "erasures_phase_check" CHECK ("phase" IN ('rows', 'messages', 'files', 'indexes', 'verify', 'done')),
  ADD CONSTRAINT "erasures_done_check" CHECK (("phase" = 'done') = ("receipt" IS NOT NULL AND "finished_at" IS NOT NULL)),
  ADD CONSTRAINT "erasures_unnamed_check"
    CHECK ("phase" <> 'done' OR ("subject_id" IS NULL AND "salt" IS NULL AND "of_tenant" IS NULL AND "work" = '{}'));

-- A tenant asks for its erasures and works on them; it ends none: what is done belongs to nobody.
GRANT SELECT, INSERT ON "erasures" TO kindred_tenant;
GRANT UPDATE ("phase", "counts", "work") ON "erasures" TO kindred_tenant;
GRANT UPDATE ("erasure_id") ON "tenants" TO kindred_tenant;
GRANT SELECT, UPDATE ON "erasures" TO kindred_system;
GRANT SELECT, INSERT ON "receipt_keys" TO kindred_system;

ALTER TABLE "erasures" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_own_erasures ON "erasures" TO kindred_tenant
  USING (of_tenant = current_setting('kindred.tenant_id', true))
  WITH CHECK (of_tenant = current_setting('kindred.tenant_id', true));
CREATE POLICY system_erasures ON "erasures" TO kindred_system USING (true) WITH CHECK (true);
