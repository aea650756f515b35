-- People who must not be grouped: what is kept of them so that later faces of theirs are dismissed when they come.

CREATE TABLE "opt_outs" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "id" UUID NOT NULL,
    "space" TEXT NOT NULL,
    "sum" vector(512) NOT NULL,
    "face_count" INTEGER NOT NULL,
    "reference" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "opt_outs_pkey" PRIMARY KEY ("tenant_id","id","space")
);

ALTER TABLE "opt_outs" ADD CONSTRAINT "opt_outs_tenant_id_fkey"
  FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- Comes with the tenant's lock, so that a photo of a tenant without opt-outs asks nothing more.
ALTER TABLE "tenants" ADD COLUMN "opt_out_count" INTEGER NOT NULL DEFAULT 0;
GRANT UPDATE ("opt_out_count") ON "tenants" TO kindred_tenant;

GRANT SELECT, INSERT, DELETE ON "opt_outs" TO kindred_tenant;

ALTER TABLE "opt_outs" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_own_rows ON "opt_outs" TO kindred_tenant
  USING (tenant_id = current_setting('kindred.tenant_id', true))
  WITH CHECK (tenant_id = current_setting('kindred.tenant_id', true));
