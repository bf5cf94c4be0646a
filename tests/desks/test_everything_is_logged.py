"""Whatever shows a case, a child or a reporter writes a line that names it; and so does whatever is refused.

The table of addresses is walked: a new one is asked for by everybody whom its gate admits, without a line in a list here.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from hutong.desks.cases.lists import LISTS as WORK
from hutong.desks.cases.views import REGIONS
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.calls.models import Asked
from hutong.hotline.cases.actions import emergencies, recording
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts.actions import ReporterFacts
from hutong.hotline.contacts.models import Contact
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network import signing_in
from hutong.hotline.network.models import Office
from hutong.hotline.notices import timers
from hutong.hotline.people.models import Person
from hutong.hotline.recordings import actions as recordings
from hutong.hotline.statistics import shift
from hutong.hotline.statistics.facts import SOURCE_OF
from hutong.hotline.statistics.queries import NOW
from hutong.hotline.supervision import actions as supervision
from hutong.hotline.supervision.models import Order
from tests import cast, talks
from tests.clients import signed_in
from tests.desks.api.software import Software
from tests.desks.operator.sheets import typed
from tests.loop import WORDS, case_at

pytestmark = pytest.mark.django_db
TOLD, NUMBER, SUSPECTED, MISSED = "网页上说孩子一个人在家", "13900007788", "钱大海", "13700006655"
# What follows a question mark, where a page shows something else for it.
ASKED: dict[str, list[dict[str, str]]] = {
    "cases:work": [{"list": name} for name in WORK],
    "cases:search": [{"q": "孩子"}],
    "shift:board": [{}, {"wall": ""}],
    "shift:list": [{"what": name} for name in shift.LISTS],
    "province:board": [{}, {"wall": ""}],
    "province:cases": [{"what": name} for name in {*NOW, *SOURCE_OF}],
    "supervision:orders": [{"list": name} for name in ("issued", "received", "answered", "ended")],
}
# Who works where, what is laid down, and the log itself, of which each look is a line (`audit/test_desk.py`): nobody's case.
SHOW_THEMSELVES = {"account", "approvals", "components", "office", "rulebook", "audit"}


class World:
    """A case of each sort that there is on a page: an old and a new one, an order about it, a contact that waits."""

    def __init__(self) -> None:
        now = datetime.now(UTC)
        self.case = case_at("handling", tier="II", at=now - timedelta(hours=2))
        person = Person.objects.create(name=SUSPECTED)
        recording.add_party(self.case.pk, person=person, role="suspected", relation="邻居", by=cast.post("xu"), at=now)
        self.order = supervision.order(
            self.case.pk, office=cast.office("lianhu"), subject="见到孩子", text="请今天见到孩子", by=cast.post("zhou"), at=now
        )
        self.contact, _new = contacts.receive(
            centre=cast.office("xian"), channel="web", narrative=TOLD, by=None, at=now, reporter=ReporterFacts(phone=NUMBER),
            idempotency_key="1",
        )  # fmt: skip
        case_at("assessment", at=now - timedelta(hours=3))
        self.call = talks.a_call(case=self.case, at=now - timedelta(minutes=5), seconds=60)
        self.recording = recordings.begin(self.call, caller_wav=Path("caller.wav"), operator_wav=Path("operator.wav"), at=now)
        self.waiting = talks.missed(at=now, caller=MISSED)
        urgent = case_at("acceptance", tier="I", at=now - timedelta(hours=1))
        self.emergency = emergencies.break_glass(
            number=urgent.number,
            why="police_asks",
            text="民警在场，要核对孩子住在哪一户，等不及受理中心回电。",
            by=cast.post("fang"),
            at=now,
        )

    @cached_property
    def marks(self) -> dict[str, set[object]]:
        """What betrays that something of a case or contact is shown, and the ids of which one the line must name."""
        found: dict[str, set[object]] = {
            TOLD: {self.contact.pk},
            NUMBER: {self.contact.pk},
            "请今天见到孩子": {self.order.pk, self.case.pk},
        }
        for case in Case.objects.all():
            there = {case.pk, *Contact.objects.filter(link__case=case).values_list("pk", flat=True)}
            there |= set(Order.objects.filter(case=case).values_list("pk", flat=True))
            found[case.number] = found[str(case.pk)] = there
        found[MISSED] = {self.waiting.pk, self.waiting.call_back_id}
        about = {self.call.pk}.union(*(found[case.number] for case in Case.objects.all()))
        return found | {"小雨": about, "郑重": about, "13800001234": about, WORDS: about, SUSPECTED: found[self.case.number]}

    @cached_property
    def arguments(self) -> dict[str, list[object]]:
        """What stands in addresses."""
        return {
            "case_id": list(Case.objects.values_list("pk", flat=True)),
            "contact_id": [self.contact.pk],
            "order_id": [self.order.pk],
            "office_id": list(Office.objects.filter(code__in=("lianhu", "xian")).values_list("pk", flat=True)),
            "name": list(REGIONS),
            "code": ["note", "report", "answer", "psychology_note", "merge", "receive_order", "withdraw_order"],  # forms of each sort
            "section": ["child", "reporter", "psychology"],
            "field": ["name", "phone"],
            "of": [new_id()],
            "emergency_id": [self.emergency.pk],
            "draft_id": [new_id()],
            "way_id": [new_id()],
            "call_id": [self.call.pk, self.waiting.pk],
            "call_back_id": [self.waiting.call_back_id],
            "asked": list(Asked.values),
            "recording_id": [self.recording],
            "play_id": [new_id()],
            "hold_id": [new_id()],
            "export_id": [new_id()],
        }


def views(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, list[str], Any]]:
    """The name of each address, what it takes, and its view."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", list(entry.pattern.converters), entry.callback
        else:
            yield from views(entry, f"{entry.namespace}:" if entry.namespace else space)


