"""The second wall goes round what hangs on a case too; and what a page has no business to write, or nobody to rewrite, stays as it is."""

# ruff: noqa: S608 every part is a constant of this file

import django.db.models.deletion
from django.db import migrations, models

# A contact, a call, a call-back and an order belong to an office whatever became of them; but where their case is restricted, or one of
# those from which somebody must keep away, they are as far from that person as the case. `hutong.kept_contacts` are the contacts of such
# cases that would be there else: those of the office, of the centres below it, and what the person took.
# What an office sent itself it knows: sent again, it is found again.
ENTER = """
CREATE FUNCTION hutong_kept_contacts() RETURNS uuid[] LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('hutong.kept_contacts', true), ''), '{}')::uuid[]
$$;
CREATE OR REPLACE FUNCTION hutong_enter(which uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  today date := hutong_today();
  mine network_post;
  kept uuid[];
  contacts uuid[] := '{}';
BEGIN
  SELECT p.* INTO mine FROM network_post p JOIN network_staff s ON s.id = p.staff_id WHERE p.id = which AND s.is_active
    AND p.valid_from <= today AND (p.valid_to IS NULL OR p.valid_to > today)
    AND p.role NOT IN ('administrator', 'security_officer', 'auditor') AND hutong_in_service(p.office_id, today);
  kept := hutong_kept_from(mine.id);
  IF kept <> '{}' THEN
    SELECT coalesce(array_agg(t.id), '{}') INTO contacts FROM cases_contact l JOIN contacts_contact t ON t.id = l.contact_id
      JOIN network_office o ON o.id = t.centre_id WHERE l.case_id = ANY (kept)
      AND (mine.office_id IN (t.centre_id, o.parent_id) OR t.taken_by_id = mine.id);
  END IF;
  PERFORM set_config('hutong.post', coalesce(mine.id::text, ''), false),
    set_config('hutong.staff', coalesce(mine.staff_id::text, ''), false),
    set_config('hutong.office', coalesce(mine.office_id::text, ''), false),
    set_config('hutong.approved', hutong_is_approved(mine.id, today)::text, false),
    set_config('hutong.kept', coalesce(nullif(kept, '{}')::text, ''), false),
    set_config('hutong.kept_contacts', coalesce(nullif(contacts, '{}')::text, ''), false),
    set_config('hutong.held', coalesce(nullif(hutong_opened_by(mine.id), '{}')::text, ''), false);
END $$;
"""

OFFICE, POST = "(SELECT hutong_office())", "(SELECT hutong_post())"
KEPT, KEPT_CONTACTS = "ALL ((SELECT hutong_kept())::uuid[])", "ALL ((SELECT hutong_kept_contacts())::uuid[])"
OF_A_CASE = "(SELECT true FROM cases_case c WHERE c.id = {table}.case_id LIMIT 1)"
BY_LINK = "(SELECT true FROM cases_contact l WHERE l.contact_id = {table}.{column} LIMIT 1)"
BELOW = f"centre_id IN (SELECT o.id FROM network_office o WHERE o.parent_id = {OFFICE})"
MY_LEG = f"(SELECT true FROM calls_leg l WHERE l.call_id = calls_call.id AND l.post_id = {POST} LIMIT 1)"
NOT_KEPT = f"(case_id IS NULL OR case_id <> {KEPT})"
CALL_NOT_KEPT = f"({NOT_KEPT} AND (contact_id IS NULL OR contact_id <> {KEPT_CONTACTS}))"

# As before, but for what is kept; whoever is in a talk now keeps it, whatever the case became meanwhile.
WALLED = {
    "contacts_contact": f"(sender_id = {OFFICE} OR (centre_id = {OFFICE} OR taken_by_id = {POST}) AND id <> {KEPT_CONTACTS} OR {BY_LINK})",
    "calls_call": f"""((centre_id = {OFFICE} OR operator_id = {POST} OR {BELOW} OR {MY_LEG}) AND {CALL_NOT_KEPT}
      OR state <> 'ended' AND {MY_LEG} OR {OF_A_CASE} OR {BY_LINK})""",
    "calls_call_back": f"((centre_id = {OFFICE} OR taken_by_id = {POST}) AND {NOT_KEPT} OR {OF_A_CASE})",
    "supervision_order": f"((office_id = {OFFICE} OR issuer_id = {OFFICE}) AND {NOT_KEPT} OR {OF_A_CASE})",
}
SEES = """(array_position(seen_by, (SELECT hutong_office())) IS NOT NULL AND id <> ALL ((SELECT hutong_kept())::uuid[])
  AND ((SELECT hutong_approved()) OR worker_id = (SELECT hutong_post()))
  OR id = ANY ((SELECT hutong_held())::uuid[]))"""
