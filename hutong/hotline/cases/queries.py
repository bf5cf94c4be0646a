"""Questions about cases: who may see which, how a person stands to one, what they may do, what is due first."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from hutong.hotline.cases import rules
from hutong.hotline.cases.letting_in import Admission, Emergency
from hutong.hotline.cases.models import OPEN, Case, CaseChild, CaseContact, Event, Notice, PartClock, Pause, PauseState, Presence, Recusal
from hutong.hotline.cases.rules import Action, Situation
from hutong.hotline.cases.sight import Sight
from hutong.hotline.cases.sight import sight as sighted
from hutong.hotline.contacts.models import WITH_CASE, Contact
from hutong.hotline.kernel.numbers import half_width
from hutong.hotline.kernel.refusals import Reason
from hutong.hotline.keys.fields import is_same
from hutong.hotline.network import contracts
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Division, Office, OfficeKind, Post, Role
from hutong.hotline.network.rules import THREE
from hutong.hotline.people.models import Child

# Three administrators, none of whom reads cases (三员分立).
READS_NO_CASES = frozenset(map(Role, THREE))
OPEN_PARTS = ("offered", "accepted")
MOVING = ("proposed", "settled")
FRESH = timedelta(seconds=40)  # a page says every 15 seconds that it is still open
SAME_WITHIN = timedelta(days=180)  # of one another, reports may be about the same matter
MANY = 100
IN_A_ROW = (
    "number", "title", "tier", "stage", "worker", "place_text", "due_at", "missed_at", "closed_at", "extension_days", "lower_to",
    "holder__name", "lead__name", "place__full_name", "deadline__started_at", "deadline__warned", "deadline__missed_at",
    "deadline__unit", "deadline__is_provisional", "row_key",
)  # fmt: skip


def visible_to(post: Post) -> QuerySet[Case]:
    """Rule 6: cases that this post's office, or one below it, is on (`hutong_case_seen_by`); never a recused one.

    Of restricted ones those to which the post is let in; of an outsourced office those of its contract, while it runs; and for an
    hour what was opened in an emergency. `hutong_case_visible` is the same condition in the database; a test holds them together.
    """
    if post.role in READS_NO_CASES:
        return Case.objects.none()
    opened = Q(pk__in=opened_by(post).values("case"))
    near = Q(seen_by__contains=[post.office_id]) & _let_in(post) | opened
    recused = Recusal.objects.filter(Q(office=post.office_id) | Q(staff=post.staff_id), case=OuterRef("pk"))
    return Case.objects.filter(~Exists(recused), near, may_reach(post), _by_contract(post))


def opened_by(post: Post) -> QuerySet[Emergency]:
    """The emergencies in which this post has cases open now."""
    return Emergency.objects.filter(post=post.pk, until__gt=timezone.now())


def may_reach(post: Post) -> Q:
    """Whom a manager approved for minors' data reaches cases at all; being named on one is approval for that one."""
    if getattr(post, "is_approved", False):  # found with the post at the start of a request (`network.queries.posts_held`)
        return Q()
    return Q(network.is_approved(post.pk, on=timezone.localdate())) | Q(worker=post.pk)


def is_named(post: Post) -> bool:
    """Whether any open case was given to this very post."""
    return Case.objects.filter(OPEN, worker=post.pk).exists()


def _let_in(post: Post) -> Q:
    """What is not restricted, and of the rest what this post is named for: the heads of the offices on it are."""
    if post.role in rules.HEADS:
        return Q()
    named = Admission.objects.filter(post=post.pk, ended_at=None, case=OuterRef("pk"))
    return Q(is_restricted=False) | Q(worker=post.pk) | Q(Exists(named))


def _by_contract(post: Post) -> Q:
    """For an outsourced office the cases of who ordered its work, or of the centres below that; all for others."""
    if not contracts.works_by_contract(post.office):
        return Q()
    orderers = contracts.running(post.office, on=timezone.localdate()).values("orderer")
    return Q(centre__in=orderers) | Q(centre__parent__in=orderers) | Q(centre__parent__parent__in=orderers)


def sight_of(now: Situation, post: Post) -> Sight:
    """What a person who stands to a case like that is shown of it. A query for who works by contract."""
    return sighted(now, given=contracts.given(post.office, on=timezone.localdate()))


