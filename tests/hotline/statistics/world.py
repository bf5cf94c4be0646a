"""A network of three centres in two provinces with made-up cases, some taken up again, moved away or kept from the province.

`Plain` is an obviously right model of a board: it looks at every row.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.cases.actions import judging, recusing
from hutong.hotline.cases.models import Case, Clock, Event, Recusal
from hutong.hotline.clocks.rules import local
from hutong.hotline.network.models import Office, OfficeKind, Post, Role
from hutong.hotline.replies.models import FollowUp
from hutong.project import synth
from hutong.project.database import Addresses
from tests import network
from tests.cast import office, post
from tests.loop import case_at

NOW = datetime(2026, 9, 18, 7, 30, tzinfo=UTC)  # a Friday afternoon in Shanghai
TODAY = date(2026, 9, 18)
CASES = 360


def make(addresses: Addresses) -> None:
    """Everything."""
    network.jiangxi()
    network.post("hua", "华清", Role.OPERATOR, "baoji")
    network.post("yan", "严冬", Role.OPERATOR, "nanchang")
    network.post("pan", "潘安", Role.COORDINATOR, "nanchang")
    network.post("bu", "卜文", Role.SUPERVISOR, "mca")
    network.post("jing", "景行", Role.SUPERVISOR, "jiangxi")
    synth.load(addresses.owner, first=0, last=CASES, now=NOW - timedelta(minutes=20))
    take_up_again()
    move_away()
    keep_away()


def take_up_again() -> None:
    """One soon after its end, one long after."""
    for days in (20, 120):
        case = case_at("closed", at=NOW - timedelta(days=days))
        judging.reopen(case.pk, by=post("zhou"), at=NOW - timedelta(days=1), seen=None, text="又有新情况")


def move_away() -> None:
    """To another prefecture, and to another province."""
    for receiver, decider, taker in (("baoji", "song", "qin"), ("nanchang", "bu", "pan")):
        case = case_at("dispatch", at=NOW - timedelta(days=4))
        facts: dict[str, Any] = {"at": NOW - timedelta(days=2), "seen": None}
        assignments.propose_transfer(case.pk, office=office(receiver), by=post("zhou"), text="孩子已去那里", **facts)
        assignments.settle_transfer(case.pk, by=post(decider), **facts)
        assignments.accept_transfer(case.pk, by=post(taker), **facts)


def keep_away() -> None:
    """The province's bureau must not know of some of Xi'an's cases."""
    near = Case.objects.filter(centre=office("xian"), opened_at__gt=NOW - timedelta(days=40)).exclude(stage="closed").order_by("number")
    for case in near[:3]:
        recusing.recuse(case.pk, office=office("shaanxi"), by=post("zhou"), at=NOW - timedelta(hours=1), seen=None, text="亲属在省厅")


class Plain:
    """What a board of a post must show."""

    def __init__(self, who: Post) -> None:
        self.offices = {each.pk: each for each in Office.objects.all()}
        self.top = who.office_id
        kept_away = set(Recusal.objects.filter(office=who.office_id).values_list("case", flat=True))
        self.cases = {case.pk: case for case in Case.objects.all() if self.top in self.above(case.centre_id) and case.pk not in kept_away}

    def above(self, office_id: UUID | None) -> Iterator[UUID]:
        """The offices above one, nearest first."""
        while office_id and (office_id := self.offices[office_id].parent_id):
            yield office_id

    def place(self, office_id: UUID, level: str) -> str:
        """The code of the place of an office; empty where it is below no centre."""
        line = [self.offices[each] for each in (office_id, *self.above(office_id))]
        kinds = [each.kind for each in line]
        if OfficeKind.HOTLINE_CENTRE not in kinds:
            return ""
        centre = kinds.index(OfficeKind.HOTLINE_CENTRE)
        return line[{"county": max(centre - 1, 0), "prefecture": centre, "province": centre + 1}[level]].code

    def facts(self) -> Iterator[tuple[str, date, UUID, UUID]]:
        """Every fact of every case: what, when, whose, of which case."""
        replaced = set(Clock.objects.exclude(replaces=None).values_list("replaces", flat=True))
        ends: dict[UUID, datetime] = {}
        for event in Event.objects.order_by("case", "seq"):
            for name in of_event(event, ends.get(event.case_id)):
                yield name, local(event.at).date(), event.lead_id, event.case_id
            if event.stage_after == "closed" != event.stage_before:
                ends[event.case_id] = event.at
        for clock in Clock.objects.exclude(ended_at=None).exclude(pk__in=replaced):
            for name in ("ended", "overran") if clock.ended_at > clock.due_at else ("ended",):
                yield name, local(clock.ended_at).date(), clock.office_id, clock.case_id
        for told in FollowUp.objects.exclude(satisfaction="not_asked"):
            for name in ("asked", "dissatisfied") if told.satisfaction == "dissatisfied" else ("asked",):
                yield name, local(told.at).date(), told.lead_id, told.case_id

    def by_place(self, level: str) -> dict[str, Counter[str]]:
        """The numbers of each place of which there is something to tell."""
        found: dict[str, Counter[str]] = {}
        for name, day, office_id, case in self.facts():
            place = self.place(office_id, level)
            if case in self.cases and TODAY - timedelta(days=30) < day <= TODAY and place and self.top in self.above(office_id):
                found.setdefault(place, Counter())[name] += 1
        for case in self.cases.values():
            if case.stage != "closed":
                found.setdefault(self.place(case.lead_id, level), Counter()).update(open=1, late=case.missed_at is not None)
        return found

    def by_day(self) -> dict[date, Counter[str]]:
        """The numbers of each day."""
        found: dict[date, Counter[str]] = {TODAY - timedelta(days=back): Counter() for back in reversed(range(30))}
        for name, day, office_id, case in self.facts():
            if case in self.cases and day in found and self.place(office_id, "county") and self.top in self.above(office_id):
                found[day][name] += 1
        return found


def of_event(event: Event, ended: datetime | None) -> Iterator[str]:
    """What an event is a fact of, where the case ended last at `ended`."""
    if not event.stage_before:
        yield "registered"
    if event.stage_after == "closed" != event.stage_before:
        yield "closed"
    if event.action == "miss":
        yield "missed"
    if event.action == "return":
        yield "returned"
    if event.action == "reopen" and ended and event.at - ended <= timedelta(days=90):
        yield "reopened"