ADDRESSES = {
    name: (takes, view)
    for name, takes, view in views(get_resolver())
    if name.partition(":")[0] not in {*SHOW_THEMSELVES, "api"} and view.gate != "public"
}


def addresses(name: str, world: World) -> Iterator[str]:
    """All the addresses of a name, in this world."""
    given: list[dict[str, object]] = [{}]
    for argument in ADDRESSES[name][0]:
        given = [each | {argument: value} for each in given for value in world.arguments[argument]]
    for each in given:
        for query in ASKED.get(name, [{}]):
            yield reverse(name, kwargs=each, query=query or None)


def admitted(name: str) -> list[str]:
    """One of the cast for each post that the gate admits."""
    gate = ADDRESSES[name][1].gate
    one_of_each = {role: who for who, (_name, role, _office) in reversed(cast.PEOPLE.items())}
    return sorted(
        {"ma", *one_of_each.values()}
        if "any post" in gate or gate == "signed_in"
        else {one_of_each[role] for role in gate if role in one_of_each}
    )


def named(since: datetime) -> set[str]:
    """Everything that the lines since then name."""
    lines = AuditEntry.objects.filter(at__gte=since).values_list("subject_id", "detail")
    return {str(thing) for subject, detail in lines for thing in (subject, *detail.get("shown", ()))}


def unlogged(world: World, client: Client, address: str, **headers: str) -> set[str]:
    """What an address shows without a line about it."""
    begun = timezone.now()
    answer = client.get(address, headers=headers or None)
    text = answer.content.decode(errors="replace") if answer.status_code == 200 else ""
    found = named(begun)
    return {mark for mark, ids in world.marks.items() if mark in text and not {str(each) for each in ids} & found}


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_what_a_page_shows_of_a_case_the_log_names(name: str) -> None:
    world = World()
    for who in admitted(name):
        client = signed_in(who)
        for address in addresses(name, world):
            assert unlogged(world, client, address) == set(), f"{who} {address}"


def test_the_walk_sees_what_is_shown() -> None:
    world, client = World(), signed_in("zhou")
    text = client.get(reverse("cases:case", args=[world.case.pk])).content.decode()

    assert {mark for mark in world.marks if mark in text} >= {WORDS, world.case.number}


def test_a_list_that_renews_itself_writes_what_it_had_not_shown() -> None:
    world, client = World(), signed_in("ma")
    lines = AuditEntry.objects.filter(verb="listed", post_id=cast.post("ma").pk)
    for expected in (1, 1, 1):
        client.get(reverse("county:work"), headers={"HX-Request": "true"})
        assert lines.count() == expected
    new = case_at("acceptance", at=datetime.now(UTC) - timedelta(hours=1))
    client.get(reverse("county:work"), headers={"HX-Request": "true"})

    first, last = [line.detail["shown"] for line in lines.order_by("at")]
    assert (str(world.case.pk) in first, last) == (True, [str(new.pk)])


@pytest.mark.parametrize(("address", "names"), [("cases", "case"), ("cases/{case}", "case"), ("contacts/{contact}", "contact")])
def test_what_software_is_handed_the_log_names(address: str, names: str) -> None:
    world = World()
    ids = {"case": world.case.pk, "contact": world.contact.pk}
    begun = timezone.now()
    answer = Software.of("zhou").get(address.format(**ids))

    assert answer.status_code == 200
    assert str(ids[names]) in named(begun)


