"""Questions about orders and the ladder: who sees which, whom one may order, what waits for whom, and whom a missed deadline climbs to."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import OPEN, Case, Event, Recusal
from hutong.hotline.cases.rules import ACTIONS, Action
from hutong.hotline.clocks import queries as clocks
from hutong.hotline.kernel.refusals import Reason
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Office, Post
from hutong.hotline.rulebook import queries as rulebook
from hutong.hotline.rulebook.models import Limit, Rung
from hutong.hotline.supervision import rules
from hutong.hotline.supervision.models import Order, OrderClock, OrderEvent

LIVE_PARTS = ("offered", "accepted")


# --- who sees which orders


def visible_to(post: Post) -> QuerySet[Order]:
    """The orders to and from this post's office; none about a case from which the office or the person is kept."""
    if post.role in cases.READS_NO_CASES:
        return Order.objects.none()
    recused = Recusal.objects.filter(Q(office=post.office_id) | Q(staff=post.staff_id), case=OuterRef("case"))
    return (
        Order.objects.filter(Q(office=post.office_id) | Q(issuer=post.office_id))
        .filter(~Exists(recused))
        .exclude(case__in=cases.restricted_from(post).values("pk"))
    )


def shown_to(post: Post) -> QuerySet[Order]:
    """The same with what is around them, in one query: whether it waits for us, and whether this person may see the case."""
    seen = cases.visible_to(post).filter(pk=OuterRef("case"))
    rows = visible_to(post).select_related("office", "issuer__division", "case", "deadline__limit", "post__staff")
    return rows.annotate(sees_case=Exists(seen), waits_for_us=_waits_for(post))


def in_states(post: Post, states: tuple[str, ...]) -> QuerySet[Order]:
    """The orders of a tab: open ones due first, past ones the last issued first."""
    order = "due_at" if set(states) <= set(rules.OPEN) else "-issued_at"
    return shown_to(post).filter(state__in=states).order_by(order)


def counts(post: Post) -> dict[str, int]:
    """How many orders this post sees in each state. One query."""
    return dict(visible_to(post).order_by().values_list("state").annotate(Count("pk")))


def waiting(post: Post) -> int:
    """How many orders wait for this office: to be signed for or answered, or an answer to be judged.

    One short query where there are none, for every page asks this.
    """
    waits = _waits_for(post)
    if post.role in cases.READS_NO_CASES or not Order.objects.filter(waits).exists():
        return 0
    return visible_to(post).filter(waits).count()


def _waits_for(post: Post) -> Q:
    return Q(office=post.office_id, state__in=("issued", "received")) | Q(issuer=post.office_id, state="answered")


def about(case: Case, post: Post) -> QuerySet[Order]:
    """The orders about a case that this person sees, open ones first."""
    return shown_to(post).filter(case=case).order_by("ended_at", "-issued_at")


def to_office(office: Office, post: Post) -> QuerySet[Order]:
    """The orders that this post's office issued to another, the last one first."""
    return shown_to(post).filter(office=office).order_by("-issued_at")


def work_of(office: Office, post: Post) -> dict[str, int]:
    """What an office has in hand, as far as this post sees it: open cases that wait for it, and those of them that were late."""
    held = cases.visible_to(post).filter(OPEN, holder=office)
    return held.aggregate(open=Count("pk"), late=Count("pk", filter=Q(missed_at__isnull=False)))


def story(order: Order) -> QuerySet[OrderEvent]:
    """All that happened to an order, newest first."""
    return order.events.select_related("by__staff", "office").order_by("-seq")


def since(order_id: UUID, version: int) -> QuerySet[OrderEvent]:
    """What happened after the version that a page showed, oldest first."""
    return OrderEvent.objects.filter(order=order_id, seq__gt=version).select_related("by__staff", "office").order_by("seq")


# --- what one may do


def relations(order: Order, post: Post) -> frozenset[str]:
    """How this post's office stands to an order."""
    offices = {"addressee": order.office_id, "issuer": order.issuer_id}
    return frozenset(relation for relation, office in offices.items() if office == post.office_id)


def why_not(order: Order, post: Post, code: str) -> Reason | None:
    """Why this post may not do this to an order now; None when it may."""
    return rules.why_not(code, state=order.state, role=post.role, relations=relations(order, post))


def offers(order: Order, post: Post) -> list[tuple[Action, Reason | None]]:
    """What this post's place lets it do to an order: open now, or not and why."""
    mine = relations(order, post)
    return [(ACTIONS[code], why_not(order, post, code)) for code in rules.DEEDS if rules.concerns(code, role=post.role, relations=mine)]


