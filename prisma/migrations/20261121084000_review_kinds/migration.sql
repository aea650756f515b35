-- Review items may be about a pair of clusters, an image, or a pair of images; a human may say that one image shows a
-- person twice.

ALTER TABLE "review_items"
  ADD COLUMN "other_cluster_id" UUID,
  ADD COLUMN "image_id" UUID,
  ADD COLUMN "other_image_id" UUID;

ALTER TABLE "review_items" ADD CONSTRAINT "review_items_tenant_id_other_cluster_id_fkey" FOREIGN KEY ("tenant_id", "other_cluster_id") REFERENCES "clusters"("tenant_id", "id") ON DELETE SET NULL ("other_cluster_id") ON UPDATE NO ACTION;
ALTER TABLE "review_items" ADD CONSTRAINT "review_items_tenant_id_image_id_fkey" FOREIGN KEY ("tenant_id", "image_id") REFERENCES "images"("tenant_id", "id") ON DELETE SET NULL ("image_id") ON UPDATE NO ACTION;
ALTER TABLE "review_items" ADD CONSTRAINT "review_items_tenant_id_other_image_id_fkey" FOREIGN KEY ("tenant_id", "other_image_id") REFERENCES "images"("tenant_id", "id") ON DELETE SET NULL ("other_image_id") ON UPDATE NO ACTION;

-- Whether a question is open or was answered before.
CREATE INDEX "review_items_tenant_id_kind_subject_key_id_idx" ON "review_items"("tenant_id", "kind", "subject_key", "id");

-- Few items name these: partial indexes cost the others nothing. Prisma does not compare partial indexes.
CREATE INDEX "review_items_other_cluster_idx" ON "review_items" ("tenant_id", "other_cluster_id")
  WHERE "other_cluster_id" IS NOT NULL;
CREATE INDEX "review_items_image_idx" ON "review_items" ("tenant_id", "image_id")
  WHERE "image_id" IS NOT NULL;
CREATE INDEX "review_items_other_image_idx" ON "review_items" ("tenant_id", "other_image_id")
  WHERE "other_image_id" IS NOT NULL;

-- same_image_ok: the two faces are of one image and are one person all the same (a collage, a mirror).
ALTER TABLE "constraints" DROP CONSTRAINT "constraints_kind_check";
ALTER TABLE "constraints"
  ADD CONSTRAINT "constraints_kind_check" CHECK ("kind" IN ('must_link', 'cannot_link', 'same_image_ok'));
