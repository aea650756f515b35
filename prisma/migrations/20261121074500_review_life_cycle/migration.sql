-- Who works on a question, until when it sleeps, who passed on it, and what people wrote on it.
-- A claimed item keeps the state `open`: claimed is an open item whose lease has not ended, so nothing has to be swept.

ALTER TABLE "review_items"
  ADD COLUMN "assignee" TEXT,
  ADD COLUMN "lease_expires_at" TIMESTAMPTZ(3),
  ADD COLUMN "snoozed_until" TIMESTAMPTZ(3),
  ADD COLUMN "skips" JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN "notes" JSONB NOT NULL DEFAULT '[]';

ALTER TABLE "review_items"
  ADD CONSTRAINT "review_items_lease_check" CHECK (("assignee" IS NULL) = ("lease_expires_at" IS NULL)),
  ADD CONSTRAINT "review_items_notes_check" CHECK (jsonb_typeof("notes") = 'array' AND jsonb_array_length("notes") <= 50),
  ADD CONSTRAINT "review_items_skips_check" CHECK (jsonb_typeof("skips") = 'array' AND jsonb_array_length("skips") <= 50);

-- The queue in the order of impact, with age: see src/database/review-item-order.ts, whose expression this is.
DROP INDEX "review_items_open_impact_idx";
CREATE INDEX "review_items_open_impact_idx" ON "review_items" ("tenant_id",
    (("priority" - EXTRACT(EPOCH FROM ("created_at" - TIMESTAMPTZ '2026-01-01 00:00:00+00'))::float8 / 864000)) DESC, "id")
  WHERE "state" IN ('open', 'claimed');
-- Answers in the order of time, for statistics.
CREATE INDEX "review_items_resolved_idx" ON "review_items" ("tenant_id", "resolved_at") WHERE "state" = 'resolved';
