"""What a trial replays, and trials as they stand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Field, Func, Q, QuerySet
from django.db.models.functions import Coalesce, Least

from hutong.hotline.cases.models import Case, Clock
from hutong.hotline.clocks import queries as clocks
from hutong.hotline.clocks.rules import Windows
from hutong.hotline.clocks.working import WorkingTime
from hutong.hotline.network.models import Office
from hutong.hotline.rulebook.models import Limit, Rulebook, RulebookState
from hutong.hotline.rulebook.rules import chain
from hutong.hotline.trials import rules
from hutong.hotline.trials.models import RulebookTrial
from hutong.hotline.trials.rules import Ran, Terms

MARGIN, AHEAD = timedelta(days=30), timedelta(days=740)  # the longest limit is a year of working days, and may be extended
CENTRE_ACTS = frozenset({"intake", "assessment", "dispatch", "review", "reply", "follow_up"})
OF_A_LIMIT = ("amount", "unit", "ends_on_workday", "warn_at")


def cases(book: Rulebook, *, days: int, until: datetime) -> QuerySet[Case]:
    """The cases for which a rulebook counts and that were opened in so many days before a moment."""
    found = Case.objects.filter(opened_at__gt=until - timedelta(days=days), opened_at__lte=until)
    if book.division_id is None:
        return found
    return found.filter(Q(place__code__startswith=book.division_id) | Q(place=None, centre__division__code__startswith=book.division_id))


class Seconds(Func):
    """A moment in seconds since 1970: read a tenth as fast as a number, a million moments are felt."""

    template = "extract(epoch FROM %(expressions)s)::float8"
    output_field = Field()  # of psycopg's floats a FloatField would make floats once more, by a call each


def clocks_of(case_ids: list[UUID], *, now: datetime) -> Iterator[tuple[str, Ran]]:
    """Every deadline of these cases, with the place by whose limits it went. Two queries."""
    terms = {pk: _terms(*values) for pk, *values in Limit.objects.filter(kind="").values_list("pk", *OF_A_LIMIT)}
    rows = Clock.objects.filter(case__in=case_ids).values_list(
        Coalesce("case__place", "case__centre__division"), "case", "case__number", "case__centre", "case__lead", "tier", "step",
        Seconds("started_at"), Seconds("due_at"), Seconds(Least(Coalesce("ended_at", now), now)), "extension_days", "limit",
    )  # fmt: skip
    for place, case, number, centre, lead, tier, step, started, due, ended, days, limit in rows.iterator():
        office = centre if step in CENTRE_ACTS else lead
        yield place or "", Ran(case.hex, number, office.hex, tier, step, started, due, ended, days, terms[limit])


def _terms(amount: int, unit: str, ends_on_workday: bool, warn_at: list[int]) -> Terms:
    return Terms(amount, unit, ends_on_workday, tuple(warn_at))


def limits(book: Rulebook, *, at: datetime) -> dict[tuple[str, str, str], Terms]:
    """All limits for which a case of this rulebook's division could look, with the draft in the place of its own. Two queries."""
    own = book.division_id or ""
    near = Q(division=None) | Q(division__in=chain(own)) | Q(division__code__startswith=own)
    newest = Rulebook.objects.filter(near, state=RulebookState.APPROVED, valid_from__lte=at)
    ids = dict(newest.order_by("division", "number").values_list("division", "pk")) | {book.division_id: book.pk}
    rows = Limit.objects.filter(rulebook__in=ids.values(), kind="")
    found = rows.values_list("rulebook__division", "tier", "step", *OF_A_LIMIT)
    return rules.lookup((code, tier, step, _terms(*values)) for code, tier, step, *values in found)


class Times:
    """The working time of every office, made when first asked for: its hours, or those from above, and its place's days. Four queries."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.since, self.until = since - MARGIN, until
        self.calendar = clocks.calendar(since=self.since.date())
        self.offices: dict[str, tuple[str | None, str]] = {}
        for office, above, place in _offices():
            self.offices[office.hex] = (above.hex if above else None, place or "")
        self.hours = {office.hex if office else None: windows for office, windows in clocks.all_hours()}
        self.local: dict[str, dict[date, bool]] = {}
        for place, day, is_workday in clocks.all_local_days(since=self.since.date()):
            self.local.setdefault(place, {})[day] = is_workday
        self.of = cache(self._of)
        self._with = cache(self._made)

    def _of(self, office: str) -> WorkingTime:
        place = self.offices[office][1]
        return self._with(self._windows(office), tuple(code for code in chain(place) if code in self.local))

    def _windows(self, office: str | None) -> Windows:
        while office and office not in self.hours:
            office, _place = self.offices[office]
        return self.hours[office]

    def _made(self, windows: Windows, places: tuple[str, ...]) -> WorkingTime:
        """The nearest place last: it has the last word."""
        local = {day: is_workday for place in places for day, is_workday in self.local[place].items()}
        return WorkingTime(self.since, self.until, calendar=replace(self.calendar, local=local), windows=windows, ahead=AHEAD)


def _offices() -> Iterator[tuple[UUID, UUID | None, str | None]]:
    return Office.objects.values_list("pk", "parent", "division").iterator()


def trial(pk: UUID) -> RulebookTrial | None:
    """A trial with its rulebook."""
    return RulebookTrial.objects.select_related("rulebook__division", "asked_by__staff").filter(pk=pk).first()


def trials_of(book: Rulebook) -> QuerySet[RulebookTrial]:
    """The trials of a rulebook, newest first."""
    return book.trials.select_related("asked_by__staff").order_by("-asked_at")


def office_names(result: dict[str, Any]) -> list[tuple[str, int, int]]:
    """The offices whose load would have changed, by name: before and after. One query."""
    rows = result.get("offices", [])
    names = {office.hex: name for office, name in Office.objects.filter(pk__in=[row[0] for row in rows]).values_list("pk", "name")}
    return [(names[office], before, after) for office, before, after in rows]
