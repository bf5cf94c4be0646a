"""Which offices see a case: those on it and those above them, kept with the case by the database, whoever writes what.

Design, rule 6. On it are the centre, the lead, the holder, who has or had a part, and who decides on or receives a transfer. Above a
part or the lead is the office that answers for it, above the centre its province and the ministry.
"""

from django.db import migrations

SEEN_BY = """
CREATE FUNCTION hutong_case_seen_by(c cases_case) RETURNS uuid[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(DISTINCT office_id) FROM (
    SELECT unnest(ARRAY[c.centre_id, c.lead_id, c.holder_id])
    UNION ALL SELECT parent_id FROM network_office WHERE id = c.lead_id
    UNION ALL SELECT unnest(ARRAY[o.id, o.parent_id]) FROM assignments_assignment a JOIN network_office o ON o.id = a.office_id
      WHERE a.case_id = c.id AND a.state IN ('offered', 'accepted', 'done')
    UNION ALL SELECT receiver_id FROM assignments_transfer WHERE case_id = c.id AND state = 'settled'
    UNION ALL SELECT decider_id FROM assignments_transfer WHERE case_id = c.id AND state IN ('proposed', 'settled')
    UNION ALL SELECT unnest(ARRAY[p.id, p.parent_id]) FROM network_office centre JOIN network_office p ON p.id = centre.parent_id
      WHERE centre.id = c.centre_id
  ) AS near (office_id) WHERE office_id IS NOT NULL
$$;

CREATE FUNCTION hutong_case_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.seen_by := hutong_case_seen_by(NEW);
  RETURN NEW;
END $$;
CREATE TRIGGER case_seen BEFORE INSERT OR UPDATE OF id, centre_id, lead_id, holder_id, seen_by ON cases_case
  FOR EACH ROW EXECUTE FUNCTION hutong_case_seen();

CREATE FUNCTION hutong_part_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE cases_case SET seen_by = '{}' WHERE id = NEW.case_id;
  RETURN NULL;
END $$;
CREATE TRIGGER part_seen AFTER INSERT OR UPDATE ON assignments_assignment FOR EACH ROW EXECUTE FUNCTION hutong_part_seen();
CREATE TRIGGER part_seen AFTER INSERT OR UPDATE ON assignments_transfer FOR EACH ROW EXECUTE FUNCTION hutong_part_seen();

CREATE FUNCTION hutong_office_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE cases_case SET seen_by = '{}' WHERE NEW.id IN (centre_id, lead_id)
    OR id IN (SELECT case_id FROM assignments_assignment WHERE office_id = NEW.id)
    OR centre_id IN (SELECT id FROM network_office WHERE parent_id = NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER office_seen AFTER UPDATE OF parent_id ON network_office
  FOR EACH ROW WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id) EXECUTE FUNCTION hutong_office_seen();
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0011_recordings")]
    operations = [migrations.RunSQL(SEEN_BY)]
