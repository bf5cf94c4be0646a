"""Views of a case: its page, its regions, the form of each action and the deed itself, who else is here."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hutong.desks import access
from hutong.desks.cases import deeds, seen, wording
from hutong.desks.cases import why as explained
from hutong.desks.cases.asked import Asked
from hutong.desks.cases.page import File
from hutong.desks.components import sheets
from hutong.hotline.cases import queries, rules
from hutong.hotline.cases.actions import presence
from hutong.hotline.cases.actions.guarding import must_not_be_told
from hutong.hotline.clocks import queries as clocks
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts import queries as kept
from hutong.hotline.contacts.models import Draft
from hutong.hotline.kernel import texts
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.notices import actions as notices

REGIONS = ("top", "story", "file")


@access.for_posts()
@require_GET
def case(request: access.DeskRequest, case_id: UUID) -> HttpResponse:
    """The page of a case."""
    file = File(access.case_for(request, case_id), request.post)
    page = file.page()
    access.shown(request, page["elsewhere"], page["merged"], part="cases:case/elsewhere", beside=True)
    presence.be_here(case_id, by=request.post, at=file.at)
    notices.acknowledge(case_id, by=request.post, at=file.at)
    note = Asked(rules.ACTIONS["note"], file.case, request.post, file.at)
    may_note = rules.why_not(note.action, file.situation) is None
    return render(
        request, "cases/case.html", {**page, "note": _blank(note, file.drafts.get(deeds.draft_form("note"))) if may_note else None}
    )


@access.for_posts()
@require_GET
def region(request: access.DeskRequest, case_id: UUID, name: str) -> HttpResponse:
    """One region of the page, after something changed."""
    if name not in REGIONS:
        raise Http404
    file = File(access.case_for(request, case_id), request.post)
    context = {"case": file.case, **getattr(file, name)()}
    return render(request, f"cases/case.html#{name}", context)


@access.for_posts()
@require_GET
def whole_story(request: access.DeskRequest, case_id: UUID) -> HttpResponse:
    """All that ever happened, for a long case."""
    file = File(access.case_for(request, case_id), request.post)
    return render(request, "cases/case.html#story", {"case": file.case, **file.story(everything=True)})


@access.for_posts()
@require_POST
def here(request: access.DeskRequest, case_id: UUID) -> HttpResponse:
    """The page says that it is still open, or goes; who else has the case open."""
    case = access.case_for(request, case_id)
    if "leave" in request.POST:
        presence.leave(case_id, by=request.post)
        return HttpResponse(status=204)
    doing = request.POST.get("doing", "")
    presence.be_here(case_id, by=request.post, at=timezone.now(), doing=doing if doing in rules.ACTIONS else "")
    return render(request, "cases/case.html#beside", {"case": case, **File(case, request.post).beside()})


@access.for_posts()
@require_GET
def why(request: access.DeskRequest, case_id: UUID) -> HttpResponse:
    """Why the deadline is when it is, in the page's dialog or as a page of its own to print."""
    case = access.case_for(request, case_id)
    if case.deadline is None:
        raise Http404
    context = {"case": case, "told": explained.told(clocks.why(case.deadline, office=case.holder))}
    return render(request, "cases/why.html#sum" if request.htmx else "cases/why.html", context)  # type: ignore[attr-defined]


# --- one action -----------------------------------------------------------------------------------------------------


@access.for_posts()
@require_http_methods(["GET", "POST"])
def act(request: access.DeskRequest, case_id: UUID, code: str) -> HttpResponse:
    """The form of an action, and the deed."""
    asked = _asked(request, case_id, code)
    if request.method == "POST":
        return _do(request, asked)
    if reason := rules.why_not(asked.action, queries.situation(asked.case, request.post)):
        return _form(request, asked, reason=reason)
    draft = kept.drafts_about(request.post, case_id).filter(form=deeds.draft_form(code)).first()
    return _form(request, asked, **_blank(asked, draft, initial=request.GET.dict()))


@access.for_posts()
@require_POST
def draft(request: access.DeskRequest, case_id: UUID, code: str) -> HttpResponse:
    """What is being typed into the form of an action."""
    asked = _asked(request, case_id, code)
    draft_id, seen = sheets.once(request), sheets.seen(request)
    if draft_id and not deeds.is_spent(asked, draft_id=draft_id, seen=seen):
        sheets.keep(request, draft_id, form=deeds.draft_form(code), subject_id=case_id)
    return HttpResponse(status=204)


def _asked(request: access.DeskRequest, case_id: UUID, code: str) -> Asked:
    if code not in rules.ON_THE_CASE:
        raise Http404
    return Asked(rules.ACTIONS[code], access.case_for(request, case_id), request.post, timezone.now())


def _do(request: access.DeskRequest, asked: Asked) -> HttpResponse:
    form, once = deeds.form_for(asked, request.POST), sheets.once(request) or new_id()
    given: dict[str, Any] = {"seen": sheets.seen(request)} | ({"once": once} if deeds.is_once(asked.action) else {})
    if form.is_valid():
        try:
            form.carry_out(**given)
            if remark := texts.storable(form.cleaned_data.get("text") or "").remark:
                messages.warning(request, remark)
            return _done(request, asked, once)
        except Refusal as refusal:
            if refusal.reason is rules.NOT_THERE:
                raise Http404 from None
            if refusal.reason is rules.REPEATED:
                return _done(request, asked, once)
            access.denied(request, refusal, subject="case", subject_id=asked.case.pk)
            if refusal.reason is rules.STALE:
                sight = queries.sight_of(queries.situation(asked.case, request.post), request.post)
                changes = [seen.told(event, sight, {}) for event in refusal.changes]  # type: ignore[arg-type]
                return _form(request, asked, form=form, once=once, reason=rules.STALE, changes=changes, status=409)
            form.take(refusal)
    return _form(request, asked, form=form, once=once, status=422)


def _done(request: access.DeskRequest, asked: Asked, once: UUID) -> HttpResponse:
    contacts.discard_draft(once, post=request.post)
    messages.success(request, f"{asked.action.done} · {asked.case.number}")
    seen = queries.visible_to(request.post).filter(pk=asked.case.pk).exists()
    there = reverse("cases:case", args=[asked.case.pk]) if seen else reverse("home")
    return HttpResponse(status=204, headers={"HX-Redirect": there}) if request.htmx else redirect(there)  # type: ignore[attr-defined]


def _form(request: access.DeskRequest, asked: Asked, *, status: int = 200, **context: Any) -> HttpResponse:
    """The form in the page's dialog, or as a page of its own where no script asks for it."""
    quoted = queries.last_event(asked.case, deeds.QUOTED.get(asked.action.code, ()), office=request.post.office_id)
    context = {
        "case": asked.case,
        "action": asked.action,
        "quoted": quoted,
        "quoted_deed": wording.done(quoted) if quoted else "",
        "routes": deeds.routes(asked),
        "calls": asked.action.code in deeds.CALLS,
        "not_told": must_not_be_told(asked.case),
        **context,
    }
    template = "cases/deed.html#form" if request.htmx else "cases/deed.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=status)


def _blank(asked: Asked, draft: Draft | None, initial: dict[str, Any] | None = None) -> dict[str, Any]:
    """The form of an action as this person left it, or blank: with its draft and the name of the form."""
    if draft:
        return {"form": deeds.form_for(asked, MultiValueDict(draft.fields), is_judged=False), "draft": draft, "once": draft.pk}
    return {"form": deeds.form_for(asked, initial=initial), "once": new_id()}