CALL = f"""
CREATE OR REPLACE FUNCTION hutong_sees_call(which uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM calls_call k CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM calls_leg l WHERE l.call_id = k.id AND l.post_id = hutong_post()) AS mine
  ) AS leg WHERE k.id = which AND (
    (k.centre_id = hutong_office() OR k.operator_id = hutong_post() OR leg.mine
      OR EXISTS (SELECT FROM network_office o WHERE o.id = k.centre_id AND o.parent_id = hutong_office()))
    AND (k.case_id IS NULL OR k.case_id <> ALL (hutong_kept()))
    AND (k.contact_id IS NULL OR k.contact_id <> ALL (hutong_kept_contacts()))
    OR k.state <> 'ended' AND leg.mine
    OR EXISTS (SELECT FROM cases_case WHERE {SEES}
               AND id IN (k.case_id, (SELECT l.case_id FROM cases_contact l WHERE l.contact_id = k.contact_id)))))
$$;
"""

# What the worker, the keeper and the command line write, and no page: seals of the log, how it stands with backups, the end of keys.
PAGES = """
CREATE FUNCTION hutong_not_by_pages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 'hutong_desk' IN (session_user, current_setting('role')) THEN
    RAISE EXCEPTION 'hutong: no page writes %', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
"""
NOT_BY_PAGES = {
    "audit_seal": "INSERT",
    "audit_checkpoint": "INSERT",
    "audit_sink": "INSERT OR UPDATE",
    "audit_waiting": "DELETE",
    "keys_data_key": "UPDATE OR DELETE",
    "retention_erasure": "INSERT",
    "keeping_state": "INSERT OR UPDATE",
}

# A post, an office and a report are what they are for good. What ended does not begin again: another post is given, another office
# set up.
STAYS = """
CREATE FUNCTION hutong_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'hutong: % % stays what it is', TG_TABLE_NAME, OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER post_stays BEFORE UPDATE ON network_post FOR EACH ROW WHEN (
  (OLD.id, OLD.staff_id, OLD.office_id, OLD.role) IS DISTINCT FROM (NEW.id, NEW.staff_id, NEW.office_id, NEW.role)
  OR OLD.valid_to <= hutong_today() AND (NEW.valid_to IS NULL OR NEW.valid_to > OLD.valid_to)) EXECUTE FUNCTION hutong_stays();
CREATE TRIGGER office_stays BEFORE UPDATE ON network_office FOR EACH ROW WHEN (
  (OLD.id, OLD.code, OLD.kind) IS DISTINCT FROM (NEW.id, NEW.code, NEW.kind)
  OR OLD.valid_to <= hutong_today() AND (NEW.valid_to IS NULL OR NEW.valid_to > OLD.valid_to)) EXECUTE FUNCTION hutong_stays();
CREATE TRIGGER wall_stays BEFORE UPDATE ON network_session FOR EACH ROW WHEN (OLD.is_wall AND NOT NEW.is_wall)
  EXECUTE FUNCTION hutong_stays();

CREATE FUNCTION hutong_contact_keeps() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM retention_erasure WHERE kind = 'contact' AND row_id = OLD.id) THEN
    RAISE EXCEPTION 'hutong: what was told in contact % stays as it came', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER contact_keeps BEFORE UPDATE ON contacts_contact FOR EACH ROW WHEN (
  (OLD.id, OLD.centre_id, OLD.sender_id, OLD.received_at, OLD.narrative)
  IS DISTINCT FROM (NEW.id, NEW.centre_id, NEW.sender_id, NEW.received_at, NEW.narrative)) EXECUTE FUNCTION hutong_contact_keeps();
"""

# `0024_hours` made it anew without this.
AS_OWNER = "ALTER FUNCTION hutong_uncount_day() SECURITY DEFINER SET search_path = public, pg_temp"

# What runs as the owner is called by the roles of the product alone; what guards a table, by the tables alone: hung on a table of
# somebody's own, it would write in the owner's name what that table holds.
CALLERS = """
DO $$
DECLARE
  each record;
BEGIN
  FOR each IN SELECT oid::regprocedure AS name, prorettype = 'trigger'::regtype AS is_guard FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'hutong\\_%' AND (prosecdef OR prorettype = 'trigger'::regtype) LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', each.name);
    IF NOT each.is_guard THEN
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hutong_work', each.name);
    END IF;
  END LOOP;
END $$;
"""


def walls() -> str:
    """The statements that raise it anew, table by table."""
    columns = {"contacts_contact": "id"}  # by which a link leads to a case
    return "\n".join(
        f"ALTER POLICY desk_all ON {table} USING ({sees.format(table=table, column=columns.get(table, 'contact_id'))});"
        for table, sees in WALLED.items()
    )


def not_by_pages() -> str:
    """The guards, table by table."""
    return "\n".join(
        f"CREATE TRIGGER not_by_pages BEFORE {deeds} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION hutong_not_by_pages();"
        for table, deeds in NOT_BY_PAGES.items()
    )


class Migration(migrations.Migration):
    dependencies = [("hotline", "0026_stays")]
    operations = [
        migrations.AddField(
            "seat",
            "session",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.session"),
        ),
        *(migrations.RunSQL(sql) for sql in (ENTER, CALL, walls(), PAGES, not_by_pages(), STAYS, AS_OWNER, CALLERS)),
    ]
