-- The first shape of Kindred's tables. The sections "Tables", "Indexes of the schema" and "Foreign keys" are what
-- `prisma migrate diff` makes of schema.prisma, completed by hand: SET NULL names its column (tenant_id must stay), and a
-- cluster may name a cover face that is inserted after it. All other sections cannot be expressed in schema.prisma.

-- pgvector gives halfvec and vector ------------------------------------------------------------------------------------

CREATE EXTENSION IF NOT EXISTS vector;

-- Tables ---------------------------------------------------------------------------------------------------------------

CREATE TABLE "tenants" (
    "id" VARCHAR(64) NOT NULL,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tenants_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "api_keys" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "scopes" TEXT[],
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("tenant_id","id")
);

CREATE TABLE "images" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "id" UUID NOT NULL,
    "external_id" TEXT,
    "sha256" CHAR(64) NOT NULL,
    "phash" CHAR(16) NOT NULL,
    "content_type" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "byte_size" INTEGER NOT NULL,
    "captured_at" TIMESTAMPTZ(3),
    "label" TEXT,
    "notes" TEXT[],
    "turn" SMALLINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "images_pkey" PRIMARY KEY ("tenant_id","id")
);

CREATE TABLE "faces" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "cluster_id" UUID,
    "box_x" DOUBLE PRECISION NOT NULL,
    "box_y" DOUBLE PRECISION NOT NULL,
    "box_width" DOUBLE PRECISION NOT NULL,
    "box_height" DOUBLE PRECISION NOT NULL,
    "landmarks" DOUBLE PRECISION[],
    "detection_score" DOUBLE PRECISION NOT NULL,
    "quality" DOUBLE PRECISION NOT NULL,
    "reasons" TEXT[],
    "assignment" TEXT NOT NULL,
    "assigned_by" TEXT NOT NULL,
    "locked" BOOLEAN NOT NULL,
    "state" TEXT NOT NULL,
    "similarity" DOUBLE PRECISION,
    "probability" DOUBLE PRECISION,
    "space" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "faces_pkey" PRIMARY KEY ("tenant_id","id")
);

CREATE TABLE "face_embeddings" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "face_id" UUID NOT NULL,
    "space" TEXT NOT NULL,
    "embedding" halfvec(512) NOT NULL,

    CONSTRAINT "face_embeddings_pkey" PRIMARY KEY ("tenant_id","face_id","space")
);

CREATE TABLE "clusters" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "label" TEXT,
    "external_ref" TEXT,
    "cover_face_id" UUID,
    "merged_into" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "clusters_pkey" PRIMARY KEY ("tenant_id","id")
);

CREATE TABLE "cluster_centroids" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "cluster_id" UUID NOT NULL,
    "space" TEXT NOT NULL,
    "sum" vector(512) NOT NULL,
    "face_count" INTEGER NOT NULL,

    CONSTRAINT "cluster_centroids_pkey" PRIMARY KEY ("tenant_id","cluster_id","space")
);

CREATE TABLE "constraints" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "face_a" UUID NOT NULL,
    "face_b" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "operation_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "constraints_pkey" PRIMARY KEY ("tenant_id","id")
);

CREATE TABLE "review_items" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "subject_key" TEXT NOT NULL,
    "face_id" UUID,
    "cluster_id" UUID,
    "evidence" JSONB NOT NULL,
    "priority" DOUBLE PRECISION NOT NULL,
    "similarity" DOUBLE PRECISION,
    "probability" DOUBLE PRECISION,
    "outcome" JSONB,
    "operation_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),
    "resolved_by" TEXT,

    CONSTRAINT "review_items_pkey" PRIMARY KEY ("tenant_id","id")
);

CREATE TABLE "operations" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "changes" JSONB NOT NULL,
    "summary" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "operations_pkey" PRIMARY KEY ("tenant_id","id")
);

CREATE TABLE "jobs" (
    "tenant_id" VARCHAR(64) NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "progress" JSONB NOT NULL,
    "input" JSONB NOT NULL,
    "result" JSONB,
    "problem" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "jobs_pkey" PRIMARY KEY ("tenant_id","id")
);

CREATE TABLE "embedding_spaces" (
    "id" TEXT NOT NULL,
    "recogniser_sha256" CHAR(64) NOT NULL,
    "width" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "embedding_spaces_pkey" PRIMARY KEY ("id")
);

-- Indexes of the schema ------------------------------------------------------------------------------------------------

