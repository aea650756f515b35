-- Hashes of API keys under a pepper that the database does not hold, and which key another one replaced.

ALTER TABLE "api_keys" ADD COLUMN "pepper_id" TEXT;
ALTER TABLE "api_keys" ADD COLUMN "replaces_id" UUID;

CREATE INDEX "api_keys_tenant_id_replaces_id_idx" ON "api_keys"("tenant_id", "replaces_id");

ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_replaces_id_fkey" FOREIGN KEY ("tenant_id", "replaces_id") REFERENCES "api_keys"("tenant_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;
