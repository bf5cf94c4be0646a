"""An export says what for, comes from who may, and much of it waits for a second person, who is another."""

from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from hutong.hotline.archive import rules
from hutong.hotline.archive.models import Export
from tests.abuse.attack import attack, patched, sql
from tests.abuse.exports import asked
from tests.clients import signed_in
from tests.loop import case_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "AUDIT_KEY", tmp_path / "audit.key")


@attack(
    23,
    patched("hutong.hotline.archive.rules.needs_second", lambda rows: False),
    sql(
        "ALTER TABLE archive_export DROP CONSTRAINT export_done_when_allowed",
        undo="ALTER TABLE archive_export ADD CONSTRAINT export_done_when_allowed CHECK (done_at IS NULL AND digest = '' OR"
        " done_at IS NOT NULL AND digest <> '' AND (NOT needs_second OR second_id IS NOT NULL))",
    ),
)
def test_much_is_not_taken_out_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "ALONE", 3)
    there = asked(case_at("closed"))
    for typed in ({}, {"agree": "yes"}, {}):
        answer = signed_in("zhou").post(there, typed)
        assert answer["Content-Type"] != "application/zip"
    assert Export.objects.get().done_at is None


@attack(23, patched("hutong.hotline.archive.rules.may_take", lambda now: True))
@pytest.mark.parametrize("who", ["xu", "wang"])
def test_who_has_no_right_takes_nothing_out(who: str) -> None:
    case = case_at("closed")
    answer = signed_in(who).post(reverse("cases:archive", args=[case.pk]), {"purpose": "自用"})
    assert answer.status_code == 404
    assert not Export.objects.exists()


@attack(23, patched("hutong.hotline.archive.rules.stated", lambda purpose: purpose or "…"))
def test_nothing_is_taken_out_without_a_purpose() -> None:
    case = case_at("closed")
    signed_in("zhou").post(reverse("cases:archive", args=[case.pk]), {"purpose": "  "})
    assert not Export.objects.exists()
