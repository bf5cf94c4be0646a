"""A call and what is asked of it, calling back, and dialling for a case."""

from functools import partial
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hutong.desks import access, proving
from hutong.desks.access import at_the_desk
from hutong.desks.phone import wording
from hutong.desks.phone.answers import answer
from hutong.hotline.calls import may, queries, rules
from hutong.hotline.calls.actions import asking, calling_back
from hutong.hotline.calls.models import Asked, Call, CallState, Purpose
from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts.models import Reporter
from hutong.hotline.kernel import masks
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import OfficeKind, Post, Role
from hutong.hotline.recordings import queries as recordings

who_looks = access.in_offices({OfficeKind.HOTLINE_CENTRE}, Role.OPERATOR, Role.SHIFT_LEAD, Role.COORDINATOR, Role.INSPECTOR)


@who_looks
@require_GET
def call(request: access.DeskRequest, call_id: UUID) -> HttpResponse:
    """A call with all that happened to it; who listened stands in it."""
    found = _call(request, call_id)
    access.looked(request, subject="call", subject_id=found.pk)
    of = found.case or getattr(getattr(found.contact, "link", None), "case", None)
    case = cases.visible_to(request.post).filter(pk=of.pk).first() if of else None
    if case:
        access.shown(request, [case])
    legs = list(found.legs.select_related("post__staff").order_by("rung_at", "pk"))
    if case and found.state == CallState.ENDED and not _knows_reporter(case, request.post):
        for row, name in ((found, "caller"), (found, "diverted_from"), *((leg, "number") for leg in legs)):
            setattr(row, name, masks.telephone(getattr(row, name)))
    context = {
        "call": found,
        "legs": legs,
        "story": [(event, wording.happened(event)) for event in queries.story(found)],
        "case": case,
        "recordings": recordings.rows(recordings.of_calls([found]), request.post),
        "monitors": monitors(found, request) if found.state == CallState.TALKING else [],
    }
    page = "phone/call.html#call" if request.htmx else "phone/call.html"  # type: ignore[attr-defined]
    return render(request, page, context)


def monitors(call: Call, request: access.DeskRequest) -> list[Asked]:
    """By which of the three ways this person may come into a talk."""
    situation = queries.situation(call, request.post)
    return [Asked(code) for code in may.MONITORS if may.why_not(code, situation) is None]


@at_the_desk
@access.marked(while_locked=True)
@require_POST
def ask(request: access.DeskRequest, call_id: UUID, asked: str) -> HttpResponse:
    """Ask something of a call; the process `phone` does it."""
    if asked not in set(Asked.values) - {Asked.DIAL}:
        raise Http404
    if request.is_locked and asked in may.MONITORS and (first := proving.demand(request, proving.LOCKED)):  # type: ignore[attr-defined]
        return first  # the talk of who sits here goes on; nobody begins to listen to another
    typed = request.POST
    given = {
        "number": typed.get("short") or typed.get("number") or typed.get("expert"),
        "place": typed.get("text"),
        "leg": _id(typed.get("leg")),
    }
    to = _id(typed.get("to")) if not given["number"] else None
    return answer(request, partial(asking.ask, call_id, asked, by=request.post, at=timezone.now(), post=to, **given))


@at_the_desk
@require_GET
def call_backs(request: access.DeskRequest) -> HttpResponse:
    """Whom to call back, and the person's own calls that nobody has written down."""
    waiting, unwritten = list(queries.call_backs(request.post)), list(queries.unwritten(request.post))
    access.shown(request, waiting, unwritten)
    context = {"call_backs": waiting, "unwritten": unwritten, "most": rules.CALL_BACK_TRIES}
    page = "phone/call_backs.html#rows" if request.htmx else "phone/call_backs.html"  # type: ignore[attr-defined]
    return render(request, page, context)


@at_the_desk
@require_POST
def dial_back(request: access.DeskRequest, call_back_id: UUID) -> HttpResponse:
    """Take a call-back and dial."""
    deed = partial(asking.dial, "", by=request.post, at=timezone.now(), purpose=Purpose.CALL_BACK, call_back_id=call_back_id)
    return answer(request, deed, back="phone:call_backs")


@at_the_desk
@require_POST
def give_up(request: access.DeskRequest, call_back_id: UUID) -> HttpResponse:
    """Nobody answers there, often enough."""
    return answer(request, partial(calling_back.give_up, call_back_id, by=request.post, at=timezone.now()), back="phone:call_backs")


@at_the_desk
@require_POST
def dial_for_case(request: access.DeskRequest, case_id: UUID) -> HttpResponse:
    """Telephone the reporter of a case: to answer them, or to ask afterwards."""
    case = access.case_for(request, case_id)
    return answer(request, lambda: _dial(request, case), back="phone:window")


def _dial(request: access.DeskRequest, case: Case) -> None:
    at = timezone.now()
    reporter = _reporter(case, _id(request.POST.get("contact"))) if _knows_reporter(case, request.post) else None
    if case.stage not in rules.PURPOSES or reporter is None or not reporter.phone:
        raise Refusal(wording.NOBODY_TO_DIAL)
    if reporter.call_back not in rules.SPOKEN_TO:
        raise Refusal(wording.not_by_telephone(reporter.get_call_back_display()))
    asking.dial(reporter.phone, by=request.post, at=at, purpose=rules.PURPOSES[case.stage], case=case)


def _knows_reporter(case: Case, post: Post) -> bool:
    """Whether this person sees the number of who reported a case now."""
    return cases.sight_of(cases.situation(case, post), post).is_plain("reporter", "phone")


def _reporter(case: Case, contact_id: UUID | None) -> Reporter | None:
    link = case.contact_links.select_related("contact__reporter").filter(contact=contact_id).first()
    return getattr(link.contact, "reporter", None) if link else None


def _call(request: access.DeskRequest, call_id: UUID) -> Call:
    found = queries.call_seen_by(request.post, call_id)
    if found is None:
        access.refused(request, subject="call", subject_id=call_id)
        raise Http404
    return found


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
