-- Consolidation: the newest operation of a tenant whose effects the groups were last made from.

ALTER TABLE "tenants" ADD COLUMN "consolidated_through" UUID;

GRANT UPDATE ("consolidated_through") ON "tenants" TO kindred_tenant;

-- Which tenants have changed since, and how long ago: ids and times, nothing of what was done.
GRANT SELECT ("tenant_id", "id", "created_at") ON "operations" TO kindred_system;
CREATE POLICY system_see_changes ON "operations" FOR SELECT TO kindred_system USING (true);
