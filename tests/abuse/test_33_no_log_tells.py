"""Attack 33: logs are read by many who may read no case. A whole report is taken, acted on and made to fail, and none of them tells."""

import io
import logging
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.calls.actions import arriving
from hutong.hotline.cases import searching
from hutong.hotline.cases.actions import recording
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.people.models import Person
from hutong.project.logs import Formatter
from tests.abuse.attack import attack, patched
from tests.abuse.marked import ADDRESS, CALLER, CHILD, HOUSE, IDENTITY, MARKED, PHONE, REPORTER, SCHOOL, SUSPECTED, TOLD, found, written
from tests.cast import post
from tests.clients import signed_in
from tests.desks.operator.sheets import child, hand_in, typed
from tests.talks import missed

pytestmark = pytest.mark.django_db
LINKS = re.compile(r'(?:href|hx-get|hx-post|action|src)="([^"]*)"')


@pytest.fixture
def said() -> Any:
    """What a process writes to its terminal meanwhile."""
    into = io.StringIO()
    handler = logging.StreamHandler(into)
    handler.setFormatter(Formatter())
    loggers = [logging.getLogger(name) for name in ("", "django")]
    for logger in loggers:
        logger.addHandler(handler)
    yield into
    for logger in loggers:
        logger.removeHandler(handler)


def taken(client: Client) -> Case:
    """A report by telephone, with all that can be known of everybody."""
    draft = new_id()
    sheet = typed(
        narrative=TOLD, title="孩子独自在家", place_text=HOUSE, is_anonymous="no", name=REPORTER, phone=PHONE, id_number=IDENTITY
    ) | child(name=CHILD, id_number=IDENTITY, age="", school=SCHOOL)
    client.post(reverse("operator:draft", args=[draft]), sheet)
    hand_in(client, sheet, draft_id=draft)
    case = Case.objects.get()
    person = Person.objects.create(name=SUSPECTED, phone=CALLER, address=ADDRESS)
    recording.add_party(case.pk, person=person, role="suspected", relation="邻居", by=post("xu"), at=timezone.now())
    recording.correct(
        case.pk, by=post("xu"), at=timezone.now(), seen=None, title="孩子独自在家", place=case.place, place_text=f"{HOUSE} 302"
    )
    return case


def refused_row(*_asked: object, **_more: object) -> None:
    """What goes wrong in the database, in words that quote the row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text::uuid", [f"{TOLD} {CHILD} {PHONE}"])


@attack(33, patched("hutong.hotline.kernel.mishaps._words", lambda error: f": {error}"))
def test_a_whole_report_and_its_failures_leave_nothing_in_any_log(said: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, worker = signed_in("xu"), signed_in("zhou")
    case = taken(desk)
    call = missed(at=timezone.now(), caller=CALLER)
    arriving.arrive("again", number="12349", caller=PHONE, diverted_from="", at=timezone.now())
    pages = [desk.get(reverse("operator:desk")), desk.get(reverse("phone:call", args=[call.pk])), worker.get(reverse("cases:work"))]
    sought = worker.post(reverse("cases:search"), {"q": TOLD[:6]}, follow=True)
    pages += [worker.get(reverse("cases:case", args=[case.pk])), sought]
    assert case.number in sought.content.decode()
    addresses = [link for page in pages for link in LINKS.findall(page.content.decode()) if not link.startswith("tel:")]
    addresses += [address for address, _status in sought.redirect_chain]
    monkeypatch.setattr(searching, "search", refused_row)
    worker.raise_request_exception = False
    broken = worker.get(reverse("cases:search", query={"q": "孩子"}))
    assert broken.status_code == 500
    assert "DataError" in said.getvalue()
    told = [said.getvalue(), *addresses, broken.content.decode()]
    assert found(told) == set()


@attack(33, patched("hutong.hotline.cases.details.seal_beside", lambda _row, text, _place: text))
def test_nor_in_the_audit_log_nor_in_the_particulars_of_events() -> None:
    taken(signed_in("xu"))
    missed(at=timezone.now(), caller=CALLER)
    assert found(list(written()), MARKED) == set()