def in_rows(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The cases with what a row of a list says of each, and no more."""
    return cases.select_related("deadline", "holder", "lead", "place").only(*IN_A_ROW)


def rows_of(ids: Iterable[UUID]) -> list[Case]:
    """These cases, as rows of a list, in this order."""
    wanted = list(ids)
    found = in_rows(Case.objects.all()).in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]


def with_offices(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The cases with the offices around them, in one query."""
    return cases.select_related("centre__parent", "lead__parent", "holder", "worker__staff", "deadline__limit", "place")


def situation(case: Case, post: Post | None) -> Situation:
    """The case as it stands and how this post stands to it. Four queries, six at handling, whatever the case holds; fewer where
    its parts have been fetched (`assignments.queries.fetch_parts`)."""
    parts = [part for part in case.assignments.all() if part.kind != "lead" and part.state in OPEN_PARTS]
    transfer = moving(case)
    mine = next((part for part in parts if post and part.office_id == post.office_id), None)
    return Situation(
        stage=case.stage,
        tier=case.tier,
        role=post.role if post else "",
        relations=frozenset(_relations(case, post, bool(mine), transfer)),
        is_settled=case.is_settled,
        is_extended=case.is_extended,
        extension_asked=case.extension_days is not None,
        lowering_asked=bool(case.lower_to),
        lowering_by_me=bool(post and case.lower_by and case.lower_by.staff_id == post.staff_id),
        transfer=transfer.state if transfer else "",
        transfer_by_us=bool(transfer and post and transfer.sender_id == post.office_id),
        my_part=mine.state if mine else "",
        open_parts=len(parts),
        is_merged=case.merged_into_id is not None,
        **(_beside(case, post) if case.stage == "handling" else {}),
        is_handed_out=case.lead_id != case.centre_id,
        is_restricted=case.is_restricted,
        is_erased=case.erased_at is not None,
    )


def _beside(case: Case, post: Post | None) -> dict[str, Any]:
    """What the office owes beside the deadline, and whether that may be paused. Two queries."""
    waits = case.part_clocks.filter(office=post.office_id, ended_at=None).values_list("step", flat=True) if post else ()
    pause = open_pause(case)
    return {
        "waits": frozenset(waits),
        "pause": pause.state if pause else "",
        "pause_days": case.deadline.limit.pause_days if case.deadline else 0,
    }


def _relations(case: Case, post: Post | None, has_part: bool, transfer: object) -> Iterator[str]:
    if post is None:
        yield "timer"
        return
    office = post.office_id
    if any(office == recusal.office_id or post.staff_id == recusal.staff_id for recusal in case.recusals.all()):
        return
    if (case.is_restricted or contracts.works_by_contract(post.office)) and not visible_to(post).filter(pk=case.pk).exists():
        return
    orders = case.orders.filter(ended_at=None).values_list("office", "issuer")
    ordered = {"addressee": {to for to, _issuer in orders}, "issuer": {issuer for _to, issuer in orders}}
    holds = {
        "centre": office == case.centre_id,
        "lead": office == case.lead_id,
        "holder": office == case.holder_id,
        "worker": post.pk == case.worker_id,
        "above_lead": office == case.lead.parent_id,
        "province": office == case.centre.parent_id,
        "part": has_part,
        "decider": office == getattr(transfer, "decider_id", None),
        "receiver": office == getattr(transfer, "receiver_id", None),
        **{relation: office in offices for relation, offices in ordered.items()},
    }
    found = [name for name, true in holds.items() if true]
    yield from found
    if not found and opened_by(post).filter(case=case).exists():
        yield "emergency"
    if office == case.centre_id and post.role not in rules.HEADS and post.skills.filter(skill="psychologist").exists():
        yield "psychologist"


def offers(case: Case, post: Post) -> list[tuple[Action, Reason | None]]:
    """What this post may do to a case now, or why not (`rules.offers`)."""
    return rules.offers(situation(case, post))


def _own(post: Post) -> Q:
    mine = Q(holder=post.office_id)
    return mine & (Q(worker=post.pk) | Q(worker=None)) if post.role in {Role.CASE_WORKER, Role.CHILD_DIRECTOR} else mine


def _watched(post: Post) -> Q:
    return (Q(centre=post.office_id) | Q(lead=post.office_id)) & ~Q(holder=post.office_id)


def _to_lower(post: Post) -> Q:
    return Q(centre=post.office_id, lower_by__isnull=False) & ~Q(lower_by__in=Post.objects.filter(staff=post.staff_id).values("pk"))


def my_work(post: Post) -> QuerySet[Case]:
    """Open cases that wait for this post's office, due first: its own work list."""
    return open_for(post, _own(post))


def watched(post: Post) -> QuerySet[Case]:
    """Open cases that this office answers for while another acts: a centre's with the counties, a county's with the centre."""
    return open_for(post, _watched(post))


def how_many(post: Post) -> dict[str, int]:
    """How many cases stand on `my_work`, `watched` and `to_lower`. One query."""
    which = {"own": _own(post), "watched": _watched(post), "to_lower": _to_lower(post)}
    near = Q(holder=post.office_id) | Q(centre=post.office_id) | Q(lead=post.office_id)  # each by an index of its own
    return open_for(post, near).order_by().aggregate(**{name: Count("pk", filter=cases) for name, cases in which.items()})


def open_below(post: Post) -> QuerySet[Case]:
    """Open cases of the centres below this office, due first."""
    return open_for(post, below(post))


def missed_below(post: Post) -> QuerySet[Case]:
    """监督: open cases of the centres below this office that missed a deadline, the longest overdue first."""
    return open_for(post, below(post) & Q(missed_at__isnull=False)).order_by("missed_at")


def below(post: Post) -> Q:
    """The cases of the centres below this office."""
    return Q(centre__parent__parent=post.office_id) if post.office.kind == OfficeKind.MINISTRY else Q(centre__parent=post.office_id)


def by_lead(post: Post) -> QuerySet[Case, dict[str, Any]]:
    """How many cases of the centres below this office are `open` and how many of them `late`, for each `lead`."""
    return open_below(post).order_by().values("lead").annotate(open=Count("pk"), late=Count("missed_at"))


def recused_from(post: Post) -> QuerySet[Recusal, UUID]:
    """The cases, by their ids, from which this office or person must keep away."""
    return Recusal.objects.filter(Q(office=post.office_id) | Q(staff=post.staff_id)).values_list("case", flat=True)


def restricted_from(post: Post) -> QuerySet[Case]:
    """The restricted cases to which this post is not let in; of other offices too."""
    return Case.objects.filter(is_restricted=True).exclude(_let_in(post)) if post.role not in rules.HEADS else Case.objects.none()


def kept_from(post: Post) -> QuerySet[Any, UUID]:
    """The cases, by their ids, that no list shows to this post: those it must keep away from, and restricted ones."""
    return recused_from(post).union(restricted_from(post).values_list("pk", flat=True), all=True)


def open_for(post: Post, which: Q) -> QuerySet[Case]:
    """Open cases of these, due first; never one that this post is kept from."""
    if post.role in READS_NO_CASES:
        return in_rows(Case.objects.none())
    found = Case.objects.filter(OPEN, which, may_reach(post), _by_contract(post))
    return in_rows(found.exclude(pk__in=kept_from(post))).order_by("due_at")


def first(cases: QuerySet[Case], count: int) -> list[Case]:
    """The first of many: found by themselves, so that what belongs to a case is fetched for these alone."""
    return rows_of(cases.select_related(None).values_list("pk", flat=True)[:count])


def to_lower(post: Post) -> QuerySet[Case]:
    """Cases of this centre whose tier somebody else proposes to lower."""
    return open_for(post, _to_lower(post))


def to_extend(post: Post) -> QuerySet[Case]:
    """Cases for which an office below asks for more time."""
    return open_for(post, Q(lead__parent=post.office_id, extension_days__isnull=False))


def story(case: Case) -> QuerySet[Event]:
    """All that happened, newest first."""
    return case.events.select_related("by__staff", "office").order_by("-seq")


def since(case_id: UUID, version: int) -> QuerySet[Event]:
    """What happened after the version that a page showed, oldest first."""
    return Event.objects.filter(case=case_id, seq__gt=version).select_related("by__staff", "office").order_by("seq")


def changed_after(moment: datetime) -> Exists:
    """Whether something happened to a case after a moment: its last event has the number of its version."""
    return Exists(Event.objects.filter(case=OuterRef("pk"), seq=OuterRef("version"), at__gt=moment))


def beside(case: Case) -> QuerySet[PartClock]:
    """What offices owe beside the deadline, due first."""
    return case.part_clocks.filter(ended_at=None).select_related("office").order_by("due_at")


def open_pause(case: Case) -> Pause | None:
    """The pause that is asked for, or lasts."""
    return next((pause for pause in case.pauses.all() if pause.state in {PauseState.ASKED, PauseState.GRANTED}), None)


def moving(case: Case) -> Any:
    """The transfer that is on its way, if one is."""
    return next((transfer for transfer in case.transfers.all() if transfer.state in MOVING), None)


def pauses_of(case: Case, step: str) -> list[tuple[datetime, datetime]]:
    """The spans in which the deadline of a stage did not run, or does not."""
    spans = case.pauses.filter(step=step, granted_at__gte=case.stage_since).order_by("granted_at").values_list("granted_at", "ends_at")
    return [(start, end) for start, end in spans if start and end]


def is_recused(case: Case, office: Office) -> bool:
    """Whether the office must never receive this case."""
    return case.recusals.filter(office=office).exists()


def with_children_of(case: Case, post: Post) -> QuerySet[Case]:
    """Other cases about the same children that this person may see."""
    same = CaseChild.objects.filter(child__case_links__case=case).exclude(case=case).values("case")
    return visible_to(post).filter(pk__in=same).order_by("-opened_at")


def contacts_seen(post: Post, contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Of these contacts those of no case, and those of cases that the post may see.

    By their outcome: the link to a case that the post does not see is not there for it (kernel.wall).
    """
    return contacts.filter(~Q(outcome__in=WITH_CASE) | Q(link__case__in=visible_to(post).values("pk")))


def children_of(case: Case) -> QuerySet[Child]:
    """The children of a case, in the order in which they came to it."""
    return Child.objects.filter(case_links__case=case).select_related("present_division", "registered_division").order_by("case_links")


def last_event(case: Case, actions: Iterable[str], *, office: UUID) -> Event | None:
    """The last event of one of these actions that had words; of what was given to an office, what was given to this one."""
    said = story(case).filter(action__in=list(actions)).exclude(text="")
    return said.filter(Q(detail__office=None) | Q(detail__office=str(office))).first() if actions else None


def children_known(post: Post, *, name: str, other_than: Case) -> list[Child]:
    """Children of this name in the cases that this person may see, but for those of this case."""
    if not name:
        return []
    seen = CaseChild.objects.filter(child__name_index=name, case__in=visible_to(post).values("pk")).exclude(case=other_than)
    children = Child.objects.filter(pk__in=seen.values("child")).exclude(case_links__case=other_than)
    marked = children.select_related("present_division").order_by("-pk")[:MANY]
    return [child for child in marked if is_same(child.name, name)][:6]


def by_number(post: Post, text: str) -> Case | None:
    """The case of this number, in any width, if this person may see it."""
    number = half_width(text).strip().upper()
    return visible_to(post).filter(number=number).first() if number else None


def likely_same(
    post: Post, *, phone: str, place: Division | None, names: Iterable[str], at: datetime, most: int
) -> list[tuple[Case, list[str]]]:
    """Recent cases of this centre that may be the same matter, each with what they share: `child`, `phone`, `place`; none erased."""
    recent = visible_to(post).filter(centre=post.office_id, opened_at__gte=at - SAME_WITHIN, erased_at=None).select_related("place", "lead")
    told = CaseContact.objects.filter(contact__reporter__phone_index=phone)
    shared: dict[str, Iterable[Case]] = {
        "child": _of_children(recent, list(names)),
        "phone": recent.filter(pk__in=told.values("case")).order_by("-opened_at")[:most] if phone else (),
        "place": recent.filter(place__code__startswith=place.code).order_by("-opened_at")[:most] if place else (),
    }
    found: dict[UUID, tuple[Case, list[str]]] = {}
    for what, cases in shared.items():
        for case in islice(cases, most):
            found.setdefault(case.pk, (case, []))[1].append(what)
    return list(found.values())[:most]


def _of_children(cases: QuerySet[Case], names: list[str]) -> Iterator[Case]:
    """Those of the cases that are about a child of one of these names, newest first. Other names may have the same mark."""
    links = CaseChild.objects.filter(child__name_index__in=names, case__in=cases.values("pk")) if names else CaseChild.objects.none()
    marked = links.select_related("child", "case__place", "case__lead").order_by("-case__opened_at")[:MANY]
    of_name = (link.case for link in marked if any(is_same(link.child.name, name) for name in names))
    return (case for case, _group in groupby(of_name, key=lambda case: case))


def present(case_id: UUID, *, other_than: Post, at: datetime) -> QuerySet[Presence]:
    """The other people who have the case open now."""
    fresh = Presence.objects.filter(case=case_id, seen_at__gt=at - FRESH).exclude(post__staff=other_than.staff_id)
    return fresh.select_related("post__staff", "post__office").order_by("post__staff__name")


def notices(post: Post) -> QuerySet[Notice]:
    """What this office was told and nobody has read, newest first; only of cases that this person may see."""
    unread = Notice.objects.filter(office=post.office_id, read_at=None, case__in=visible_to(post).values("pk"))
    return unread.select_related("case", "event", "to__staff").order_by("-at")


def unread(post: Post) -> int:
    """How many notices nobody in this office has read; from MANY on nobody counts."""
    return notices(post).order_by()[:MANY].count()
