-- A review item has a number beside its id: small, stable, counted within its tenant. The drop-in routes of the first earlier API
-- name items by it. The counter stands in the tenant's row, so that no number comes again when items go.

ALTER TABLE "tenants" ADD COLUMN "review_number_last" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "review_items" ADD COLUMN "number" INTEGER NOT NULL DEFAULT 0;

-- Row-level security binds the owner, too: it is lifted for as long as the rows that are there are numbered.
ALTER TABLE "tenants" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "review_items" NO FORCE ROW LEVEL SECURITY;
UPDATE "review_items" SET "number" = counted."number"
FROM (
  SELECT "tenant_id", "id", row_number() OVER (PARTITION BY "tenant_id" ORDER BY "id")::int AS "number" FROM "review_items"
) AS counted
WHERE "review_items"."tenant_id" = counted."tenant_id" AND "review_items"."id" = counted."id";
UPDATE "tenants" SET "review_number_last" =
  (SELECT coalesce(max("number"), 0) FROM "review_items" WHERE "review_items"."tenant_id" = "tenants"."id");
ALTER TABLE "tenants" FORCE ROW LEVEL SECURITY;
ALTER TABLE "review_items" FORCE ROW LEVEL SECURITY;

CREATE UNIQUE INDEX "review_items_tenant_id_number_key" ON "review_items"("tenant_id", "number");

GRANT UPDATE ("review_number_last") ON "tenants" TO kindred_tenant;

-- A trigger, so that no way to insert an item can forget its number. An item that is asked again keeps the number it has; the one
-- that was drawn for it is left out.
CREATE FUNCTION kindred_number_review_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE tenants SET review_number_last = review_number_last + 1
  WHERE id = NEW.tenant_id RETURNING review_number_last INTO NEW.number;
  RETURN NEW;
END
$$;
CREATE TRIGGER number_review_item BEFORE INSERT ON "review_items"
  FOR EACH ROW EXECUTE FUNCTION kindred_number_review_item();
