"""No cell of any sheet that the product writes is a formula, whatever somebody typed into a name or a text."""

import csv
import io
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from openpyxl import load_workbook

from hutong.hotline.network.models import Office, Staff
from hutong.hotline.network.sheet_kinds import SHEETS
from hutong.hotline.people.models import Child
from hutong.hotline.rulebook import sheets
from hutong.hotline.rulebook.models import Rulebook
from tests import cast
from tests.abuse.attack import attack, patched
from tests.abuse.exports import taken, unpacked
from tests.clients import signed_in
from tests.loop import START, case_at

pytestmark = pytest.mark.django_db
TYPED = ("=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "\r=1")
BEGINS = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "AUDIT_KEY", tmp_path / "audit.key")


def runs(content: bytes) -> list[str]:
    """The cells of a sheet that a spreadsheet would run."""
    rows = csv.reader(io.StringIO(content.decode().removeprefix("\ufeff"), newline=""))
    return [cell for row in rows for cell in row if cell.startswith(BEGINS)]


def as_it_is(cell: str) -> str:
    return cell


@attack(26, patched("hutong.hotline.archive.papers.neutral", as_it_is), patched("hutong.hotline.network.rules.neutral", as_it_is))
@pytest.mark.parametrize("typed", TYPED)
def test_no_cell_runs(typed: str) -> None:
    case = case_at("closed")
    Office.objects.filter(code="lianhu").update(name=typed)
    Staff.objects.filter(username="wang").update(name=typed)
    signed_in("wang").get(reverse("cases:case", args=[case.pk]))
    child = Child.objects.get()
    written = {name: content for name, content in unpacked(taken(case).content).items() if name.endswith(".csv")}
    written["who saw"] = signed_in("an").post(reverse("audit:child", args=[child.pk]), {"as": "csv"}).content
    written |= {sheet: signed_in("gao").post(reverse("office:export", args=[sheet])).content for sheet in SHEETS}
    assert any(typed.strip() in content.decode() for content in written.values())
    assert {name: cells for name, content in written.items() if (cells := runs(content))} == {}


def test_no_cell_of_a_workbook_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Rulebook.objects.get()
    monkeypatch.setattr("hutong.hotline.rulebook.sheets.named", lambda _book: "=1+1")
    written = load_workbook(io.BytesIO(sheets.export(book, by=cast.post("song"), at=START)))
    cells = [cell for sheet in written.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell for cell in cells if cell.value == "=1+1"]
    assert not [cell for cell in cells if cell.data_type == "f"]
