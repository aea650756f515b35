-- Undo and history: which operation takes back which, and which faces and clusters an operation is about.

ALTER TABLE "operations" ADD COLUMN "undoes_id" UUID;

-- Subjects outlive what they name: when a face is erased, its id stays here and nothing else.
CREATE TABLE "operation_subjects" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "kind" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,

    CONSTRAINT "operation_subjects_pkey" PRIMARY KEY ("tenant_id","kind","subject_id","operation_id")
);

CREATE INDEX "operations_tenant_id_undoes_id_idx" ON "operations"("tenant_id", "undoes_id");
CREATE INDEX "operation_subjects_tenant_id_operation_id_idx" ON "operation_subjects"("tenant_id", "operation_id");

ALTER TABLE "operations" ADD CONSTRAINT "operations_tenant_id_undoes_id_fkey" FOREIGN KEY ("tenant_id", "undoes_id") REFERENCES "operations"("tenant_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "operation_subjects" ADD CONSTRAINT "operation_subjects_tenant_id_operation_id_fkey" FOREIGN KEY ("tenant_id", "operation_id") REFERENCES "operations"("tenant_id", "id") ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE "operation_subjects"
  ADD CONSTRAINT "operation_subjects_kind_check" CHECK ("kind" IN ('face', 'cluster'));

-- Written once, like the operations.
GRANT SELECT, INSERT, DELETE ON "operation_subjects" TO kindred_tenant;

ALTER TABLE "operation_subjects" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_own_rows ON "operation_subjects" TO kindred_tenant
  USING (tenant_id = current_setting('kindred.tenant_id', true))
  WITH CHECK (tenant_id = current_setting('kindred.tenant_id', true));
