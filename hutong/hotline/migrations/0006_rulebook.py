"""Rulebooks: versions of a division's tables. Their rows change while they are drafts and never afterwards."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION hutong_rulebook_is_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'draft' OR (NEW.id, NEW.number) <> (OLD.id, OLD.number) OR NEW.division_id IS DISTINCT FROM OLD.division_id THEN
    RAISE EXCEPTION 'hutong rule 4: rulebook % is no draft and does not change', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rulebook_is_decided_once BEFORE UPDATE ON rulebook_rulebook
  FOR EACH ROW EXECUTE FUNCTION hutong_rulebook_is_decided_once();

-- The rulebook is held until the row is in: nobody approves it meanwhile.
CREATE FUNCTION hutong_rulebook_is_a_draft() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  which uuid;
BEGIN
  FOREACH which IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.rulebook_id] WHEN 'DELETE' THEN ARRAY[OLD.rulebook_id]
                         ELSE ARRAY[OLD.rulebook_id, NEW.rulebook_id] END LOOP
    PERFORM 1 FROM rulebook_rulebook WHERE id = which AND state = 'draft' FOR SHARE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'hutong rule 4: rulebook % is no draft, its rows do not change', which USING ERRCODE = 'check_violation';
    END IF;
  END LOOP;
  RETURN coalesce(NEW, OLD);
END $$;
"""

GUARD = """
CREATE TRIGGER rows_of_a_draft BEFORE INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION hutong_rulebook_is_a_draft();
"""

ROWS = ("rulebook_tier", "rulebook_limit", "rulebook_route", "rulebook_rung", "rulebook_question")

RIGHTS = "REVOKE DELETE ON rulebook_rulebook, rulebook_trial FROM hutong_work"


class Migration(migrations.Migration):
    dependencies = [("hotline", "0005_supervision")]
    operations = [
        migrations.RunSQL(GUARDS),
        *(migrations.RunSQL(GUARD.format(table=table)) for table in ROWS),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
