-- Retention: when a tenant was last used, what was announced to it, and what a person's consent is filed under.

ALTER TABLE "tenants"
  ADD COLUMN "last_used_at" TIMESTAMPTZ(3),
  ADD COLUMN "retention_state" JSONB NOT NULL DEFAULT '{}';

ALTER TABLE "clusters" ADD COLUMN "consent_ref" TEXT;

-- Tenants that are there already count as used now: nobody noted it before.
UPDATE "tenants" SET "last_used_at" = now();

GRANT UPDATE ("retention_state") ON "tenants" TO kindred_tenant;
