"""What a case's story tells is forgotten when its time is over: by one function, of erased cases alone, and never under a hold.

The rows that are only added to stay, with who did what and when; the texts in them go. Their guards let through what is exactly
that, for the case that is being erased in this transaction, whose `erase` event stands in the audit log as every event does.
"""

# ruff: noqa: S608 every part is a constant of this file

from django.db import migrations

ERASED = "（已按保存期限表的规定到期删除）"  # `retention.rules.ERASED`
# Of an event's particulars these stay: ids, codes and moments, by which the rules of the loop are checked.
KEPT = (
    "above", "admitted", "case", "channel", "child", "contact", "days", "digest", "due", "into", "office", "order", "order_number",
    "outcome", "pause", "person", "phase", "recording", "returns", "satisfaction", "second", "share", "step", "target", "tier",
    "tier_before", "tries", "verdict", "worker",
)  # fmt: skip

# The tables of a story: the columns that hold its texts, and which rows are a case's.
OF_A_CASE = "case_id = which"
OF_AN_ORDER = "order_id IN (SELECT o.id FROM supervision_order o WHERE o.case_id = which)"
STORY: dict[str, tuple[tuple[str, ...], str]] = {
    "cases_event": (("text", "detail"), OF_A_CASE),
    "cases_recusal": (("reason",), OF_A_CASE),
    "clocks_pause": (("reason",), OF_A_CASE),
    "clocks_clock": (("why",), OF_A_CASE),
    "clocks_part_clock": (("why",), OF_A_CASE),
    "replies_reply": (("text",), OF_A_CASE),
    "replies_follow_up": (("assessment",), OF_A_CASE),
    "supervision_order": (("subject", "text", "answer"), OF_A_CASE),
    "supervision_event": (("text",), OF_AN_ORDER),
    "supervision_clock": (("why",), OF_AN_ORDER),
    "cases_reveal": (("words",), OF_A_CASE),
    "cases_emergency": (("words",), OF_A_CASE),
    "recordings_play": (("text",), "recording_id IN (SELECT r.id FROM recordings_recording r WHERE r.case_id = which)"),
    "holds_hold": (("reason", "ended_why"), OF_A_CASE),
}

# The guards of these rows: which trigger, and what it calls.
GUARDS = {
    "cases_event": ("event_append_only", "hutong_refuse_change"),
    "clocks_pause": ("pause_keeps", "hutong_pause_keeps"),
    "clocks_clock": ("clock_only_ends", "hutong_clock_only_ends"),
    "clocks_part_clock": ("part_clock_only_ends", "hutong_clock_only_ends"),
    "supervision_order": ("order_counts", "hutong_order_counts"),
    "supervision_event": ("order_event_append_only", "hutong_refuse_change"),
    "supervision_clock": ("order_clock_only_ends", "hutong_clock_only_ends"),
    "cases_reveal": ("reveal_append_only", "hutong_refuse_change"),
    "cases_emergency": ("emergency_is_judged_once", "hutong_emergency_is_judged_once"),
    "recordings_play": ("play_append_only", "hutong_refuse_change"),
}

EMPTY = f"""
CREATE FUNCTION hutong_empty(said text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN said = '' THEN '' ELSE '{ERASED}' END
$$;
CREATE FUNCTION hutong_empty(detail jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(jsonb_object_agg(key, value) FILTER (WHERE key = ANY ('{{{",".join(KEPT)}}}')), '{{}}') FROM jsonb_each(detail)
$$;
"""

# Whether an update does nothing but empty these columns of a row of the case that is being forgotten.
FORGETS = """
CREATE FUNCTION hutong_forgets(before jsonb, after jsonb, words text[]) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  which uuid := current_setting('hutong.forgetting')::uuid;
  word text;
BEGIN
  IF NOT EXISTS (SELECT FROM retention_erasure WHERE kind = 'case' AND row_id = which) OR NOT EXISTS (
       SELECT (before ->> 'case_id')::uuid
       INTERSECT SELECT which
       UNION ALL SELECT case_id FROM supervision_order WHERE id = (before ->> 'order_id')::uuid AND case_id = which
       UNION ALL SELECT case_id FROM recordings_recording WHERE id = (before ->> 'recording_id')::uuid AND case_id = which) THEN
    RETURN false;
  END IF;
  FOREACH word IN ARRAY words LOOP
    before := before || jsonb_build_object(word, CASE WHEN jsonb_typeof(before -> word) = 'object' THEN hutong_empty(before -> word)
      ELSE to_jsonb(hutong_empty(before ->> word)) END);
  END LOOP;
  RETURN before = after;
END $$;
"""

GUARD = """
DROP TRIGGER {trigger} ON {table};
CREATE TRIGGER {trigger} BEFORE UPDATE ON {table} FOR EACH ROW WHEN (
  CASE WHEN coalesce(current_setting('hutong.forgetting', true), '') = '' THEN true
  ELSE NOT hutong_forgets(to_jsonb(OLD), to_jsonb(NEW), '{{{words}}}') END) EXECUTE FUNCTION {function}();
"""
NO_DELETE = "CREATE TRIGGER {trigger}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}();"

FORGET = """
CREATE FUNCTION hutong_forget(which uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF 'hutong_desk' IN (session_user, current_setting('role')) OR hutong_on_hold(which)
     OR NOT EXISTS (SELECT FROM retention_erasure WHERE kind = 'case' AND row_id = which)
     OR NOT EXISTS (SELECT FROM cases_event e JOIN audit_entry a ON a.event_id = e.id
                    WHERE e.case_id = which AND e.action = 'erase' AND e.xact = pg_current_xact_id()::text::bigint) THEN
    RAISE EXCEPTION 'hutong: case % is not being erased', which USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM set_config('hutong.forgetting', which::text, true);
{updates}
  PERFORM set_config('hutong.forgetting', '', true);
END $$;
REVOKE ALL ON FUNCTION hutong_forget(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hutong_forget(uuid) TO hutong_work;
"""


def updates() -> str:
    """The statements of the function, table by table."""
    return "\n".join(
        f"  UPDATE {table} SET {', '.join(f'{word} = hutong_empty({word})' for word in words)}"
        f" WHERE {rows} AND ({' OR '.join(f'{word} <> hutong_empty({word})' for word in words)});"
        for table, (words, rows) in STORY.items()
    )


def guards() -> str:
    """The triggers, which let through what is nothing but forgetting; what was never deleted is still not."""
    made = []
    for table, (trigger, function) in GUARDS.items():
        made.append(GUARD.format(table=table, trigger=trigger, function=function, words=",".join(STORY[table][0])))
        if function == "hutong_refuse_change":
            made.append(NO_DELETE.format(table=table, trigger=trigger, function=function))
    return "\n".join(made)


class Migration(migrations.Migration):
    dependencies = [("hotline", "0019_signin")]
    run_before = [("account", "0001_initial"), ("mfa", "0001_initial"), ("socialaccount", "0001_initial")]
    operations = [migrations.RunSQL(sql) for sql in (EMPTY, FORGETS, guards(), FORGET.format(updates=updates()))]
