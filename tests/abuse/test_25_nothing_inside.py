"""An exported file holds no internal id, none of the staff but their posts, no author and no program."""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from hutong.hotline.archive import queries
from hutong.hotline.cases.models import Case
from hutong.hotline.cases.sight import Sight
from hutong.hotline.contacts.models import Reporter
from hutong.hotline.network.models import Staff
from hutong.hotline.rulebook import sheets
from hutong.hotline.rulebook.models import Rulebook
from hutong.hotline.supervision import actions as supervision
from tests import cast
from tests.abuse.attack import attack, patched
from tests.abuse.exports import taken, unpacked
from tests.clients import signed_in
from tests.loop import case_at

pytestmark = pytest.mark.django_db
UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "AUDIT_KEY", tmp_path / "audit.key")


def texts(files: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Every text in files, of a document each of its parts."""
    for name, content in files.items():
        if content[:2] == b"PK":
            with zipfile.ZipFile(BytesIO(content)) as parts:
                yield from ((f"{name}/{part}", parts.read(part).decode(errors="replace")) for part in parts.namelist())
        else:
            yield name, content.decode()


with_ids = queries._event


def telling(event: object, sight: Sight) -> dict[str, object]:
    """What an event tells, with what must not be in it."""
    return {**with_ids(event, sight), "编号": str(event.pk), "姓名": event.by.staff.name if event.by else ""}  # type: ignore[attr-defined]


@attack(25, patched("hutong.hotline.archive.queries._event", telling))
def test_no_id_and_none_of_the_staff_but_who_took_it() -> None:
    case = case_at("closed")
    signed_in("wang").get(reverse("cases:case", args=[case.pk]))
    others = set(Staff.objects.exclude(username="zhou").values_list("name", flat=True))
    for name, text in texts(unpacked(taken(Case.objects.get()).content)):
        assert not UUIDS.findall(text), name
        assert not [other for other in others if other in text], name


@attack(25, patched("hutong.hotline.archive.queries._contact", lambda contact: {"报告人": Reporter.objects.get(contact=contact).phone}))
def test_not_who_reported() -> None:
    for name, text in texts(unpacked(taken(case_at("closed")).content)):
        assert "郑重" not in text, name
        assert "13800001234" not in text, name


def test_no_author_no_program_and_no_hidden_sheet_in_what_the_product_writes() -> None:
    case = case_at("closed")
    order = supervision.order(
        case_at("handling").pk,
        office=cast.office("lianhu"),
        subject="见到孩子",
        text="请今天见到孩子",
        by=cast.post("zhou"),
        at=timezone.now(),
    )
    letter = signed_in("zhou").post(reverse("supervision:letter", args=[order.pk])).content
    report = signed_in("an").post(reverse("audit:yearly"), {"year": timezone.localdate().year}).content
    book = sheets.export(Rulebook.objects.get(), by=cast.post("song"), at=timezone.now())
    for name, text in texts({**unpacked(taken(case).content), "letter": letter, "report": report, "book": book}):
        if name.endswith("core.xml"):
            assert not re.search(r"<dc:creator>[^<]+|<cp:lastModifiedBy>[^<]+|python|openpyxl", text), name
    assert {sheet.sheet_state for sheet in load_workbook(BytesIO(book)).worksheets} == {"visible"}
