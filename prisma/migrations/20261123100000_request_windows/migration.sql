-- What a tenant's keys have taken of their requests in the running minute, over all processes: see ADR 0035.

CREATE TABLE "request_windows" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "taken" BIGINT NOT NULL,

    CONSTRAINT "request_windows_pkey" PRIMARY KEY ("tenant_id")
);

ALTER TABLE "request_windows" ADD CONSTRAINT "request_windows_tenant_id_fkey"
  FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "request_windows" ADD CONSTRAINT "request_windows_taken_check" CHECK ("taken" >= 0);

-- A tenant's own role counts and erases, and makes itself no room.
GRANT SELECT, DELETE ON "request_windows" TO kindred_tenant;
GRANT SELECT, INSERT, UPDATE ON "request_windows" TO kindred_system;

ALTER TABLE "request_windows" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_own_rows ON "request_windows" TO kindred_tenant
  USING (tenant_id = current_setting('kindred.tenant_id', true))
  WITH CHECK (tenant_id = current_setting('kindred.tenant_id', true));
CREATE POLICY system_count ON "request_windows" TO kindred_system USING (true) WITH CHECK (true);
