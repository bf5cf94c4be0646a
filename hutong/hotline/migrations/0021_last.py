"""A case whose words were erased stays shut; a hold on a person holds their cases; a session knows its browser.

The rows of a database that is migrated get their marks here, some thousands a second: it opens each name.
"""

from itertools import islice

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import hutong.hotline.kernel.ids
import hutong.hotline.keys.fields

# An erased case takes nothing up: no event but those of its erasure and of its recordings' end, and no row in which words could stand.
SHUT = """
CREATE FUNCTION hutong_case_is_shut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM cases_case WHERE id = NEW.case_id AND erased_at IS NOT NULL) THEN
    RAISE EXCEPTION 'hutong: what was told of case % is erased', NEW.case_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER case_is_shut BEFORE INSERT ON cases_event FOR EACH ROW
  WHEN (NEW.action NOT IN ('erase', 'keep_recording', 'destroy_recording')) EXECUTE FUNCTION hutong_case_is_shut();

CREATE FUNCTION hutong_case_stays_shut() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before cases_case := OLD;
BEGIN
  before.version := NEW.version;
  before.seen_by := NEW.seen_by;
  IF before IS DISTINCT FROM NEW THEN
    RAISE EXCEPTION 'hutong: what was told of case % is erased', OLD.number USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER case_stays_shut BEFORE UPDATE ON cases_case FOR EACH ROW
  WHEN (OLD.erased_at IS NOT NULL) EXECUTE FUNCTION hutong_case_stays_shut();
"""
SHUT_PART = "CREATE TRIGGER case_is_shut BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION hutong_case_is_shut();"
PARTS = (
    "assignments_assignment", "assignments_transfer", "cases_admission", "cases_child", "cases_contact", "cases_emergency", "cases_party",
    "cases_recusal", "cases_reveal", "clocks_clock", "clocks_part_clock", "clocks_pause", "holds_hold", "replies_follow_up",
    "replies_reply", "supervision_order",
)  # fmt: skip

# Cases that were erased before this column was there. It is no change of a case: no version and no event.
ERASED_BEFORE = """
ALTER TABLE cases_case DISABLE TRIGGER case_counts;
UPDATE cases_case c SET erased_at = e.at FROM retention_erasure e WHERE e.kind = 'case' AND e.row_id = c.id;
ALTER TABLE cases_case ENABLE TRIGGER case_counts;
"""

# Why a recording was paused goes with its call; else a gap only ends.
GAP = """
CREATE FUNCTION hutong_gap_keeps() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.why = '' AND to_jsonb(OLD) - 'why' = to_jsonb(NEW) - 'why' AND EXISTS (
       SELECT FROM recordings_recording r JOIN retention_erasure e ON e.kind = 'call' AND e.row_id = r.call_id
       WHERE r.id = OLD.recording_id) THEN
    RETURN NEW;
  END IF;
  IF OLD.ended_at IS NOT NULL OR to_jsonb(OLD) - 'ended_at' <> to_jsonb(NEW) - 'ended_at' THEN
    RAISE EXCEPTION 'hutong: gap % only ends', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
DROP TRIGGER only_ends ON recordings_gap;
CREATE TRIGGER gap_keeps BEFORE UPDATE ON recordings_gap FOR EACH ROW EXECUTE FUNCTION hutong_gap_keeps();
"""

# A recording that the law needs holds its call and its case: what was said is worth little where nobody knows who said it, of what.
EVIDENCE = """
CREATE FUNCTION hutong_evidence_is_free() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM recordings_recording WHERE held_at IS NOT NULL
             AND (NEW.kind = 'case' AND case_id = NEW.row_id OR NEW.kind = 'call' AND call_id = NEW.row_id)) THEN
    RAISE EXCEPTION 'hutong: a recording of % % is held by law', NEW.kind, NEW.row_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER evidence_is_free BEFORE INSERT ON retention_erasure FOR EACH ROW EXECUTE FUNCTION hutong_evidence_is_free();
"""


# A hold on a person: by the marks of their number, or of their name with the birth date. An index of marks leaves out those of nothing.
PEOPLE = (("child", "cases_child"), ("person", "cases_party"))
OF_PERSON = """
  UNION SELECT l.case_id FROM holds_person h JOIN people_{kind} p ON p.{kind_column} = h.{kind}_{what}{and_born} AND p.{kind_column} <> ''
    JOIN {links} l ON l.{kind}_id = p.id WHERE h.ended_at IS NULL AND h.{kind}_{what} <> ''"""
HELD = """
CREATE FUNCTION hutong_held_cases() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT case_id FROM holds_hold WHERE ended_at IS NULL{people}
$$;
CREATE OR REPLACE FUNCTION hutong_on_hold(which uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT which IN (SELECT hutong_held_cases())
$$;

CREATE FUNCTION hutong_person_hold_keeps() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF to_jsonb(OLD) - 'row_key' = to_jsonb(NEW) - 'row_key' -- its key is sealed anew
     OR OLD.ended_at IS NOT NULL AND EXISTS (SELECT FROM retention_erasure WHERE kind = 'held' AND row_id = OLD.id)
     OR OLD.ended_at IS NULL AND to_jsonb(OLD) - '{{ended_at,ended_by_id,ended_why}}'::text[]
       = to_jsonb(NEW) - '{{ended_at,ended_by_id,ended_why}}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'hutong: hold % only ends', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER person_hold_keeps BEFORE UPDATE ON holds_person FOR EACH ROW EXECUTE FUNCTION hutong_person_hold_keeps();

GRANT SELECT, INSERT, UPDATE ON holds_person TO hutong_work;
REVOKE DELETE, TRUNCATE ON holds_person FROM hutong_work;
ALTER TABLE holds_person ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everything ON holds_person TO hutong_work, hutong_owner USING (true);
CREATE POLICY desk_all ON holds_person AS RESTRICTIVE FOR all TO hutong_desk USING (office_id = (SELECT hutong_office())
  OR (SELECT true FROM network_office o WHERE o.id = holds_person.office_id AND o.parent_id = (SELECT hutong_office()) LIMIT 1));
"""
AT_ONCE = 2000


