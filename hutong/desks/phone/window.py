"""The phone's own small window: a reload of a page drops a talk for good, so it lives apart from the desks."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hutong.desks import access
from hutong.desks.access import at_the_desk
from hutong.desks.phone import seen
from hutong.desks.phone.answers import answer
from hutong.hotline.calls.actions import seats, writing
from hutong.hotline.network.models import Post

goes_on = access.marked(while_locked=True)  # the desk may lock in mid-call: the window goes on


@at_the_desk
@require_GET
def window(request: access.DeskRequest) -> HttpResponse:
    """The window."""
    return render(request, "phone/window.html", seen.now(request.post, at=timezone.now()))


@at_the_desk
@goes_on
@require_GET
def now(request: access.DeskRequest) -> HttpResponse:
    """The region of what goes on."""
    return render(request, "phone/window.html#now", seen.now(request.post, at=timezone.now()))


@at_the_desk
@access.marked(while_locked=True, by_itself=True)
@require_POST
def line(request: access.DeskRequest) -> HttpResponse:
    """With what the window signs in at the exchange: made anew each time, told once. Nothing where there is no exchange."""
    if not settings.PHONE_URL:
        return JsonResponse({})
    given = seats.open_window(request.post, at=timezone.now(), session=request.sign_in)
    return JsonResponse({"server": settings.PHONE_URL, "domain": given.realm, "user": given.user, "password": given.password})


@at_the_desk
@access.marked(while_locked=True, by_itself=True)
@require_POST
def alive(request: access.DeskRequest) -> HttpResponse:
    """The window is still there."""
    seats.window_seen(request.post, at=timezone.now())
    return HttpResponse(status=204)


@at_the_desk
@access.marked(while_locked=True, by_itself=True)
@require_POST
def leave(request: access.DeskRequest) -> HttpResponse:
    """The window goes."""
    seats.close_window(request.post, at=timezone.now())
    return HttpResponse(status=204)


@at_the_desk
@goes_on
@require_POST
def state(request: access.DeskRequest) -> HttpResponse:
    """Ready, on a break for a reason, or away."""
    return answer(request, lambda: STATES[request.POST.get("state", "")](request.post, request.POST.get("reason", ""), timezone.now()))


STATES: defaultdict[str, Callable[[Post, str, datetime], object]] = defaultdict(
    lambda: lambda post, _reason, at: seats.go_away(post, at=at),
    ready=lambda post, _reason, at: seats.ready(post, at=at),
    on_break=lambda post, reason, at: seats.take_break(post, reason=reason, at=at),
)


@at_the_desk
@goes_on
@require_POST
def mark(request: access.DeskRequest, call_id: UUID) -> HttpResponse:
    """The call was no matter of ours: silence, a prank, a wrong number. It is written down as that."""
    return answer(request, lambda: writing.mark(call_id, reason=request.POST.get("reason", ""), by=request.post, at=timezone.now()))
