"""The yearly report in one click, what an account touched, and who took a file: for who may, and for nobody else."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from docx import Document

from hutong.hotline.archive import rules
from hutong.hotline.archive.models import Export
from tests import cast
from tests.clients import signed_in
from tests.loop import case_at
from tests.sealed import change

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "AUDIT_KEY", tmp_path / "audit.key")
    monkeypatch.setattr(settings, "AUDIT_FOLDER", tmp_path / "checkpoints")


@pytest.mark.parametrize("who", ["an", "ning"])
def test_the_auditor_and_the_security_officer_get_the_year_as_a_marked_document(who: str) -> None:
    case = case_at("handling")
    signed_in("wang").get(reverse("cases:case", args=[case.pk]))
    assert signed_in(who).get(reverse("audit:yearly")).status_code == 200
    answer = signed_in(who).post(reverse("audit:yearly"), {"year": timezone.localdate().year})
    document = Document(io.BytesIO(answer.content))
    export = Export.objects.get()
    assert export.serial in document.sections[0].header.paragraphs[0].text
    assert len(document.tables) >= 5
    cells = "".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert "莲湖区民政局" in cells
    assert "小雨" not in cells
    assert document.core_properties.author == ""


@pytest.mark.parametrize("who", ["zhou", "gao", "lu"])
def test_nobody_else_does(who: str) -> None:
    for name in ("yearly", "touched", "exports"):
        assert signed_in(who).get(reverse(f"audit:{name}")).status_code == 403
    assert signed_in("ning").get(reverse("audit:touched")).status_code == 403


def test_the_last_day_stands_in_the_form_as_a_browser_reads_it() -> None:
    page = signed_in("an").get(reverse("audit:touched")).content.decode()
    assert len(re.findall(r'type="datetime-local" name="\w+" value="\d{4}-\d\d-\d\dT\d\d:\d\d"', page)) == 2


def test_what_an_account_touched_is_listed_by_case() -> None:
    case = case_at("handling")
    signed_in("wang").get(reverse("cases:case", args=[case.pk]))
    now = timezone.localtime()
    asked = {"who": "wang", "start": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}", "end": f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M}"}
    page = signed_in("an").get(reverse("audit:touched", query=asked)).content.decode()
    assert case.number in page
    assert "小*" in page
    assert "小雨" not in page
    assert signed_in("an").get(reverse("audit:touched", query=asked | {"who": "nobody"})).status_code == 422


def test_a_child_whose_name_nobody_knows_is_listed_as_that() -> None:
    case = case_at("handling")
    change(case.child_links.get().child, name="")
    signed_in("wang").get(reverse("cases:case", args=[case.pk]))
    now = timezone.localtime()
    asked = {"who": "wang", "start": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}", "end": f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M}"}
    assert "<td>姓名不详</td>" in signed_in("an").get(reverse("audit:touched", query=asked)).content.decode()


def test_a_serial_leads_to_who_took_the_file() -> None:
    signed_in("ning").post(reverse("audit:yearly"), {"year": timezone.localdate().year})
    serial = Export.objects.get().serial
    page = signed_in("an").get(reverse("audit:exports", query={"serial": serial.lower()})).content.decode()
    assert cast.post("ning").staff.name in page
    assert "没有找到" in signed_in("an").get(reverse("audit:exports", query={"serial": "DC000000-XXXXXXX"})).content.decode()


def test_a_long_report_of_who_saw_a_child_waits_for_a_second_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "ALONE", 1)
    case = case_at("handling")
    for who in ("wang", "ma"):
        signed_in(who).get(reverse("cases:case", args=[case.pk]))
    child = case.child_links.get().child
    there, file = reverse("audit:child", args=[child.pk]), {"why": "own_check", "as": "csv"}
    answer = signed_in("lu").post(there, file)
    assert (answer.status_code, "须第二人同意" in answer.content.decode()) == (422, True)
    export = Export.objects.get()
    agree = reverse("audit:agree", args=[child.pk, export.pk])
    assert export.serial in signed_in("an").get(there).content.decode()
    signed_in("lu").post(agree)
    assert Export.objects.get().second is None
    assert signed_in("an").post(agree)["Location"] == there
    content = signed_in("lu").post(there, file).content.decode()
    assert content.splitlines()[-1].endswith(export.serial)
    assert Export.objects.get().done_at
