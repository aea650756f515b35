-- First answers to requests that a client may send again.

CREATE TABLE "idempotency_keys" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "key_hash" CHAR(64) NOT NULL,
    "fingerprint" CHAR(64) NOT NULL,
    "attempt" UUID NOT NULL,
    "lease_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "status" SMALLINT,
    "headers" JSONB,
    "body" TEXT,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("tenant_id","key_hash")
);

CREATE INDEX "idempotency_keys_expires_at_idx" ON "idempotency_keys"("expires_at");

ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

ALTER TABLE "idempotency_keys"
  ADD CONSTRAINT "idempotency_keys_hashes_check" CHECK ("key_hash" ~ '^[0-9a-f]{64}$' AND "fingerprint" ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT "idempotency_keys_answer_check"
    CHECK (("status" IS NULL) = ("body" IS NULL) AND ("status" IS NULL) = ("headers" IS NULL)),
  ADD CONSTRAINT "idempotency_keys_status_check" CHECK ("status" BETWEEN 200 AND 499);

GRANT SELECT, INSERT, UPDATE, DELETE ON "idempotency_keys" TO kindred_tenant;
-- The sweep: whose rows they are and what they hold is not for it.
GRANT SELECT ("expires_at"), DELETE ON "idempotency_keys" TO kindred_system;

ALTER TABLE "idempotency_keys" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_own_rows ON "idempotency_keys" TO kindred_tenant
  USING (tenant_id = current_setting('kindred.tenant_id', true))
  WITH CHECK (tenant_id = current_setting('kindred.tenant_id', true));
CREATE POLICY system_see_expired ON "idempotency_keys" FOR SELECT TO kindred_system USING ("expires_at" <= now());
CREATE POLICY system_sweep_expired ON "idempotency_keys" FOR DELETE TO kindred_system USING ("expires_at" <= now());
