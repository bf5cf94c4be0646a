"""What `hutong migrate` and every start see to."""

from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from hutong.project import installing
from hutong.project.trouble import Trouble


@pytest.mark.django_db
def test_a_database_that_has_seen_everything_is_ready() -> None:
    assert installing.missing() == []
    installing.require_migrated()


@pytest.mark.django_db
def test_a_database_that_lacks_a_migration_is_told_of() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    assert installing.missing() == ["sessions.0001_initial"]
    with pytest.raises(Trouble, match="Run `hutong migrate` first"):
        installing.require_migrated()


def test_what_browsers_load_is_gathered_when_it_has_changed_and_only_then(settings: Settings, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [source], target
    source.mkdir()
    (source / "one.css").write_text("a {}")
    installing.collect_static()
    assert (target / "django_htmx" / "htmx-2.min.js").exists()
    (target / "one.css").unlink()
    installing.collect_static()
    assert not (target / "one.css").exists()
    (source / "one.css").write_text("a { color: red }")
    installing.collect_static()
    assert (target / "one.css").read_text() == "a { color: red }"