def held() -> str:
    """The statements, with the ways by which a person's cases are found."""
    ways = (
        OF_PERSON.format(kind=kind, links=links, what=what, kind_column=column, and_born=" AND p.born_on = h.born_on" * (what == "name"))
        for kind, links in PEOPLE
        for what, column in (("number", "id_number_index"), ("name", "name_index"))
    )
    return HELD.format(people="".join(ways))


MARKED = """UPDATE {table} t SET {columns} FROM unnest(%s::uuid[], {arrays}) AS m (id, {names}) WHERE t.id = m.id"""


def mark(apps, schema) -> None:  # type: ignore[no-untyped-def]
    """The marks of what is known of people already."""
    for kind, names in (("Child", ("id_number_index",)), ("Person", ("name_index", "id_number_index"))):
        model = apps.get_model("hotline", kind)
        indexes = [model._meta.get_field(name) for name in names]
        statement = MARKED.format(
            table=model._meta.db_table, names=", ".join(names), columns=", ".join(f"{name} = m.{name}" for name in names),
            arrays=", ".join("%s::bytea[]" for _name in names),
        )  # fmt: skip
        known = model.objects.exclude(row_key=b"").only("pk", "row_key", *(index.of for index in indexes)).iterator(AT_ONCE)
        while portion := list(islice(known, AT_ONCE)):
            marks = [[index.mark(getattr(row, index.of)) for row in portion] for index in indexes]
            schema.connection.cursor().execute(statement, [[row.pk for row in portion], *marks])


class Migration(migrations.Migration):
    dependencies = [("hotline", "0020_keep")]
    operations = [
        migrations.AddField("case", "erased_at", models.DateTimeField(null=True, verbose_name="内容到期删除")),
        migrations.RunSQL(ERASED_BEFORE),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=models.Q(("erased_at", None), ("stage", "closed"), _connector="OR"), name="case_erased_is_closed"
            ),
        ),
        migrations.AddField("session", "machine", models.UUIDField(null=True)),
        migrations.AddField(
            "child", "id_number_index", hutong.hotline.keys.fields.BlindIndex(default=b"", editable=False, of="id_number", size=4)
        ),
        migrations.AddField(
            "person", "id_number_index", hutong.hotline.keys.fields.BlindIndex(default=b"", editable=False, of="id_number", size=4)
        ),
        migrations.AddField("person", "name_index", hutong.hotline.keys.fields.BlindIndex(default=b"", editable=False, of="name", size=2)),
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.AddIndex("child", models.Index(fields=["id_number_index"], condition=~Q(id_number_index=""), name="child_number")),
        migrations.AddIndex("person", models.Index(fields=["id_number_index"], condition=~Q(id_number_index=""), name="person_number")),
        migrations.AddIndex(
            "person",
            models.Index(fields=["name_index", "born_on"], condition=~Q(name_index="") & Q(born_on__isnull=False), name="person_name"),
        ),
        migrations.CreateModel(
            name="PersonHold",
            fields=[
                ("row_key", hutong.hotline.keys.fields.RowKey(default=bytes, editable=False)),
                ("id", models.UUIDField(default=hutong.hotline.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("name", hutong.hotline.keys.fields.SealedText(blank=True, default="", verbose_name="姓名")),
                ("born_on", models.DateField(null=True, verbose_name="出生日期")),
                ("id_number", hutong.hotline.keys.fields.SealedText(blank=True, default="", verbose_name="身份证号")),
                ("child_number", models.BinaryField(default=bytes)),
                ("child_name", models.BinaryField(default=bytes)),
                ("person_number", models.BinaryField(default=bytes)),
                ("person_name", models.BinaryField(default=bytes)),
                ("reason", models.CharField(max_length=200, verbose_name="留存原因")),
                ("review_on", models.DateField(verbose_name="复核日期")),
                ("at", models.DateTimeField(verbose_name="开始")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="结束")),
                ("ended_why", models.CharField(max_length=200, verbose_name="结束原因")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.post", verbose_name="决定人"
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.post"),
                ),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="person_holds", to="hotline.office", verbose_name="机构"
                    ),
                ),
            ],
            options={
                "db_table": "holds_person",
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(ended_at=None),
                        fields=("office", "child_number", "child_name", "born_on"),
                        name="person_hold_one_running",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=Q(ended_at__isnull=False) | ~Q(child_number=b"") | ~Q(child_name=b"") & Q(born_on__isnull=False),
                        name="person_hold_names",
                    ),
                    models.CheckConstraint(condition=~Q(reason=""), name="person_hold_has_reason"),
                    models.CheckConstraint(
                        condition=Q(ended_at=None, ended_by=None, ended_why="")
                        | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_why=""),
                        name="person_hold_ended_by_somebody",
                    ),
                ],
            },
        ),
        *(migrations.RunSQL(sql) for sql in (SHUT, "\n".join(map(SHUT_PART.format, PARTS)), GAP, EVIDENCE, held())),
    ]