CREATE UNIQUE INDEX "api_keys_prefix_key" ON "api_keys"("prefix");
CREATE UNIQUE INDEX "images_tenant_id_sha256_key" ON "images"("tenant_id", "sha256");
CREATE INDEX "faces_tenant_id_cluster_id_id_idx" ON "faces"("tenant_id", "cluster_id", "id");
CREATE INDEX "faces_tenant_id_image_id_id_idx" ON "faces"("tenant_id", "image_id", "id");
CREATE INDEX "clusters_tenant_id_state_id_idx" ON "clusters"("tenant_id", "state", "id");
CREATE INDEX "clusters_tenant_id_merged_into_idx" ON "clusters"("tenant_id", "merged_into");
CREATE INDEX "clusters_tenant_id_cover_face_id_idx" ON "clusters"("tenant_id", "cover_face_id");
CREATE INDEX "constraints_tenant_id_face_a_idx" ON "constraints"("tenant_id", "face_a");
CREATE INDEX "constraints_tenant_id_face_b_idx" ON "constraints"("tenant_id", "face_b");
CREATE INDEX "constraints_tenant_id_operation_id_idx" ON "constraints"("tenant_id", "operation_id");
CREATE INDEX "review_items_tenant_id_state_id_idx" ON "review_items"("tenant_id", "state", "id");
CREATE INDEX "review_items_tenant_id_face_id_idx" ON "review_items"("tenant_id", "face_id");
CREATE INDEX "review_items_tenant_id_cluster_id_idx" ON "review_items"("tenant_id", "cluster_id");
CREATE INDEX "review_items_tenant_id_operation_id_idx" ON "review_items"("tenant_id", "operation_id");
CREATE INDEX "jobs_tenant_id_state_id_idx" ON "jobs"("tenant_id", "state", "id");

