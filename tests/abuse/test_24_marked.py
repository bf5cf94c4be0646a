"""An exported file says on every page and sheet who took it, is fetched once, ends, and its serial leads back to who took it."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from docx import Document

from hutong.hotline.archive import rules
from hutong.hotline.archive.models import Export
from tests.abuse.attack import attack, patched, sql
from tests.abuse.exports import asked, taken, unpacked
from tests.clients import signed_in
from tests.loop import case_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "AUDIT_KEY", tmp_path / "audit.key")


@attack(24, patched("hutong.hotline.archive.rules.mark", lambda **_said: ""))
def test_every_page_and_sheet_carries_who_took_it_and_its_serial_leads_back() -> None:
    files = unpacked(taken(case_at("closed")).content)
    serial = Export.objects.get().serial
    page = Document(io.BytesIO(files["卷宗.docx"])).sections[0]
    marks = [page.header.paragraphs[0].text, page.footer.paragraphs[0].text]
    marks += [content.decode().splitlines()[-1] for name, content in files.items() if name.endswith(".csv")]
    marks += [files["卷宗.json"].decode().splitlines()[1], files["清单.json"].decode()]
    for mark in marks:
        assert all(part in mark for part in ("周敏", "西安市12349热线中心", serial, f"{timezone.localdate():%Y-%m-%d}"))
    found = signed_in("an").get(reverse("audit:exports", query={"serial": serial})).content.decode()
    assert "周敏" in found


@attack(
    24,
    patched("hutong.hotline.archive.rules.fetched", lambda done_at: False),
    sql(
        "ALTER TABLE archive_export DISABLE TRIGGER export_goes_on",
        undo="ALTER TABLE archive_export ENABLE TRIGGER export_goes_on",
    ),
)
def test_it_is_fetched_once() -> None:
    there = asked(case_at("closed"))
    client = signed_in("zhou")
    assert client.post(there)["Content-Type"] == "application/zip"
    assert client.post(there)["Content-Type"] != "application/zip"


@attack(24, patched("hutong.hotline.archive.rules.LASTS", timedelta(days=9999)))
def test_what_was_not_fetched_ends() -> None:
    there = asked(case_at("closed"))
    long_ago = timezone.now() - timedelta(hours=25)
    made = Export.objects.get()
    Export.objects.bulk_create([Export(**{**values(made), "serial": "DC000000-OLDOLDO", "at": long_ago})])
    old = Export.objects.get(serial="DC000000-OLDOLDO")
    answer = signed_in("zhou").post(there.replace(str(made.pk), str(old.pk)))
    assert answer["Content-Type"] != "application/zip"


def values(export: Export) -> dict[str, object]:
    """An export's columns, but for its id."""
    return {field.attname: getattr(export, field.attname) for field in export._meta.concrete_fields if field.name != "id"}


def test_the_serial_is_not_guessed() -> None:
    assert len(rules.LETTERS) ** 7 > 10**10
