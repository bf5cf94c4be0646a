"""Listening to a recording: for what, the player, its sound in parts; and keeping one longer than the rulebook does."""

import base64
import logging
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from hutong.desks import access
from hutong.desks.components.parts import Part
from hutong.desks.recordings.forms import Ask, Hold, Release
from hutong.desks.recordings.ranges import NotSatisfiable, part
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.kernel.secrets.sealing import NotOpened
from hutong.hotline.network.models import Role
from hutong.hotline.recordings import actions, queries, rules
from hutong.hotline.recordings.models import Play, Recording

logger = logging.getLogger(__name__)
hearers = access.for_posts(*map(Role, sorted({role for roles in rules.HEARS.values() for role in roles})))
holders = access.for_posts(*map(Role, sorted({role for roles in rules.HOLDS.values() for role in roles})))


@hearers
@require_http_methods(["GET", "POST"])
def ask(request: access.DeskRequest, recording_id: UUID) -> HttpResponse:
    """For what one wants to listen; the answer is the player."""
    recording = access.reached(request, queries.audible_to(request.post), recording_id)
    is_wordless = bool(recording.case and recording.case.erased_at)
    form = Ask(request.POST if request.method == "POST" else None, post=request.post, is_wordless=is_wordless)
    if form.is_valid():
        try:
            play = actions.grant(recording, by=request.post, at=timezone.now(), **form.cleaned_data)
            return _player(request, play) if request.htmx else redirect("recordings:play", play.pk)  # type: ignore[attr-defined]
        except Refusal as refusal:
            form.take(refusal)
    return _form(request, recording, form, "ask")


@hearers
@require_GET
def play(request: access.DeskRequest, play_id: UUID) -> HttpResponse:
    """The player, as a page of its own. When the quarter of an hour is over, one is asked again."""
    found = access.reached(request, queries.plays(request.post), play_id)
    if found.until <= timezone.now():
        messages.info(request, _("收听时间已到，请重新选择目的。"))
        return redirect("recordings:ask", found.recording_id)
    return _player(request, found)


@hearers
@require_safe
def audio(request: access.DeskRequest, play_id: UUID) -> HttpResponseBase:
    """The sound, whole or in part, opened on its way; nothing of it is kept anywhere."""
    found = access.reached(request, queries.plays(request.post), play_id)
    if found.until <= timezone.now():
        return HttpResponse(status=410)
    try:
        with queries.audio(found.recording) as sealed:
            size = sealed.size
        asked = part(request.headers.get("Range", ""), size)
    except NotSatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    except NotOpened:
        logger.exception("recording %s does not open", found.recording_id)
        return HttpResponse(status=500)
    start, end = asked or (0, size)
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(end - start), "Content-Disposition": "inline"}
    if asked:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    sound = _sound(found.recording, start, end)
    return StreamingHttpResponse(sound, status=206 if asked else 200, content_type="audio/wav", headers=headers)


def _sound(recording: Recording, start: int, end: int) -> Iterator[bytes]:
    with queries.audio(recording) as sealed:
        yield from sealed.read(start, end)


def _player(request: access.DeskRequest, play: Play) -> HttpResponse:
    recording = queries.told(play.recording)
    try:
        peaks = base64.b64encode(queries.peaks(recording)).decode()
    except NotOpened:
        logger.exception("recording %s does not open", recording.pk)
        peaks = ""
    gaps = queries.gaps(recording)
    marks = [[start, end] for start, end, _gap in gaps]
    context = {"play": play, "recording": recording, "peaks": peaks, "gaps": gaps, "marks": marks, "back": _back(recording)}
    return render(request, _template(request, "recordings/play.html"), context)


@holders
@require_http_methods(["GET", "POST"])
def hold(request: access.DeskRequest, recording_id: UUID) -> HttpResponse:
    """依法留存: kept longer than the rulebook says, for a reason."""
    return _deed(request, recording_id, Hold, "hold", actions.hold)


@holders
@access.stepped_up
@require_http_methods(["GET", "POST"])
def release(request: access.DeskRequest, recording_id: UUID) -> HttpResponse:
    """The rulebook's time counts again."""
    return _deed(request, recording_id, Release, "release", actions.release)


def _deed(request: access.DeskRequest, recording_id: UUID, kind: type[Part], code: str, verb: Callable[..., None]) -> HttpResponse:
    recording = access.reached(request, queries.holdable_by(request.post), recording_id)
    form = kind(request.POST if request.method == "POST" else None, post=request.post)
    if form.is_valid():
        try:
            verb(recording, by=request.post, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("已依法留存，到期不销毁。") if code == "hold" else _("已解除留存，按制度期限保存。"))
            there = _back(recording)
            return HttpResponse(status=204, headers={"HX-Redirect": there}) if request.htmx else redirect(there)  # type: ignore[attr-defined]
        except Refusal as refusal:
            form.take(refusal)
    return _form(request, recording, form, code)


def _form(request: access.DeskRequest, recording: Recording, form: Part, code: str) -> HttpResponse:
    context: dict[str, Any] = {"recording": queries.told(recording), "form": form, "code": code, "back": _back(recording)}
    status = 422 if form.is_bound else 200
    return render(request, _template(request, "recordings/form.html"), context, status=status)


def _template(request: access.DeskRequest, name: str) -> str:
    """Into the page's dialog, or a page of its own where no script asks."""
    return f"{name}#body" if request.htmx else name  # type: ignore[attr-defined]


def _back(recording: Recording) -> str:
    return reverse("cases:case", args=[recording.case_id]) if recording.case_id else reverse("home")
