"""What is past its time: the rows of each kind of the schedule that the worker erases, never one under a legal hold."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from hutong.hotline.assignments.models import Assignment, Transfer
from hutong.hotline.calls.models import Call, CallBack, Leg, Wish
from hutong.hotline.cases.models import Case, CaseChild, CaseContact, Party, Presence, Stage
from hutong.hotline.contacts.models import Contact, Draft, Outcome, Reporter
from hutong.hotline.holds import queries as holds
from hutong.hotline.holds.models import PersonHold
from hutong.hotline.people.models import Child, Person
from hutong.hotline.recordings.models import Gap, Recording
from hutong.hotline.retention import rules
from hutong.hotline.retention.models import Erasure
from hutong.hotline.supervision.models import Order

# The tables that a kind is about: the model, and by which column its rows belong to the row that is due.
TABLES: dict[str, dict[type[Model], str]] = {
    "case": {Case: "pk", Party: "case", Assignment: "case", Transfer: "case"},
    "child": {Child: "pk"},
    "person": {Person: "pk"},
    "contact": {Contact: "pk", Reporter: "contact"},
    "call": {Call: "pk", CallBack: "call", Leg: "call", Wish: "call", Recording: "call", Gap: "recording__call"},
    "held": {PersonHold: "pk"},
    "draft": {Draft: "pk"},
    "presence": {Presence: "pk"},
}


def _over(kind: str, at: datetime) -> datetime:
    return rules.over_before(rules.schedule().kinds[kind], at)


def _held_recordings(**of: OuterRef) -> Exists:
    """Recordings that the law needs longer: with them stays what they belong to."""
    return Exists(Recording.objects.filter(held_at__isnull=False, **of))


def _erased(kind: str, row: str = "pk") -> Exists:
    return Exists(Erasure.objects.filter(kind=kind, row_id=OuterRef(row)))


def cases(at: datetime) -> QuerySet[Case]:
    """Closed for as long as the schedule says, all their children grown up, not held, and no order about them open."""
    closed = Case.objects.filter(stage=Stage.CLOSED, closed_at__lte=_over("case", at)).exclude(pk__in=holds.held())
    minors = CaseChild.objects.filter(_not_grown(at), case=OuterRef("pk"))
    orders = Order.objects.filter(case=OuterRef("pk"), ended_at=None)
    free = closed.filter(~_erased("case"), ~Exists(orders), ~_held_recordings(case=OuterRef("pk")))
    return free.filter(~Exists(minors)).order_by("closed_at")


def _not_grown(at: datetime) -> Q:
    """The children of whom it is not certain that they are 21: by birth, else by the age that was told, else as if newborn then."""
    young = Q(child__born_on__gt=rules.months_before(at, 12 * rules.GROWN).date())
    for age in range(rules.ADULT):
        young |= Q(child__born_on=None, child__age=age, case__opened_at__gt=rules.months_before(at, 12 * (rules.GROWN - age)))
    return young | Q(child__born_on=None, child__age=None, case__opened_at__gt=rules.months_before(at, 12 * rules.GROWN))


def _of_erased_cases(rows: QuerySet[Any], links: QuerySet[Any], kind: str) -> QuerySet[Any]:
    """The rows all of whose cases are erased, none of them held."""
    kept = links.filter(~_erased("case", "case") | Q(case__in=holds.held()))
    return rows.filter(Exists(links), ~Exists(kept), ~_erased(kind)).order_by("pk")


def children(at: datetime) -> QuerySet[Child]:
    """Children all of whose cases are erased."""
    return _of_erased_cases(Child.objects.all(), CaseChild.objects.filter(child=OuterRef("pk")), "child")


def people(at: datetime) -> QuerySet[Person]:
    """Others all of whose cases are erased."""
    return _of_erased_cases(Person.objects.all(), Party.objects.filter(person=OuterRef("pk")), "person")


def contacts(at: datetime) -> QuerySet[Contact]:
    """Contacts that became no case, for as long as the schedule says; and those of erased cases. None of a reporter on hold."""
    links = CaseContact.objects.filter(contact=OuterRef("pk"))
    loose = Q(~Exists(links), ~Q(outcome=Outcome.PENDING), received_at__lte=_over("contact", at))
    ended = Q(Exists(links.filter(_erased("case", "case")).exclude(case__in=holds.held())))
    return Contact.objects.filter(loose | ended, ~_erased("contact")).exclude(pk__in=holds.held_contacts()).order_by("received_at")


def calls(at: datetime) -> QuerySet[Call]:
    """Calls whose cases and whose contact are erased; and those of which nothing was written down, for as long as the schedule says."""
    own = Case.objects.filter(Q(calls=OuterRef("pk")) | Q(call_backs__call=OuterRef("pk")) | Q(contact_links__contact__call=OuterRef("pk")))
    kept = own.filter(~_erased("case") | Q(pk__in=holds.held()))
    told = Q(contact=None) | Q(_erased("contact", "contact"))
    nothing_said = Q(Exists(own)) | Q(contact__isnull=False) | Q(ended_at__lte=_over("call", at))
    waits = CallBack.objects.filter(call=OuterRef("pk"), settled_at=None)
    ended = Call.objects.filter(~Exists(waits), ~_erased("call"), ended_at__isnull=False)
    return ended.filter(told, nothing_said, ~Exists(kept), ~_held_recordings(call=OuterRef("pk"))).order_by("ended_at")


def held(at: datetime) -> QuerySet[PersonHold]:
    """Holds on people that ended so long ago."""
    return PersonHold.objects.filter(~_erased("held"), ended_at__lte=_over("held", at)).order_by("ended_at")


def drafts(at: datetime) -> QuerySet[Draft]:
    """Drafts that nobody went on with."""
    return Draft.objects.filter(saved_at__lte=_over("draft", at)).order_by("saved_at")


def presences(at: datetime) -> QuerySet[Presence]:
    """Traces of who had a case open."""
    return Presence.objects.filter(seen_at__lte=_over("presence", at)).order_by("seen_at")


# --- what became of an erased case


class Fate(NamedTuple):
    """What became of what an erased case held under one line of the schedule: how many rows, how many are erased, the last of them when."""

    line: rules.Kind
    held: int
    erased: int
    at: datetime | None


def fates(case: Case) -> list[Fate]:
    """What became of all that an erased case held, by the lines of the schedule; those of which it held nothing are left out."""
    held: dict[str, set[UUID]] = {
        "case": {case.pk},
        "story": {case.pk},
        "child": set(CaseChild.objects.filter(case=case).values_list("child", flat=True)),
        "person": set(Party.objects.filter(case=case).values_list("person", flat=True)),
        "contact": set(CaseContact.objects.filter(case=case).values_list("contact", flat=True)),
        "call": set(Call.objects.filter(Q(case=case) | Q(contact__link__case=case)).values_list("pk", flat=True)),
    }
    gone: dict[str, list[datetime]] = {kind: [] for kind in (*TABLES, "recording")}
    gone["story"] = [case.erased_at] if case.erased_at else []
    for kind, at in Erasure.objects.filter(row_id__in=set().union(*held.values())).values_list("kind", "at"):
        gone[kind].append(at)
    sound = dict(Recording.objects.filter(case=case, kept_at__isnull=False).values_list("pk", "destroyed_at"))
    held["recording"], gone["recording"] = set(sound), [at for at in sound.values() if at]
    lines = rules.schedule().kinds
    return [Fate(lines[kind], len(rows), len(gone[kind]), max(gone[kind], default=None)) for kind, rows in held.items() if rows]


DUE: dict[str, Callable[[datetime], QuerySet[Any]]] = {
    "case": cases, "child": children, "person": people, "contact": contacts, "call": calls, "held": held, "draft": drafts,
    "presence": presences,
}  # fmt: skip
