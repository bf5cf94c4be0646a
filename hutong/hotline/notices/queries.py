"""Questions about notices outward: whose ways there are and how they do, what is still to be confirmed, who is called next."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import Case, Event, Notice, Recusal
from hutong.hotline.keeping import rules as backups
from hutong.hotline.kernel.rows import counted
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Office, OfficeKind, Post, Role, Staff
from hutong.hotline.notices import rules
from hutong.hotline.notices.models import ON_THE_WAY, Acknowledgement, Delivery, DeliveryState, Way
from hutong.hotline.rulebook.models import Tier

ON_THE_PAGE = 20  # deliveries of a page of ways

# --- ways


def ways() -> QuerySet[Way]:
    """Those that were not removed, in the order in which they were made."""
    return Way.objects.filter(removed_at=None).order_by("pk")


def ways_of(owner: Office | Staff) -> QuerySet[Way]:
    """The ways of an office or a person; each with its last test as `tests`."""
    tests = Delivery.objects.filter(notice=None, alarm="").order_by("way", "-made_at").distinct("way")
    mine = Q(office=owner) if isinstance(owner, Office) else Q(staff=owner)
    return ways().filter(mine).prefetch_related(Prefetch("deliveries", tests, to_attr="tests"))


def ways_in_reach(by: Post) -> QuerySet[Way]:
    """A person's own ways, and for an administrator those of the offices in reach."""
    mine = Q(staff=by.staff_id)
    if by.role in cases.READS_NO_CASES:
        mine |= Q(office__in=network.offices_in_reach(by).values("pk"))
    return ways().filter(mine)


def deliveries_of(owner: Office | Staff) -> QuerySet[Delivery]:
    """What went or goes by the ways of an office or a person, the latest first."""
    mine = Q(way__office=owner) if isinstance(owner, Office) else Q(way__staff=owner)
    return Delivery.objects.filter(mine, notice__isnull=False).select_related("way", "notice").order_by("-made_at")[:ON_THE_PAGE]


def failing(office: Office) -> QuerySet[Way]:
    """The office's ways whose provider fails again and again, with how many notices were given up (`lost`)."""
    lost = Count("deliveries", filter=Q(deliveries__state=DeliveryState.GIVEN_UP))
    return ways().filter(office=office, is_active=True, failures__gte=rules.FAILING).annotate(lost=lost)


def ways_for(notices: Iterable[Notice], *, on: date) -> dict[UUID, list[Way]]:
    """The ways that each of an office's notices takes: the office's own, and those of its people, or of the one it names.

    Never to somebody who must keep away from the case, nor to administrators, who read no cases, nor to an office whose contract is over.
    Four queries.
    """
    notices = list(notices)
    offices = {notice.office_id for notice in notices}
    working = Office.objects.filter(network.in_service(on), pk__in=offices)
    posts = Post.objects.filter(network.stands(on), office__in=working, staff__is_active=True, staff__ways__isnull=False)
    people = set(posts.exclude(role__in=cases.READS_NO_CASES).values_list("office", "staff"))
    recused = set(Recusal.objects.filter(case__in={notice.case_id for notice in notices}).values_list("case", "staff"))
    known = list(ways().filter(Q(office__in=working) | Q(staff__in={staff for _office, staff in people}), is_active=True))
    return {
        notice.pk: [
            way
            for way in known
            if notice.case.tier in way.tiers and notice.kind in way.kinds and _is_meant(notice, way, people)
            if way.staff_id is None or (notice.case_id, way.staff_id) not in recused
        ]
        for notice in notices
    }


def _is_meant(notice: Notice, way: Way, people: set[tuple[Any, Any]]) -> bool:
    """Whether a way is the office's, or that of the person who is meant, or of one of its people where nobody is named."""
    if way.staff_id is None:
        return way.office_id == notice.office_id
    return notice.to.staff_id == way.staff_id if notice.to else (notice.office_id, way.staff_id) in people


def ways_of_keepers(*, on: date) -> QuerySet[Way]:
    """Who hears of the backups: the ministry and the provinces, and their administrators."""
    top = Q(office__kind__in=[OfficeKind.MINISTRY, OfficeKind.PROVINCE_BUREAU])
    people = Post.objects.filter(network.stands(on), top, role=Role.ADMINISTRATOR, staff__is_active=True).values("staff")
    return ways().filter(top | Q(staff__in=people), is_active=True)


