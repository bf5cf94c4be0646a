"""Questions about cases: who may see which, how a person stands to one, what they may do, what is due first."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from hutong.hotline.cases import rules
from hutong.hotline.cases.models import Case, Event, Recusal, Stage
from hutong.hotline.cases.rules import ACTIONS, NOT_ON_THE_CASE, Action, Situation
from hutong.hotline.kernel.refusals import Reason
from hutong.hotline.network.models import Office, OfficeKind, Post, Role

# Three administrators, none of whom reads cases (三员分立).
READS_NO_CASES = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
ON_IT = ("offered", "accepted", "done")
OPEN_PARTS = ("offered", "accepted")


def visible_to(post: Post) -> QuerySet[Case]:
    """Rule 6: cases that this post's office, or one below it, is on; never a recused one."""
    if post.role in READS_NO_CASES:
        return Case.objects.none()
    office = post.office_id
    part = Case.objects.filter(Q(assignments__office=office) | Q(assignments__office__parent=office), assignments__state__in=ON_IT)
    moving = Case.objects.filter(
        Q(transfers__receiver=office, transfers__state="settled")
        | Q(transfers__decider=office, transfers__state__in=("proposed", "settled"))
    )
    near = (
        Q(centre=office)
        | Q(lead=office)
        | Q(holder=office)
        | Q(lead__parent=office)
        | Q(pk__in=part.values("pk"))
        | Q(pk__in=moving.values("pk"))
    )
    if post.office.kind == OfficeKind.PROVINCE_BUREAU:
        near |= Q(centre__parent=office)
    if post.office.kind == OfficeKind.MINISTRY:
        near |= Q(centre__parent__parent=office)
    recused = Recusal.objects.filter(Q(office=office) | Q(staff=post.staff_id), case=OuterRef("pk"))
    return Case.objects.filter(near).filter(~Exists(recused))


def with_offices(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The cases with the offices around them, in one query."""
    return cases.select_related("centre__parent", "lead__parent", "holder", "worker__staff", "deadline__limit", "place")


def situation(case: Case, post: Post | None) -> Situation:
    """The case as it stands and how this post stands to it. Three queries, whatever the case holds."""
    parts = list(case.assignments.exclude(kind="lead").filter(state__in=OPEN_PARTS))
    transfer = case.transfers.filter(state__in=("proposed", "settled")).first()
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
    )


def _relations(case: Case, post: Post | None, has_part: bool, transfer: object) -> Iterator[str]:
    if post is None:
        yield "timer"
        return
    if case.recusals.filter(Q(office=post.office_id) | Q(staff=post.staff_id)).exists():
        return
    office = post.office_id
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
    }
    yield from (name for name, true in holds.items() if true)


def offers(case: Case, post: Post) -> list[tuple[Action, Reason | None]]:
    """What this post's place on the case lets it do: open now, or not and why. What never concerns it is left out."""
    now = situation(case, post)
    found = []
    for action in ACTIONS.values():
        if action.code in NOT_ON_THE_CASE or not rules.concerns(action, now):
            continue
        found.append((action, rules.why_not(action, now)))
    return found


def my_work(post: Post) -> QuerySet[Case]:
    """Open cases that wait for this post's office, due first: its own work list."""
    mine = Q(holder=post.office_id)
    if post.role in {Role.CASE_WORKER, Role.CHILD_DIRECTOR}:
        mine &= Q(worker=post.pk) | Q(worker=None)
    recused = Recusal.objects.filter(Q(office=post.office_id) | Q(staff=post.staff_id), case=OuterRef("pk"))
    return Case.objects.filter(mine).exclude(stage=Stage.CLOSED).filter(~Exists(recused)).order_by("due_at")


def story(case: Case) -> QuerySet[Event]:
    """All that happened, newest first."""
    return case.events.select_related("by__staff", "office").order_by("-seq")


def since(case_id: UUID, version: int) -> QuerySet[Event]:
    """What happened after the version that a page showed, oldest first."""
    return Event.objects.filter(case=case_id, seq__gt=version).select_related("by__staff", "office").order_by("seq")


def is_recused(case: Case, office: Office) -> bool:
    """Whether the office must never receive this case."""
    return case.recusals.filter(office=office).exists()