def test_what_is_known_of_a_caller_is_logged() -> None:
    world, begun = World(), timezone.now()
    signed_in("xu").post(reverse("operator:known"), typed(phone="13800001234"))

    assert str(world.case.pk) in named(begun)


def test_alerts_on_every_page_are_logged_once_an_hour() -> None:
    case, client = case_at("acceptance", tier="I", at=datetime.now(UTC) - timedelta(minutes=40)), signed_in("ma")
    timers.sweep(at=datetime.now(UTC))
    for _page in range(3):
        assert case.number in client.get(reverse("notices:own")).content.decode()
    lines = AuditEntry.objects.filter(verb="listed", detail__part="notices:alerts", post_id=cast.post("ma").pk)

    assert [line.detail["shown"] for line in lines] == [[str(case.pk)]]


def test_what_was_sought_is_kept_as_a_mark_alone() -> None:
    World()
    client = signed_in("zhou")
    for words in ("孩子", "孩子", "小雨"):
        client.post(reverse("cases:search"), {"q": words}, follow=True)
    sought = [line.detail["words"] for line in AuditEntry.objects.filter(detail__part="cases:search").order_by("at")]

    assert sought[0] == sought[1] != sought[2]
    assert "孩子" not in str(sought)


# --- refusals


def refusals() -> list[tuple[str, dict[str, Any]]]:
    return [(line.subject, line.detail) for line in AuditEntry.objects.filter(verb="refused").order_by("at")]


def test_a_page_of_another_post_a_case_of_another_office_and_a_list_that_is_not_there_are_refused_once_each() -> None:
    world = World()
    assert signed_in("xu").get(reverse("province:board")).status_code == 403
    assert signed_in("qin").get(reverse("cases:case", args=[world.case.pk])).status_code == 404
    assert signed_in("zhou").get(reverse("shift:list", query={"what": "nothing"})).status_code == 404

    assert refusals() == [
        ("page", {"part": "province:board"}),
        ("case", {"part": "cases:case"}),
        ("page", {"part": "shift:list"}),
    ]


def test_a_deed_that_is_refused_is_told_with_its_reason() -> None:
    world = World()
    world.case.refresh_from_db()
    sheet = {"seen": world.case.version, "once": new_id()}
    signed_in("wang").post(reverse("cases:act", args=[world.case.pk, "approve"]), sheet)
    Software.of("wang").act(world.case, "approve")

    assert [(subject, detail["part"]) for subject, detail in refusals()] == [("case", "cases:act/approve"), ("page", "api:act_approve")]
    assert all(detail["reason"] for _subject, detail in refusals())


def test_a_key_that_opens_nothing_and_a_sign_in_that_must_wait_are_told() -> None:
    Software("hutong_nothing").get("cases")
    for _try in range(6):
        Client().post(reverse("account:sign_in"), {"username": "xu", "password": "wrong"})
    told = list(AuditEntry.objects.exclude(verb__in=signing_in.TOLD).order_by("at").values_list("verb", "subject"))

    assert told == [("refused", "token"), *[("sign_in_failed", "sign_in")] * 5, ("sign_in_held_off", "sign_in")]


def test_where_the_log_cannot_be_written_nothing_is_shown() -> None:
    world, client = World(), signed_in("zhou")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path = pg_temp, public")
        cursor.execute("CREATE TEMP TABLE audit_entry (id uuid)")
    with pytest.raises(ProgrammingError):
        client.get(reverse("cases:case", args=[world.case.pk]))


@pytest.mark.parametrize("name", ["cases:act", "cases:reveal", "cases:hold", "supervision:act", "operator:contact"])
def test_what_a_form_that_comes_back_shows_the_log_names(name: str) -> None:
    """Nothing was filled in, and the form of a deed stands there again with what it is about: as good a look as any."""
    world, came_back = World(), 0
    for who in admitted(name):
        client = signed_in(who)
        for address in addresses(name, world):
            begun = timezone.now()
            answer = client.post(address, {"seen": "1"})
            if answer.status_code in {409, 422}:
                came_back += 1
                text, found = answer.content.decode(), named(begun)
                missing = {mark for mark, ids in world.marks.items() if mark in text and not {str(each) for each in ids} & found}
                assert missing == set(), f"{who} {address}"
    assert came_back


def test_what_happened_meanwhile_is_told_to_software_as_to_a_page() -> None:
    world, begun = World(), timezone.now()
    answer = Software.of("wang").act(world.case, "set_phase", seen=1, phase="emergency", text="核对")

    assert (answer.status_code, len(answer.json()["changes"]) > 1) == (409, True)
    looks = AuditEntry.objects.filter(at__gte=begun, verb="looked", subject_id=world.case.pk)
    assert [line.post_id for line in looks] == [cast.post("wang").pk]
