"""Signing in: a session that ended stays ended and none is removed; a decided reset stays decided. allauth's tables come after ours."""

from django.db import migrations

STAYS = """
CREATE FUNCTION hutong_session_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL OR (OLD.id, OLD.staff_id, OLD.begun_at) <> (NEW.id, NEW.staff_id, NEW.begun_at) THEN
    RAISE EXCEPTION 'hutong: session % has ended or is of another', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER session_stays BEFORE UPDATE ON network_session FOR EACH ROW EXECUTE FUNCTION hutong_session_stays();

CREATE FUNCTION hutong_reset_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.decided_at IS NOT NULL
    OR (OLD.id, OLD.staff_id, OLD.asked_by_id, OLD.proof) <> (NEW.id, NEW.staff_id, NEW.asked_by_id, NEW.proof) THEN
    RAISE EXCEPTION 'hutong: reset % is decided', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reset_stays BEFORE UPDATE ON network_factor_reset FOR EACH ROW EXECUTE FUNCTION hutong_reset_stays();
"""

RIGHTS = """
REVOKE DELETE, TRUNCATE ON network_session, network_factor_reset FROM hutong_work;
"""

BACK = """
DROP TRIGGER session_stays ON network_session;
DROP FUNCTION hutong_session_stays();
DROP TRIGGER reset_stays ON network_factor_reset;
DROP FUNCTION hutong_reset_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0018_wall")]
    run_before = [("account", "0001_initial"), ("mfa", "0001_initial"), ("socialaccount", "0001_initial")]
    operations = [migrations.RunSQL(STAYS + RIGHTS, BACK)]