-- Foreign keys ---------------------------------------------------------------------------------------------------------

ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "images" ADD CONSTRAINT "images_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "faces" ADD CONSTRAINT "faces_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "faces" ADD CONSTRAINT "faces_tenant_id_image_id_fkey" FOREIGN KEY ("tenant_id", "image_id") REFERENCES "images"("tenant_id", "id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "faces" ADD CONSTRAINT "faces_tenant_id_cluster_id_fkey" FOREIGN KEY ("tenant_id", "cluster_id") REFERENCES "clusters"("tenant_id", "id") ON DELETE SET NULL ("cluster_id") ON UPDATE NO ACTION;
ALTER TABLE "face_embeddings" ADD CONSTRAINT "face_embeddings_tenant_id_face_id_fkey" FOREIGN KEY ("tenant_id", "face_id") REFERENCES "faces"("tenant_id", "id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "clusters" ADD CONSTRAINT "clusters_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "clusters" ADD CONSTRAINT "clusters_tenant_id_cover_face_id_fkey" FOREIGN KEY ("tenant_id", "cover_face_id") REFERENCES "faces"("tenant_id", "id") ON DELETE SET NULL ("cover_face_id") ON UPDATE NO ACTION DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "clusters" ADD CONSTRAINT "clusters_tenant_id_merged_into_fkey" FOREIGN KEY ("tenant_id", "merged_into") REFERENCES "clusters"("tenant_id", "id") ON DELETE SET NULL ("merged_into") ON UPDATE NO ACTION;
ALTER TABLE "cluster_centroids" ADD CONSTRAINT "cluster_centroids_tenant_id_cluster_id_fkey" FOREIGN KEY ("tenant_id", "cluster_id") REFERENCES "clusters"("tenant_id", "id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "constraints" ADD CONSTRAINT "constraints_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "constraints" ADD CONSTRAINT "constraints_tenant_id_face_a_fkey" FOREIGN KEY ("tenant_id", "face_a") REFERENCES "faces"("tenant_id", "id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "constraints" ADD CONSTRAINT "constraints_tenant_id_face_b_fkey" FOREIGN KEY ("tenant_id", "face_b") REFERENCES "faces"("tenant_id", "id") ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE "constraints" ADD CONSTRAINT "constraints_tenant_id_operation_id_fkey" FOREIGN KEY ("tenant_id", "operation_id") REFERENCES "operations"("tenant_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "review_items" ADD CONSTRAINT "review_items_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "review_items" ADD CONSTRAINT "review_items_tenant_id_face_id_fkey" FOREIGN KEY ("tenant_id", "face_id") REFERENCES "faces"("tenant_id", "id") ON DELETE SET NULL ("face_id") ON UPDATE NO ACTION;
ALTER TABLE "review_items" ADD CONSTRAINT "review_items_tenant_id_cluster_id_fkey" FOREIGN KEY ("tenant_id", "cluster_id") REFERENCES "clusters"("tenant_id", "id") ON DELETE SET NULL ("cluster_id") ON UPDATE NO ACTION;
ALTER TABLE "review_items" ADD CONSTRAINT "review_items_tenant_id_operation_id_fkey" FOREIGN KEY ("tenant_id", "operation_id") REFERENCES "operations"("tenant_id", "id") ON DELETE SET NULL ("operation_id") ON UPDATE NO ACTION;
ALTER TABLE "operations" ADD CONSTRAINT "operations_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- Partial indexes ------------------------------------------------------------------------------------------------------

-- One open question per kind and subject.
CREATE UNIQUE INDEX "review_items_one_open_key" ON "review_items" ("tenant_id", "kind", "subject_key")
  WHERE "state" IN ('open', 'claimed');
-- The queue in the order of impact.
CREATE INDEX "review_items_open_impact_idx" ON "review_items" ("tenant_id", "priority" DESC, "id")
  WHERE "state" IN ('open', 'claimed');
-- A pair is held together, or apart, once; retired constraints are history.
CREATE UNIQUE INDEX "constraints_standing_key" ON "constraints" ("tenant_id", "kind", "face_a", "face_b")
  WHERE "retired_at" IS NULL;
-- What a stopped process left behind, over all tenants.
CREATE INDEX "jobs_resumable_idx" ON "jobs" ("created_at", "id") WHERE "state" IN ('queued', 'running');

-- Values ---------------------------------------------------------------------------------------------------------------

ALTER TABLE "tenants"
  ADD CONSTRAINT "tenants_id_check" CHECK ("id" ~ '^[A-Za-z0-9._-]{1,64}$'),
  ADD CONSTRAINT "tenants_version_check" CHECK ("version" >= 1);

ALTER TABLE "images"
  ADD CONSTRAINT "images_sha256_check" CHECK ("sha256" ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT "images_phash_check" CHECK ("phash" ~ '^[0-9a-f]{16}$'),
  ADD CONSTRAINT "images_size_check" CHECK ("width" >= 1 AND "height" >= 1 AND "byte_size" >= 1),
  ADD CONSTRAINT "images_turn_check" CHECK ("turn" IN (0, 90, 180, 270));

ALTER TABLE "faces"
  ADD CONSTRAINT "faces_box_check" CHECK ("box_width" > 0 AND "box_height" > 0),
  ADD CONSTRAINT "faces_landmarks_check" CHECK (cardinality("landmarks") = 10),
  ADD CONSTRAINT "faces_detection_score_check" CHECK ("detection_score" BETWEEN 0 AND 1),
  ADD CONSTRAINT "faces_quality_check" CHECK ("quality" BETWEEN 0 AND 1),
  ADD CONSTRAINT "faces_similarity_check" CHECK ("similarity" BETWEEN -1 AND 1),
  ADD CONSTRAINT "faces_probability_check" CHECK ("probability" BETWEEN 0 AND 1),
  ADD CONSTRAINT "faces_assignment_check" CHECK ("assignment" IN ('assigned', 'created', 'asked', 'unclustered')),
  ADD CONSTRAINT "faces_assigned_by_check" CHECK ("assigned_by" IN ('auto', 'human', 'import')),
  ADD CONSTRAINT "faces_state_check" CHECK ("state" IN ('active', 'unclustered', 'dismissed')),
  ADD CONSTRAINT "faces_dismissed_check" CHECK ("state" <> 'dismissed' OR "cluster_id" IS NULL);

ALTER TABLE "clusters"
  ADD CONSTRAINT "clusters_state_check" CHECK ("state" IN ('pending', 'confirmed', 'ignored', 'merged')),
  ADD CONSTRAINT "clusters_merged_into_check"
    CHECK ("merged_into" IS NULL OR ("state" = 'merged' AND "merged_into" <> "id")),
  ADD CONSTRAINT "clusters_version_check" CHECK ("version" >= 1);

ALTER TABLE "cluster_centroids"
  ADD CONSTRAINT "cluster_centroids_face_count_check" CHECK ("face_count" >= 1);

ALTER TABLE "constraints"
  ADD CONSTRAINT "constraints_kind_check" CHECK ("kind" IN ('must_link', 'cannot_link')),
  ADD CONSTRAINT "constraints_source_check" CHECK ("source" IN ('human', 'import')),
  ADD CONSTRAINT "constraints_faces_check" CHECK ("face_a" < "face_b");

ALTER TABLE "review_items"
  ADD CONSTRAINT "review_items_kind_check" CHECK ("kind" IN ('new_cluster', 'uncertain_assignment', 'merge_suggestion',
    'split_suggestion', 'same_image_conflict', 'suspect_face', 'duplicate_image', 'constraint_conflict')),
  ADD CONSTRAINT "review_items_state_check" CHECK ("state" IN ('open', 'claimed', 'resolved', 'dismissed', 'superseded',
    'expired', 'cancelled')),
  ADD CONSTRAINT "review_items_resolved_check"
    CHECK (("state" IN ('open', 'claimed')) = ("resolved_at" IS NULL)),
  ADD CONSTRAINT "review_items_similarity_check" CHECK ("similarity" BETWEEN -1 AND 1),
  ADD CONSTRAINT "review_items_probability_check" CHECK ("probability" BETWEEN 0 AND 1),
  ADD CONSTRAINT "review_items_version_check" CHECK ("version" >= 1);

ALTER TABLE "jobs"
  ADD CONSTRAINT "jobs_state_check" CHECK ("state" IN ('queued', 'running', 'succeeded', 'failed', 'cancelled'));

ALTER TABLE "embedding_spaces"
  ADD CONSTRAINT "embedding_spaces_sha256_check" CHECK ("recogniser_sha256" ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT "embedding_spaces_width_check" CHECK ("width" BETWEEN 1 AND 512);

-- Roles ----------------------------------------------------------------------------------------------------------------
-- Roles belong to the server, so another database may have made them already. Kindred itself makes them before it comes
-- here; this is for the Prisma command line. The user takes the roles on, and does not inherit them where the server can
-- tell the two apart (PostgreSQL 16): what is allowed to a role is then allowed in a unit of work only.

DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['kindred_tenant', 'kindred_system'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOBYPASSRLS', wanted);
        EXECUTE format('GRANT %I TO CURRENT_USER', wanted)
          || CASE WHEN current_setting('server_version_num')::int >= 160000 THEN ' WITH INHERIT FALSE, SET TRUE' ELSE '' END;
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- made by another session at this moment
      END;
    END IF;
  END LOOP;
END
$$;

-- The role of a tenant's units of work. Embeddings are write-once and operations are never rewritten.
GRANT SELECT, DELETE ON "tenants" TO kindred_tenant;
GRANT UPDATE ("settings", "version", "updated_at") ON "tenants" TO kindred_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE
  ON "api_keys", "images", "faces", "clusters", "cluster_centroids", "constraints", "review_items", "jobs"
  TO kindred_tenant;
GRANT SELECT, INSERT, DELETE ON "face_embeddings", "operations" TO kindred_tenant;

-- The role of the service itself: tenants, the owner of a key, counts, jobs to resume, known spaces.
GRANT SELECT, INSERT, UPDATE, DELETE ON "tenants" TO kindred_system;
GRANT SELECT ON "api_keys" TO kindred_system;
GRANT UPDATE ("last_used_at") ON "api_keys" TO kindred_system;
GRANT SELECT ("tenant_id") ON "images", "faces" TO kindred_system;
GRANT SELECT ("tenant_id", "state") ON "clusters", "review_items" TO kindred_system;
GRANT SELECT ("tenant_id", "id", "kind", "state", "created_at", "started_at") ON "jobs" TO kindred_system;
GRANT SELECT, INSERT ON "embedding_spaces" TO kindred_system;

-- Row-level security ---------------------------------------------------------------------------------------------------
-- FORCE binds the owner of the tables too: whoever is neither role sees nothing. Without a tenant the setting is NULL or
-- '', and no tenant has that id.

DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['api_keys', 'images', 'faces', 'face_embeddings', 'clusters', 'cluster_centroids',
                                      'constraints', 'review_items', 'operations', 'jobs'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format($policy$
      CREATE POLICY tenant_own_rows ON %I TO kindred_tenant
        USING (tenant_id = current_setting('kindred.tenant_id', true))
        WITH CHECK (tenant_id = current_setting('kindred.tenant_id', true))
    $policy$, tenant_table);
  END LOOP;
END
$$;

ALTER TABLE "tenants" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_own_row ON "tenants" TO kindred_tenant
  USING ("id" = current_setting('kindred.tenant_id', true))
  WITH CHECK ("id" = current_setting('kindred.tenant_id', true));

CREATE POLICY system_tenants ON "tenants" TO kindred_system USING (true) WITH CHECK (true);
CREATE POLICY system_find_key ON "api_keys" FOR SELECT TO kindred_system USING (true);
CREATE POLICY system_touch_key ON "api_keys" FOR UPDATE TO kindred_system USING (true) WITH CHECK (true);
CREATE POLICY system_count ON "images" FOR SELECT TO kindred_system USING (true);
CREATE POLICY system_count ON "faces" FOR SELECT TO kindred_system USING (true);
CREATE POLICY system_count ON "clusters" FOR SELECT TO kindred_system USING (true);
CREATE POLICY system_count ON "review_items" FOR SELECT TO kindred_system USING (true);
CREATE POLICY system_resume ON "jobs" FOR SELECT TO kindred_system USING (true);
