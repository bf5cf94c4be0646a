"""A hold on a person holds the cases that they reported, too; a second person ends a hold; nothing is typed about an erased case.

The reporters of a database that is migrated get their marks here, some thousands a second: it opens each name. So does a hold that runs.
"""

from itertools import islice

from django.db import migrations, models
from django.db.models import Q

import hutong.hotline.keys.fields

AT_ONCE = 2000

# Of a reporter nobody knows when they were born. A name holds whoever reported under it, but for those of whom the number is known and
# is another.
REPORTED = """
  UNION ALL SELECT h.id, l.case_id, p.contact_id, 'reporter' FROM holds_person h
    JOIN contacts_reporter p ON p.{column} = h.{mark} AND p.{column} <> ''{but}
    LEFT JOIN cases_contact l ON l.contact_id = p.contact_id WHERE h.ended_at IS NULL AND h.{mark} <> ''"""
STANDS = """SELECT h.id AS hold_id, l.case_id, NULL::uuid AS contact_id, '{kind}' AS kind
    FROM holds_person h JOIN people_{kind} p ON p.{column} = h.{mark} AND p.{column} <> ''{but}
    JOIN {links} l ON l.{kind}_id = p.id WHERE h.ended_at IS NULL AND h.{mark} <> ''"""


def stands() -> str:
    """Where each person stands on whom a hold runs: as which kind of person, in which case, or in a contact that became none."""
    ways = [
        STANDS.format(kind=kind, links=links, mark=f"{kind}_{what}", column=column, but=" AND p.born_on = h.born_on" * (what == "name"))
        for kind, links in (("child", "cases_child"), ("person", "cases_party"))
        for what, column in (("number", "id_number_index"), ("name", "name_index"))
    ]
    reported = (
        REPORTED.format(mark="reporter_number", column="id_number_index", but=""),
        REPORTED.format(mark="reporter_name", column="name_index", but=" AND (p.id_number_index = '' OR h.reporter_number = '')"),
    )
    return "\n  UNION ALL ".join(ways) + "".join(reported)


HELD = f"""
CREATE VIEW holds_stands WITH (security_invoker) AS
  {stands()};
GRANT SELECT ON holds_stands TO hutong_work;

CREATE OR REPLACE FUNCTION hutong_held_cases() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT case_id FROM holds_hold WHERE ended_at IS NULL UNION SELECT case_id FROM holds_stands WHERE case_id IS NOT NULL
$$;
CREATE FUNCTION hutong_held_contacts() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT contact_id FROM holds_stands WHERE contact_id IS NOT NULL
$$;
CREATE FUNCTION hutong_contact_is_free() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.row_id IN (SELECT hutong_held_contacts()) THEN
    RAISE EXCEPTION 'hutong: contact % is under a legal hold', NEW.row_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER contact_is_free BEFORE INSERT ON retention_erasure FOR EACH ROW WHEN (NEW.kind = 'contact')
  EXECUTE FUNCTION hutong_contact_is_free();
"""  # noqa: S608 every part is a constant of this file

# What ends with a hold is erased within minutes: who laid it does not end it alone.
ANOTHER = """
CREATE FUNCTION hutong_hold_ends_by_another() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM network_post a JOIN network_post b ON b.id = NEW.ended_by_id
             WHERE a.id = OLD.by_id AND a.staff_id = b.staff_id) THEN
    RAISE EXCEPTION 'hutong: hold % is ended by another than who laid it', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""
ENDS = """
CREATE TRIGGER ends_by_another BEFORE UPDATE ON {} FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
  EXECUTE FUNCTION hutong_hold_ends_by_another();
"""

# A recording may outlive the words of its case and be heard; what is typed about it then would never be erased.
PLAY = """
CREATE FUNCTION hutong_play_is_wordless() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM recordings_recording r JOIN cases_case c ON c.id = r.case_id
             WHERE r.id = NEW.recording_id AND c.erased_at IS NOT NULL) THEN
    RAISE EXCEPTION 'hutong: what was told of the case of recording % is erased', NEW.recording_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER play_is_wordless BEFORE INSERT ON recordings_play FOR EACH ROW WHEN (NEW.text <> '')
  EXECUTE FUNCTION hutong_play_is_wordless();
"""

REPORTERS = """UPDATE contacts_reporter t SET name_index = m.name, id_number_index = m.number
  FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[]) AS m (id, name, number) WHERE t.contact_id = m.id"""
HOLD = "UPDATE holds_person SET reporter_name = %s, reporter_number = %s WHERE id = %s"
# A running hold only ends: these are the marks that it would have had from the beginning.
MARKING = "ALTER TABLE holds_person {} TRIGGER person_hold_keeps"


def mark(apps, schema) -> None:  # type: ignore[no-untyped-def]
    """The marks of what is known of reporters already, and of the holds that run."""
    reporters, cursor = apps.get_model("hotline", "Reporter"), schema.connection.cursor()
    name, number = (reporters._meta.get_field(column) for column in ("name_index", "id_number_index"))
    known = reporters.objects.exclude(row_key=b"").only("pk", "row_key", "name", "id_number").iterator(AT_ONCE)
    while portion := list(islice(known, AT_ONCE)):
        names, numbers = [name.mark(row.name) for row in portion], [number.mark(row.id_number) for row in portion]
        cursor.execute(REPORTERS, [[row.pk for row in portion], names, numbers])
    cursor.execute(MARKING.format("DISABLE"))
    for hold in apps.get_model("hotline", "PersonHold").objects.filter(ended_at=None):
        cursor.execute(HOLD, [name.mark(hold.name), number.mark(hold.id_number), hold.pk])
    cursor.execute(MARKING.format("ENABLE"))


class Migration(migrations.Migration):
    dependencies = [("hotline", "0021_last")]
    operations = [
        migrations.AddField(
            "reporter", "name_index", hutong.hotline.keys.fields.BlindIndex(default=b"", editable=False, of="name", size=2)
        ),
        migrations.AddField(
            "reporter", "id_number_index", hutong.hotline.keys.fields.BlindIndex(default=b"", editable=False, of="id_number", size=4)
        ),
        migrations.AddField("personhold", "reporter_number", models.BinaryField(default=bytes, editable=False)),
        migrations.AddField("personhold", "reporter_name", models.BinaryField(default=bytes, editable=False)),
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.AddIndex("reporter", models.Index(fields=["name_index"], condition=~Q(name_index=""), name="reporter_name")),
        migrations.AddIndex("reporter", models.Index(fields=["id_number_index"], condition=~Q(id_number_index=""), name="reporter_number")),
        *(migrations.RunSQL(sql) for sql in (HELD, ANOTHER, ENDS.format("holds_hold"), ENDS.format("holds_person"), PLAY)),
    ]
