"""Which offices may be given what."""

from datetime import date

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from hutong.hotline.assignments.models import LIVE, Assignment, Kind, Transfer, TransferState
from hutong.hotline.cases.models import Case, Recusal, Stage
from hutong.hotline.cases.queries import visible_to
from hutong.hotline.cases.rules import DESK, FIELD
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Office, OfficeKind, Post, Staff
from hutong.hotline.network.queries import stands

Offices = QuerySet[Office]

WORKERS = FIELD | DESK
LEADS = (OfficeKind.COUNTY_BUREAU, OfficeKind.TOWNSHIP, OfficeKind.SHELTER, OfficeKind.SOCIAL_ORGANISATION)


def _in_service() -> Offices:
    """Those that stand; an outsourced one while a contract of its runs, else nobody there could act."""
    return Office.objects.filter(network.in_service(timezone.localdate()), valid_to=None)


def leads_for(case: Case) -> Offices:
    """Offices of the centre's prefecture that can lead: the county first, then what stands below it."""
    near = Q(parent=case.centre_id) | Q(parent__parent=case.centre_id)
    return _not_recused(case, _in_service().filter(near, kind__in=LEADS))


def likely_lead(case: Case) -> Office | None:
    """县区级处置: the county bureau of the place where the child is, where it may lead."""
    bureau = network.county_bureau_for(case.place_id, on=timezone.localdate()) if case.place_id else None
    return bureau if bureau and leads_for(case).filter(pk=bureau.pk).exists() else None


def fetch_parts(case: Case) -> Case:
    """The same case with its assignments, transfers, recusals and pauses, and who has to do with them. Four queries."""
    parts = Assignment.objects.select_related("office", "worker__staff", "given_by__staff").order_by("given_at")
    transfers = Transfer.objects.select_related("sender", "receiver", "decider").order_by("-proposed_at")
    recusals = Recusal.objects.select_related("office", "staff").order_by("at")
    rows = {"assignments": parts, "transfers": transfers, "recusals": recusals}
    prefetch_related_objects([case], "pauses", *(Prefetch(name, found) for name, found in rows.items()))
    return case


def with_parts(case: Case) -> Offices:
    """The offices that have a live part of the case."""
    return Office.objects.filter(assignments__in=case.assignments.exclude(kind=Kind.LEAD).filter(state__in=LIVE)).order_by("name")


def staff_near(post: Post, text: str) -> QuerySet[Staff]:
    """People at or below this office, by their sign-in or whole name."""
    return network.staff_in_reach(post).filter(Q(username=text) | Q(name=text))


def helpers_for(case: Case, kind: str) -> Offices:
    """Offices of the prefecture that can be given a part: departments for a referral, any for the rest."""
    near = Q(parent=case.centre_id) | Q(parent__parent=case.centre_id) | Q(parent__parent__parent=case.centre_id)
    offices = _in_service().filter(near).exclude(pk=case.lead_id)
    if kind == Kind.REFERRAL:
        offices = offices.filter(kind=OfficeKind.DEPARTMENT)
    return _not_recused(case, offices)


def receivers_for(case: Case) -> Offices:
    """Where a case may be transferred: another prefecture's centre; while it is handled, another county of the prefecture too."""
    there = Q(kind=OfficeKind.HOTLINE_CENTRE)
    if case.stage == Stage.HANDLING:
        there |= Q(kind=OfficeKind.COUNTY_BUREAU, parent=case.centre_id)
    return _not_recused(case, _in_service().filter(there).exclude(pk__in=[case.lead_id, case.centre_id]))


def workers_for(case: Case, *, on: date) -> QuerySet[Post]:
    """Who may be the named worker: those in the lead office who may report, but for the recused."""
    posts = Post.objects.filter(stands(on), office=case.lead_id, role__in=WORKERS, staff__is_active=True)
    return posts.exclude(staff__recusals__case=case).select_related("staff").order_by("role", "staff__name")


def decider(case: Case, receiver: Office) -> Office:
    """Across counties the centre decides; across prefectures the province; across provinces the level above both."""
    if receiver.kind != OfficeKind.HOTLINE_CENTRE:
        return case.centre
    province = case.centre.parent
    if province is None or receiver.parent_id == province.pk or province.parent is None:
        return province or case.centre
    return province.parent


def parts_of(post: Post) -> QuerySet[Assignment]:
    """Parts (assist, referral, consultation) that wait for this post's office, oldest first."""
    return (
        Assignment.objects.filter(office=post.office_id, state__in=LIVE)
        .exclude(kind=Kind.LEAD)
        .filter(case__in=visible_to(post).values("pk"))
        .select_related("case", "given_by__office")
        .order_by("given_at")
    )


def transfers_for(post: Post) -> QuerySet[Transfer]:
    """Transfers that wait for this office: to be settled, or to be received."""
    ours = Q(decider=post.office_id, state=TransferState.PROPOSED) | Q(receiver=post.office_id, state=TransferState.SETTLED)
    transfers = Transfer.objects.filter(ours, case__in=visible_to(post).values("pk"))
    return transfers.select_related("case__deadline", "sender", "receiver", "proposed_by__staff").order_by("proposed_at")


def transfers_near(post: Post) -> QuerySet[Transfer]:
    """Open transfers that this office decides: to be settled first, then those that wait for the receiver."""
    near = Transfer.objects.filter(decider=post.office_id, ended_at=None, case__in=visible_to(post).values("pk"))
    return near.select_related("case__deadline", "sender", "receiver").order_by("state", "proposed_at")


def _not_recused(case: Case, offices: Offices) -> Offices:
    return offices.exclude(recusals__case=case).order_by("division_id", "name")
