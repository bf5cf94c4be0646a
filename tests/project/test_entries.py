"""docs/fields.md says of every field what it takes, and of every table what must fit together."""

import pytest
from django.apps import apps
from django.db import connection

from hutong.desks.api.actions import CODES
from hutong.project import entries, handbook

PAGE = (handbook.DOCS / "fields.md").read_text()
ROWS = [line.split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]


def test_each_field_of_a_screen_and_of_the_api_stands_on_the_page() -> None:
    screens = {(form, name) for form, name, _field in entries.screens()}
    assert len(screens) > 100
    assert {(f"| `{form}`", f"`{name}`") for form, name in screens} <= {(row[0], row[1]) for row in ROWS}
    for code in CODES:
        assert f"| `POST /api/cases/{{case_id}}/actions/{code}` |" in PAGE
    assert "| `POST /api/contacts` | `narrative` |" in PAGE
    assert "| `GET /api/cases` | `stage` | no |" in PAGE


def test_each_field_has_a_rule() -> None:
    assert [row for row in ROWS if not row[-1].removesuffix(" |").strip()] == []


@pytest.mark.django_db
def test_each_constraint_of_the_database_stands_on_the_page() -> None:
    """But for those that say of one column alone that it holds no negative number (`_check`)."""
    tables = [model._meta.db_table for model in apps.get_app_config("hotline").get_models()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid::regclass::text = ANY (%s)", [tables])
        there = {name for (name,) in cursor.fetchall() if not name.endswith("_check")}
    ours = {each.name for model in apps.get_app_config("hotline").get_models() for each in model._meta.constraints}
    assert {name for name in ours if f"| `{name}` |" not in PAGE and name in there} == set()
    assert there - ours <= {"approval_a_year_at_the_most"}
