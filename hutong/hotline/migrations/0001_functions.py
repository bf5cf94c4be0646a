"""What must stand before the tables: the maker of search tokens, and what windows of a day are."""

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

WINDOWS = """
CREATE FUNCTION hutong_are_windows(edges smallint[]) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT
RETURN cardinality(edges) >= 2 AND cardinality(edges) % 2 = 0 AND edges[1] >= 0 AND edges[cardinality(edges)] <= 1440
  AND (SELECT bool_and(edge < next OR place % 2 = 0 AND edge = next) FROM (
    SELECT edge, place, lead(edge) OVER (ORDER BY place) AS next FROM unnest(edges) WITH ORDINALITY AS each (edge, place)
  ) AS pairs WHERE next IS NOT NULL);
COMMENT ON FUNCTION hutong_are_windows IS 'Minutes of a day at which windows begin and end in turn, none overlapping the next';
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(BIGRAMS, "DROP FUNCTION hutong_bigrams"),
        migrations.RunSQL(WINDOWS, "DROP FUNCTION hutong_are_windows"),
    ]
