-- A tenant moves to another embedding space. What the new models see is kept beside what is in force until the switch, and what was in
-- force before is kept beside it until the change is finished or taken back.

CREATE TABLE "model_changes" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "id" UUID NOT NULL,
    "from_space" TEXT NOT NULL,
    "to_space" TEXT NOT NULL,
    "dry_run" BOOLEAN NOT NULL,
    "phase" TEXT NOT NULL,
    "outcome" TEXT,
    "actor" TEXT NOT NULL,
    "job_id" UUID NOT NULL,
    "operation_id" UUID,
    "result" JSONB NOT NULL DEFAULT '{}',
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "switched_at" TIMESTAMPTZ(3),
    "keep_until" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "model_changes_pkey" PRIMARY KEY ("tenant_id","id")
);

-- Images that are done with, or left for after the switch.
CREATE TABLE "model_change_images" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "change_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "problem" TEXT,

    CONSTRAINT "model_change_images_pkey" PRIMARY KEY ("tenant_id","change_id","image_id")
);

-- Measures of known faces by the other models, and faces that only those found, with their vectors until they are placed.
CREATE TABLE "model_change_faces" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "change_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "face_id" UUID,
    "found" BOOLEAN NOT NULL,
    "space" TEXT NOT NULL,
    "detection_score" DOUBLE PRECISION NOT NULL,
    "quality" DOUBLE PRECISION NOT NULL,
    "reasons" TEXT[],
    "box" DOUBLE PRECISION[],
    "landmarks" DOUBLE PRECISION[],
    "embedding" halfvec(512),

    CONSTRAINT "model_change_faces_pkey" PRIMARY KEY ("tenant_id","change_id","id")
);

CREATE INDEX "model_change_images_tenant_id_image_id_idx" ON "model_change_images"("tenant_id", "image_id");
CREATE INDEX "model_change_faces_tenant_id_image_id_idx" ON "model_change_faces"("tenant_id", "image_id");
CREATE INDEX "model_change_faces_tenant_id_face_id_idx" ON "model_change_faces"("tenant_id", "face_id");

ALTER TABLE "model_changes" ADD CONSTRAINT "model_changes_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "model_change_images" ADD CONSTRAINT "model_change_images_tenant_id_change_id_fkey" FOREIGN KEY ("tenant_id", "change_id") REFERENCES "model_changes"("tenant_id", "id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "model_change_images" ADD CONSTRAINT "model_change_images_tenant_id_image_id_fkey" FOREIGN KEY ("tenant_id", "image_id") REFERENCES "images"("tenant_id", "id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "model_change_faces" ADD CONSTRAINT "model_change_faces_tenant_id_change_id_fkey" FOREIGN KEY ("tenant_id", "change_id") REFERENCES "model_changes"("tenant_id", "id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "model_change_faces" ADD CONSTRAINT "model_change_faces_tenant_id_image_id_fkey" FOREIGN KEY ("tenant_id", "image_id") REFERENCES "images"("tenant_id", "id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "model_change_faces" ADD CONSTRAINT "model_change_faces_tenant_id_face_id_fkey" FOREIGN KEY ("tenant_id", "face_id") REFERENCES "faces"("tenant_id", "id") ON DELETE CASCADE ON UPDATE NO ACTION;

-- One change at a time.
CREATE UNIQUE INDEX "model_changes_open_key" ON "model_changes" ("tenant_id") WHERE "phase" <> 'done';
-- A known face is measured once for each direction of a change.
CREATE UNIQUE INDEX "model_change_faces_measured_key" ON "model_change_faces" ("tenant_id", "change_id", "face_id") WHERE NOT "found";

ALTER TABLE "model_changes"
  ADD CONSTRAINT "model_changes_phase_check"
    CHECK ("phase" IN ('embedding', 'switching', 'arriving', 'settled', 'returning', 'erasing', 'done')),
  ADD CONSTRAINT "model_changes_outcome_check"
    CHECK (("phase" IN ('erasing', 'done')) = ("outcome" IS NOT NULL)
      AND "outcome" IN ('kept', 'undone', 'abandoned', 'previewed', 'failed')),
  ADD CONSTRAINT "model_changes_spaces_check" CHECK ("from_space" <> "to_space");
ALTER TABLE "model_change_images" ADD CONSTRAINT "model_change_images_state_check" CHECK ("state" IN ('done', 'late', 'returned'));
ALTER TABLE "model_change_faces"
  ADD CONSTRAINT "model_change_faces_found_check" CHECK (CASE WHEN "found"
    THEN ("face_id" IS NULL) = ("embedding" IS NOT NULL) AND "box" IS NOT NULL AND "landmarks" IS NOT NULL
    ELSE "face_id" IS NOT NULL AND "embedding" IS NULL END);

GRANT SELECT, INSERT, UPDATE, DELETE ON "model_changes", "model_change_images", "model_change_faces" TO kindred_tenant;
GRANT SELECT ("tenant_id", "id", "phase", "keep_until", "requested_at") ON "model_changes" TO kindred_system;

DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['model_changes', 'model_change_images', 'model_change_faces'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format($policy$
      CREATE POLICY tenant_own_rows ON %I TO kindred_tenant
        USING (tenant_id = current_setting('kindred.tenant_id', true))
        WITH CHECK (tenant_id = current_setting('kindred.tenant_id', true))
    $policy$, tenant_table);
  END LOOP;
END
$$;
CREATE POLICY system_resume ON "model_changes" FOR SELECT TO kindred_system USING (true);

-- Vectors of two spaces mean nothing to each other, though they may be equally wide. Whatever compares two names their spaces here.
CREATE FUNCTION kindred_same_space(a TEXT, b TEXT) RETURNS BOOLEAN LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF a IS DISTINCT FROM b THEN
    RAISE EXCEPTION 'embeddings of the spaces "%" and "%" were compared', a, b USING ERRCODE = 'data_exception';
  END IF;
  RETURN true;
END
$$;
