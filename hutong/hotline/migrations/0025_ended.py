"""What was said when a hold on a case ended is not said anew afterwards."""

from django.db import migrations

# As the guards of a case's other words do, this lets through what is nothing but forgetting (`0020_keep`).
GUARD = """
CREATE TRIGGER hold_stays_ended BEFORE UPDATE ON holds_hold FOR EACH ROW WHEN (
  OLD.ended_at IS NOT NULL AND CASE WHEN coalesce(current_setting('hutong.forgetting', true), '') = '' THEN true
  ELSE NOT hutong_forgets(to_jsonb(OLD), to_jsonb(NEW), '{reason,ended_why}') END) EXECUTE FUNCTION hutong_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0024_hours")]
    operations = [migrations.RunSQL(GUARD)]
