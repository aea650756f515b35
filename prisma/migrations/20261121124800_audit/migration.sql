-- The audit log: append-only, hash-chained for each tenant, without the tenant's name, so that it may outlive the tenant.

-- The pseudonym of a tenant. Tenants that are there already get one that nobody can compute from their name.
ALTER TABLE "tenants" ADD COLUMN "audit_ref" TEXT NOT NULL DEFAULT replace((gen_random_uuid())::text, '-'::text, ''::text);

CREATE TABLE "audit_events" (
    "tenant_ref" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "event" TEXT NOT NULL,
    "prev_hash" CHAR(64) NOT NULL,
    "hash" CHAR(64) NOT NULL,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("tenant_ref","seq")
);

CREATE UNIQUE INDEX "tenants_audit_ref_key" ON "tenants"("audit_ref");

-- The chain is made here, not by the application: a row says what happened, its place and its hashes are given to it. The
-- tenant's lock keeps two writers apart; without it, the primary key does.
CREATE FUNCTION audit_events_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last record;
BEGIN
  SELECT seq, hash INTO last FROM audit_events WHERE tenant_ref = NEW.tenant_ref ORDER BY seq DESC LIMIT 1;
  NEW.seq := coalesce(last.seq, 0) + 1;
  NEW.prev_hash := coalesce(last.hash, repeat('0', 64));
  NEW.hash := encode(sha256(convert_to(
    concat_ws(E'\n', NEW.prev_hash, NEW.tenant_ref, NEW.seq, NEW.event), 'UTF8')), 'hex');
  RETURN NEW;
END
$$;
CREATE TRIGGER audit_events_chain BEFORE INSERT ON "audit_events" FOR EACH ROW EXECUTE FUNCTION audit_events_chain();

CREATE FUNCTION audit_events_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit events are neither changed nor deleted' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_events_stay BEFORE UPDATE OR DELETE ON "audit_events" FOR EACH ROW EXECUTE FUNCTION audit_events_stay();
CREATE TRIGGER audit_events_stay_whole BEFORE TRUNCATE ON "audit_events" FOR EACH STATEMENT EXECUTE FUNCTION audit_events_stay();

-- No way to change faces and clusters goes past the log: every operation is an event. Its summary holds counts.
CREATE FUNCTION operations_are_audited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_events (tenant_ref, seq, event, prev_hash, hash)
  SELECT audit_ref, 0, jsonb_build_object(
           'at', to_char(NEW.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'actor', NEW.actor,
           'action', 'operation.' || NEW.kind,
           'subject_id', NEW.id,
           'details', NEW.summary)::text, '', ''
  FROM tenants WHERE id = NEW.tenant_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER operations_are_audited AFTER INSERT ON "operations" FOR EACH ROW EXECUTE FUNCTION operations_are_audited();

GRANT SELECT, INSERT ON "audit_events" TO kindred_tenant;
GRANT SELECT ON "audit_events" TO kindred_system;

ALTER TABLE "audit_events" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_own_rows ON "audit_events" TO kindred_tenant
  USING (tenant_ref = (SELECT audit_ref FROM tenants WHERE id = current_setting('kindred.tenant_id', true)))
  WITH CHECK (tenant_ref = (SELECT audit_ref FROM tenants WHERE id = current_setting('kindred.tenant_id', true)));
CREATE POLICY system_verify ON "audit_events" FOR SELECT TO kindred_system USING (true);
