"""The telephone on the shift's board: who asks for help, who talks and waits, who sits there, and how it goes against the targets."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from hutong.desks import access
from hutong.desks.access import at_the_desk
from hutong.hotline.calls import may, rules, shift
from hutong.hotline.calls.figures import Figures, figures
from hutong.hotline.calls.models import Asked
from hutong.hotline.network.models import Post

NONE = "—"


@at_the_desk
@require_GET
def region(request: access.DeskRequest) -> HttpResponse:
    """The region alone."""
    context = shown(request.post, at=timezone.now())
    access.shown(request, context["calls"])
    return render(request, "shift/phone.html", context)


def shown(post: Post, *, at: datetime) -> dict[str, Any]:
    """What the board shows of the telephone."""
    figures_shown = wall(post, at=at)
    found: Figures = figures_shown["figures_of_calls"]
    return figures_shown | {
        "by": ((_("按线路"), found.lines), (_("按接入方式"), found.modes)),
        "calls": list(shift.calls(post)),
        "seats": shift.seats(post.office),
        "monitors": [Asked(code) for code, roles in may.MONITORS.items() if post.role in roles],
        "breaks": may.BREAK_REASONS,
        "targets": (rules.ANSWERED_TARGET, rules.CONNECTED_TARGET),
    }


def wall(post: Post, *, at: datetime) -> dict[str, Any]:
    """The figures alone: nobody's number and nobody's name."""
    found = figures(post.office, at=at)
    return {"figures_of_calls": found, "went": found.went, "calls_waiting": found.waiting, "phone_figures": told(found, at)}


def told(found: Figures, at: datetime) -> list[tuple[str | Promise, str, str, bool]]:
    """Each figure with its name and unit, and whether it is worse than it should be."""
    longest = int((at - found.longest).total_seconds()) if found.longest else 0
    is_long = longest > rules.ANSWERED_WITHIN.total_seconds()
    return [
        (_("排队"), str(found.waiting), "", False),
        (_("最久等候"), f"{longest // 60}:{longest % 60:02}", "", is_long),
        (_("15 秒接通率"), *_share(found.went.in_time_share), found.went.is_late),
        (_("接通率"), *_share(found.went.connected_share), found.went.is_short),
        (_("等候中挂断"), str(found.went.abandoned), "", False),
    ]


def _share(share: int | None) -> tuple[str, str]:
    return (NONE, "") if share is None else (str(share), "%")
