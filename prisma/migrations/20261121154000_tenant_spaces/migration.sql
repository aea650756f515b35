-- The space in which a tenant's faces are compared belongs to the tenant: which model pack the service prefers today does not
-- change what its faces were embedded with. Null until a face is stored.

ALTER TABLE "tenants" ADD COLUMN "space" TEXT;

-- Row-level security binds the owner, too: it is lifted for as long as the tenants that are there are told their spaces.
ALTER TABLE "tenants" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "faces" NO FORCE ROW LEVEL SECURITY;
UPDATE "tenants" SET "space" =
  (SELECT "space" FROM "faces" WHERE "faces"."tenant_id" = "tenants"."id" ORDER BY "faces"."id" DESC LIMIT 1);
ALTER TABLE "tenants" FORCE ROW LEVEL SECURITY;
ALTER TABLE "faces" FORCE ROW LEVEL SECURITY;

GRANT UPDATE ("space") ON "tenants" TO kindred_tenant;