def told(delivery: Delivery, *, address: str, at: datetime) -> rules.Told:
    """What a delivery says, in the language of who reads it."""
    way, notice = delivery.way, delivery.notice
    with override(way.staff.language if way.staff else settings.LANGUAGE_CODE):
        if delivery.alarm in rules.ALARMS:
            return rules.told_of(_("12349 账号提醒"), reason=rules.ALARMS[delivery.alarm], address=address, mark=delivery.mark)
        if delivery.alarm:
            return rules.told_of(_("12349 备份告警"), reason=backups.REASONS[delivery.alarm], address=address, mark=delivery.mark)
        if notice is None:
            return rules.told_as_test(name=way.name, address=address, mark=delivery.mark)
        return rules.told(
            number=notice.case.number, tier=notice.case.get_tier_display(), kind=notice.get_kind_display(),
            left=notice.case.due_at - at if notice.case.due_at else None, acknowledge=notice.case.tier == Tier.I,
            address=address, mark=delivery.mark,
        )  # fmt: skip


def due(at: datetime) -> QuerySet[Delivery]:
    """What may be sent now: urgent first, then the longest due; one at a time for each way."""
    waiting = Delivery.objects.filter(state__in=ON_THE_WAY, next_try_at__lte=at, way__is_active=True, way__busy_until__lte=at)
    return waiting.order_by("-is_urgent", "next_try_at")


# --- acknowledgements of tier I


def asked() -> QuerySet[Acknowledgement]:
    """What nobody of the office has confirmed yet, while the case is open and of tier I, and the office need not keep away from it."""
    recused = Recusal.objects.filter(case=OuterRef("case"), office=OuterRef("office"))
    return Acknowledgement.objects.filter(~Exists(recused), at=None, case__tier=Tier.I, case__closed_at=None)


def to_acknowledge(post: Post, most: int) -> tuple[list[Acknowledgement], int]:
    """The first of what this person's office has not confirmed yet, of cases that they may see, the oldest first; and how much it is.

    One short query where nothing is asked of the office, for every page asks this.
    """
    mine = Acknowledgement.objects.filter(office=post.office_id, at=None)
    if post.role in cases.READS_NO_CASES or not mine.exists():
        return [], 0
    seen = asked().filter(pk__in=mine.values("pk"), case__in=cases.visible_to(post).values("pk"))
    return counted(seen.select_related("case", "notice", "second").order_by("asked_at"), most)


def acknowledgements_of(case: Case) -> QuerySet[Acknowledgement]:
    """Who was told of a tier I case, who confirmed it, and who was told in their place; the latest first."""
    return case.acknowledgements.select_related("office", "second__staff", "above", "by__staff").order_by("-asked_at")


def acted_on(asked: Acknowledgement) -> Event | None:
    """The first thing that somebody of the office did to the case since it was told."""
    done = Event.objects.filter(case=asked.case_id, office=asked.office_id, at__gte=asked.asked_at, by__isnull=False)
    return done.select_related("by").order_by("seq").first()


def second_person(case: Case, office: Office, *, on: date) -> Post | None:
    """Who is called where nobody of an office has confirmed: whoever leads there, and need not keep away from the case."""
    posts = Post.objects.filter(network.stands(on), office=office, staff__is_active=True, role__in=rules.SECOND)
    there = posts.exclude(staff__recusals__case=case).select_related("staff").order_by("staff__name")
    return min(there, key=lambda post: rules.SECOND.index(post.role), default=None)


def office_above(case: Case, office: Office) -> Office | None:
    """省级负总责: the office above, up to the province, that need not keep away from the case."""
    recused = set(case.recusals.values_list("office", flat=True))
    above = (each for each in network.above(office) if each.kind != OfficeKind.MINISTRY and each.pk not in recused)
    return next(above, None)


def knows(case: Case, office: Office, *, since: datetime) -> bool:
    """Whether an office has been told of a case since a moment, or is still being called after about it."""
    told = Notice.objects.filter(case=case, office=office, at__gte=since).exists()
    return told or asked().filter(case=case, office=office).exists()
