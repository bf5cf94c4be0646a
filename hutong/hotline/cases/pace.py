"""How many cases somebody opens within an hour: what is usual, from where on who watches is told, where it ends. A table, and a count.

A case that is opened is read, half a minute at the least: what goes on for an hour beyond that pace is collecting. What was given to
somebody by name, and what they opened in an emergency, is never refused, so that no child waits.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import queries
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Post, Role

HOUR = timedelta(hours=1)
SHIFT = timedelta(hours=12)  # what one has opened in these is no further case: one goes on with what is on the desk
TOO_MANY = Reason(
    "too_many_cases",
    _("您在一小时内打开的个案太多，暂时不能再打开别的。交给您本人办理的个案、最近打开过的个案和紧急查看不受影响。"),
    _("一小时内打开的个案少下来以后会自动恢复。确有急需，请致电值班长；情况危急先拨 110。"),
)


class Pace(NamedTuple):
    """Cases within an hour: from how many on who watches is told, how many there are at the most, and why so many."""

    told: int
    most: int
    why: str


BOARD = Pace(120, 300, "walks through a board or a queue and looks into each: half a minute a case")
DESK = Pace(120, 300, "takes calls and looks for what is known already: several cases a call, ten calls an hour")
OWN = Pace(60, 150, "works on a handful of cases of their own office, and is asked about some more")
GIVEN = Pace(40, 100, "is given the cases on which their word is wanted")
PACES: Mapping[str, Pace] = {
    Role.OPERATOR: DESK, Role.SHIFT_LEAD: BOARD, Role.COORDINATOR: BOARD, Role.SUPERVISOR: BOARD, Role.INSPECTOR: BOARD,
    Role.CASE_WORKER: OWN, Role.LIAISON: OWN, Role.CHILD_DIRECTOR: OWN, Role.EXPERT: GIVEN, Role.VOLUNTEER: GIVEN,
}  # fmt: skip
SOFTWARE = Pace(600, 2000, "an office's own software fetches what changed since it last asked")


def opened_by(post: Post, *, at: datetime) -> dict[str, Any]:
    """For the question that finds a case: how many others the person has `opened` within the hour, and whether this one `was_open`."""
    looks = AuditEntry.objects.filter(staff_id=post.staff_id, verb="looked", subject="case").order_by()
    counted = looks.filter(at__gt=at - HOUR).values("staff_id").annotate(many=Count("subject_id", distinct=True)).values("many")
    return {"opened": Subquery(counted), "was_open": Exists(looks.filter(subject_id=OuterRef("pk"), at__gt=at - SHIFT))}


def passed(case: Any, post: Post, *, by_software: bool) -> str:
    """Which mark one case more passes: `told`, `most` or none. `case` was found with `opened_by`."""
    pace = SOFTWARE if by_software else PACES.get(post.role, GIVEN)  # a keeper of the system has none, and finds no case either
    count = 0 if case.was_open else (case.opened or 0) + 1
    if count <= pace.told:
        return ""
    return "most" if count > pace.most and not _is_needed(case, post) else "told"


def _is_needed(case: Case, post: Post) -> bool:
    """No child waits: what was given to this very post, and what it opened in an emergency."""
    return case.worker_id == post.pk or queries.opened_by(post).filter(case=case.pk).exists()


def whom_to_call(post: Post, *, at: datetime) -> list[Post]:
    """The shift leads of somebody's office, or of the nearest office above that has one."""
    leads = Post.objects.filter(network.stands(timezone.localdate(at)), role=Role.SHIFT_LEAD, staff__is_active=True)
    for office in (post.office, *network.above(post.office)):
        if found := list(leads.filter(office=office).exclude(staff=post.staff_id).select_related("staff", "office")):
            return found
    return []


class TooManyCases(Refusal):
    """One case more than the hour has."""

    def __init__(self) -> None:
        super().__init__(TOO_MANY)
