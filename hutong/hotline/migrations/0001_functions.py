"""What must stand before the tables: the maker of search tokens."""

from django.db import migrations

BIGRAMS = """
CREATE FUNCTION hutong_bigrams(body text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (
  SELECT array_to_tsvector(coalesce(array_agg(DISTINCT pair), '{}'))
  FROM (
    SELECT letter || coalesce(lead(letter) OVER (ORDER BY place), '') AS pair
    FROM unnest(string_to_array(lower(body COLLATE "C"), NULL)) WITH ORDINALITY AS letters (letter, place)
  ) AS pairs
);
COMMENT ON FUNCTION hutong_bigrams IS 'Every two neighbouring characters of a text, and its last one alone';
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(BIGRAMS, "DROP FUNCTION hutong_bigrams")]