def may_issue(post: Post) -> bool:
    """Whether this post issues orders."""
    return rules.may_issue(post.role, post.office.kind)


def addressees(post: Post) -> QuerySet[Office]:
    """省督办市县，市督办县和部门: the offices that this post's office may order."""
    kinds = rules.ADDRESSEES.get(post.office.kind)
    rows = network.below(post.office).filter(Q(kind__in=kinds) if kinds else Q(), valid_to=None)
    return rows if may_issue(post) else rows.none()


def addressees_about(case: Case, post: Post) -> QuerySet[Office]:
    """Those of them that are on the case or above who is, and need not keep away from it."""
    parts = Q(assignments__case=case, assignments__state__in=LIVE_PARTS)
    near = Q(pk__in=[case.centre_id, case.lead_id, case.holder_id, case.lead.parent_id])
    on_it = Office.objects.filter(near | parts | Q(children__in=Office.objects.filter(parts))).values("pk")
    return addressees(post).filter(pk__in=on_it).exclude(recusals__case=case).order_by("division_id", "name")


# --- the clock of an order


def clock_for(order: Order, state: str, *, by: Post | None, at: datetime) -> OrderClock:
    """The limit that the rulebook gives to an order's state, from `at` on, in the time of the office that must act."""
    office = order.office if rules.ACTORS[state] == "addressee" else order.issuer
    limit = rulebook.limit_for(tier=order.tier, step=rules.STEPS[state], division_code=office.division_id, at=at)
    due_at, is_provisional = clocks.reckon(limit=limit, started_at=at, office=office)
    clock = OrderClock(
        order=order, limit=limit, tier=order.tier, step=limit.step, unit=limit.unit, started_at=at, due_at=due_at,
        is_provisional=is_provisional, set_by=by,
    )  # fmt: skip
    clocks.wind(clock, office=office)
    return clock


def limits_of(order: Order) -> tuple[OrderClock, Limit]:
    """By when an order must be signed for (as known last), and the limit of its answer as it was when it was issued."""
    receipt = order.clocks.get(step=rules.STEPS["issued"], replaced_by=None)
    division = order.office.division_id
    answer = rulebook.limit_for(tier=order.tier, step=rules.STEPS["received"], division_code=division, at=order.issued_at)
    return receipt, answer


def acting(order: Order) -> Office:
    """The office for which an open order waits."""
    return order.office if rules.ACTORS[order.state] == "addressee" else order.issuer


# --- the ladder


def rungs_of(clock: Any, case: Case) -> list[Rung]:
    """The ladder with which a deadline was born."""
    return rulebook.rungs_for(tier=clock.tier, division_code=case.place_id or case.centre.division_id, at=clock.started_at)


def next_rung(rungs: Iterable[Rung], told: int) -> Rung | None:
    """The rung above the last one that was told; None at the top."""
    return min((rung for rung in rungs if rung.position > told), key=lambda rung: rung.position, default=None)


def _county(case: Case, on: date) -> Office | None:
    bureau = network.county_bureau_for(case.place_id, on=on) if case.place_id else None
    return bureau or case.holder.parent


# Which office stands on a rung: who must act, who took the case, who stands above.
STANDING: dict[str, Callable[[Case, date], Office | None]] = {
    "worker_head": lambda case, _on: case.holder,
    "shift_lead": lambda case, _on: case.centre,
    "county_head": _county,
    "prefecture_head": lambda case, _on: case.centre,
    "province": lambda case, _on: case.centre.parent,
}


def upward(case: Case, target: str, *, on: date) -> list[Office]:
    """The office that stands on a rung and those above it, nearest first, but for those that must keep away from the case."""
    first = STANDING[target](case, on)
    recused = set(case.recusals.exclude(office=None).values_list("office", flat=True))
    return [office for office in (first, *network.above(first)) if office.pk not in recused] if first else []


class Climb(NamedTuple):
    """Where a missed deadline stands on its ladder: who was told so far, and what comes next and when."""

    told: list[Event]
    next_target: str
    next_at: datetime | None


def climb_of(case: Case) -> Climb | None:
    """Who has been told that the running deadline was missed, in order; None where it was not. One query."""
    clock = case.deadline
    if clock is None or clock.missed_at is None:
        return None
    told = case.events.filter(action="climb", at__gte=clock.missed_at).order_by("seq")
    above = next_rung(rungs_of(clock, case), clock.rung)
    return Climb(list(told), above.target if above else "", clock.next_rung_at)
