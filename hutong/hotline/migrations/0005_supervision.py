"""Orders, and the ladder of a missed deadline: the tables, and what the database itself refuses about them.

An open order has exactly one running clock, every change of an order its event, and no recused office an order about the case.
"""

from django.db import migrations

# One function for every table of clocks. The ladder's rung rises as the warnings do.
CLOCK = """
CREATE OR REPLACE FUNCTION hutong_clock_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before record;
BEGIN
  IF OLD.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'hutong: clock % has ended and does not change', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  before := OLD;
  before.next_alarm_at := NEW.next_alarm_at;
  before.next_rung_at := NEW.next_rung_at;
  before.rung := greatest(OLD.rung, NEW.rung);
  before.warned := greatest(OLD.warned, NEW.warned);
  before.missed_at := coalesce(OLD.missed_at, NEW.missed_at);
  before.ended_at := NEW.ended_at;
  IF before IS DISTINCT FROM NEW THEN
    RAISE EXCEPTION 'hutong: clock % never moves; start a new one', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_clock_only_ends BEFORE UPDATE ON supervision_clock FOR EACH ROW EXECUTE FUNCTION hutong_clock_only_ends();
"""

# When the next rung is due is the timer's own note: that it is put off until its moment is nothing that happened to the case.
NOTED = """
DROP TRIGGER part_holds ON clocks_clock;
CREATE CONSTRAINT TRIGGER part_holds AFTER INSERT OR DELETE OR UPDATE OF id, case_id, limit_id, tier, step, unit, started_at, due_at,
    is_provisional, extension_days, next_alarm_at, warned, missed_at, rung, ended_at, set_by_id, why, replaces_id ON clocks_clock
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hutong_part_holds();
"""

ORDER = """
CREATE TRIGGER order_event_append_only BEFORE UPDATE OR DELETE ON supervision_event
  FOR EACH ROW EXECUTE FUNCTION hutong_refuse_change();
CREATE TRIGGER order_event_no_truncate BEFORE TRUNCATE ON supervision_event EXECUTE FUNCTION hutong_refuse_change();
CREATE TRIGGER order_event_stamp BEFORE INSERT ON supervision_event FOR EACH ROW EXECUTE FUNCTION hutong_event_stamp();

CREATE FUNCTION hutong_order_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.version <> OLD.version + 1
     OR (NEW.number, NEW.year, NEW.serial, NEW.case_id, NEW.office_id, NEW.issuer_id) IS DISTINCT FROM
        (OLD.number, OLD.year, OLD.serial, OLD.case_id, OLD.office_id, OLD.issuer_id)
     OR (NEW.subject, NEW.text, NEW.tier, NEW.issued_at) IS DISTINCT FROM (OLD.subject, OLD.text, OLD.tier, OLD.issued_at) THEN
    RAISE EXCEPTION 'hutong: order % changes by one version, and never what it says', OLD.number USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_counts BEFORE UPDATE ON supervision_order FOR EACH ROW EXECUTE FUNCTION hutong_order_counts();

CREATE FUNCTION hutong_order_holds(which uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  o supervision_order;
  running int;
  matching int;
BEGIN
  SELECT * INTO o FROM supervision_order WHERE id = which;
  SELECT count(*), count(*) FILTER (WHERE id = o.deadline_id AND due_at = o.due_at AND tier = o.tier)
    INTO running, matching FROM supervision_clock WHERE order_id = which AND ended_at IS NULL;
  IF running <> (o.ended_at IS NULL)::int OR matching <> running THEN
    RAISE EXCEPTION 'hutong: order % has % running clocks', o.number, running USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM supervision_event WHERE order_id = which AND seq = o.version AND state = o.state
                 AND xact = pg_current_xact_id()::text::bigint) THEN
    RAISE EXCEPTION 'hutong: order % changed without an event', o.number USING ERRCODE = 'check_violation';
  END IF;
  IF o.ended_at IS NULL AND EXISTS (SELECT 1 FROM cases_recusal WHERE case_id = o.case_id AND office_id IN (o.office_id, o.issuer_id)) THEN
    RAISE EXCEPTION 'hutong rule 6: order % is with a recused office', o.number USING ERRCODE = 'check_violation';
  END IF;
END $$;

CREATE FUNCTION hutong_order_row_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM hutong_order_holds(NEW.id);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_holds AFTER INSERT ON supervision_order
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hutong_order_row_holds();
-- Asked after what may change it, and forgetting its words (0020_keep) does not.
CREATE CONSTRAINT TRIGGER order_still_holds AFTER UPDATE ON supervision_order
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION hutong_order_row_holds();

CREATE FUNCTION hutong_order_part_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM hutong_order_holds(NEW.order_id);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_part_holds AFTER INSERT ON supervision_clock
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hutong_order_part_holds();
CREATE CONSTRAINT TRIGGER order_part_still_holds AFTER UPDATE ON supervision_clock
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.why = NEW.why) EXECUTE FUNCTION hutong_order_part_holds();

CREATE FUNCTION hutong_order_event_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.seq > (SELECT version FROM supervision_order WHERE id = NEW.order_id) THEN
    RAISE EXCEPTION 'hutong: event % of order % without a change', NEW.seq, NEW.order_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_event_counts AFTER INSERT ON supervision_event
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hutong_order_event_counts();

CREATE FUNCTION hutong_recusal_ends_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM supervision_order
             WHERE case_id = NEW.case_id AND ended_at IS NULL AND NEW.office_id IN (office_id, issuer_id)) THEN
    RAISE EXCEPTION 'hutong rule 6: an order is with a recused office' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER recusal_ends_orders AFTER INSERT ON cases_recusal
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hutong_recusal_ends_orders();
"""

RIGHTS = """
REVOKE DELETE ON supervision_order, supervision_clock FROM hutong_work;
REVOKE UPDATE, DELETE ON supervision_event FROM hutong_work;
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0004_worktime")]
    operations = [
        migrations.RunSQL(CLOCK),
        migrations.RunSQL(NOTED),
        migrations.RunSQL(ORDER),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
