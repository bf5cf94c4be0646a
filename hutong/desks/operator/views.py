"""Views of the operator's desk."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hutong.desks import access
from hutong.desks.access import at_the_desk
from hutong.desks.operator import intake, queries, slips
from hutong.desks.operator.forms import TIER_MEANING, Sheet
from hutong.hotline.calls import queries as calls
from hutong.hotline.calls.actions import writing
from hutong.hotline.calls.models import Call
from hutong.hotline.cases import queries as cases
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts import queries as known
from hutong.hotline.contacts import rules
from hutong.hotline.contacts.models import Contact, Draft, NotACase, Outcome
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Post
from hutong.hotline.rulebook import queries as rulebook
from hutong.hotline.rulebook.models import Category

NOT_TYPED = frozenset({"csrfmiddlewaretoken", "version", "end", "into"})
SHOWN = 30


@at_the_desk
@require_http_methods(["GET", "POST"])
def desk(request: access.DeskRequest) -> HttpResponse:
    """The desk with one sheet: the one of the address, else the newest draft, else a blank one."""
    if "sheet" not in request.GET:
        newest = known.drafts_of(request.post).filter(form=rules.SHEET, subject_id=None).first()
        return _to_sheet(newest.pk if newest else new_id())
    draft = _draft(request, request.GET["sheet"])
    if request.method == "POST":
        return _hand_in(request, draft, None)
    if known.is_spent(request.post, draft_id=draft.pk, subject_id=None):
        messages.info(request, _("这一份已经登记，不再显示。这是新的一份。"))
        return _to_sheet(new_id())
    return _page(request, _sheet(request, draft), draft)


@at_the_desk
@require_http_methods(["GET", "POST"])
def contact(request: access.DeskRequest, contact_id: UUID) -> HttpResponse:
    """A report that arrived by itself, on the same sheet, with the same ways out."""
    waiting = access.reached(request, cases.contacts_seen(request.post, known.of_centre(request.post)), contact_id)
    if request.method == "GET" and waiting.outcome != Outcome.PENDING:
        messages.info(request, str(known.settled(waiting).sentence))
        return redirect("operator:desk")
    access.opened(request, subject="contact", subject_id=waiting.pk)
    draft = known.sheet_of(request.post, uuid5(waiting.pk, str(request.post.pk)), form=rules.SHEET, subject_id=waiting.pk)
    if request.method == "POST":
        return _hand_in(request, draft, waiting)
    return _page(request, _sheet(request, draft, waiting), draft, waiting)


@at_the_desk
@require_GET
def call(request: access.DeskRequest, call_id: UUID) -> HttpResponse:
    """The sheet of a call: what the call tells is filled in and kept as a draft before anybody types; once written down, what it became."""
    found = calls.call_seen_by(request.post, call_id)
    if found is None:
        raise Http404
    if found.contact:
        messages.info(request, _("这通电话已经登记。"))
        return redirect("phone:call", call_id=found.pk)
    return _to_sheet(writing.begin_sheet(found, by=request.post, at=timezone.now()))


@at_the_desk
@require_GET
def on_the_line(request: access.DeskRequest, call_id: UUID) -> HttpResponse:
    """The region of the call that a sheet belongs to."""
    found = calls.call_seen_by(request.post, call_id)
    if found is None:
        raise Http404
    access.shown(request, [found])
    return render(request, "operator/on_the_line.html", {"call": found})


@at_the_desk
@require_GET
def to_call_back(request: access.DeskRequest) -> HttpResponse:
    """The region of whom to call back."""
    context = _to_call_back(request)
    access.shown(request, context["to_call_back"])
    return render(request, "operator/to_call_back.html", context)


@at_the_desk
@require_POST
def draft(request: access.DeskRequest, draft_id: UUID) -> HttpResponse:
    """What is being typed, sent by the page every few seconds and when it goes."""
    draft = _draft(request, str(draft_id))
    try:
        _keep(request, draft)
    except Refusal:
        raise Http404 from None  # another office's, of which the database shows nothing
    return HttpResponse(status=204)


@at_the_desk
@require_POST
def discard(request: access.DeskRequest, draft_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    contacts.discard_draft(draft_id, post=request.post)
    messages.info(request, _("草稿已丢弃。"))
    return redirect("operator:desk")


@at_the_desk
@require_POST
def beside(request: access.DeskRequest) -> HttpResponse:
    """The region of what is known of this caller and matter, by what is typed so far."""
    found = queries.known_from(request.post, request.POST, at=timezone.now())
    access.shown(request, *found.rows)
    return render(request, "operator/known.html", {"known": found})


@at_the_desk
@require_GET
def pending(request: access.DeskRequest) -> HttpResponse:
    """The region of what waits for a person."""
    context = _waiting(request)
    access.shown(request, context["pending"])
    return render(request, "operator/pending.html", context)


@at_the_desk
@require_GET
def paper(request: access.DeskRequest) -> HttpResponse:
    """The sheet on paper, numbered, for when the platform is down."""
    return render(request, "operator/paper.html", slips.context(request.post.office, at=timezone.now()))


# --- the sheet ------------------------------------------------------------------------------------------------------


def _draft(request: access.DeskRequest, text: str) -> Draft:
    """The draft of an address; another's is not there."""
    try:
        return known.sheet_of(request.post, UUID(text), form=rules.SHEET, subject_id=_subject(request))
    except (ValueError, Refusal):
        raise Http404 from None


def _subject(request: access.DeskRequest) -> UUID | None:
    subject = request.GET.get("contact")
    return UUID(subject) if subject else None


def _to_sheet(draft_id: UUID, **query: str) -> HttpResponse:
    return redirect(reverse("operator:desk", query={"sheet": draft_id, **query}))


def _sheet(request: access.DeskRequest, draft: Draft, waiting: Contact | None = None) -> Sheet:
    """The sheet as it was typed, or a blank one with what is known of a waiting contact."""
    if draft.fields:
        return Sheet(request.post, MultiValueDict(draft.fields), is_judged=False)
    return Sheet(request.post, initial=_initial(waiting) if waiting else {"paper_slip": request.GET.get("slip", "")})


def _initial(waiting: Contact) -> dict[str, Any]:
    reporter = getattr(waiting, "reporter", None)
    names = ("phone", "name", "id_number", "relation", "wants_answer", "call_back")
    told = (
        {name: getattr(reporter, name) for name in names} | {"is_anonymous": "yes" if reporter.is_anonymous else "no"} if reporter else {}
    )
    return {"place": waiting.place.full_name if waiting.place else "", "place_text": waiting.place_text, **told}


def _keep(request: access.DeskRequest, draft: Draft) -> Draft:
    fields = {name: values for name, values in request.POST.lists() if name not in NOT_TYPED}
    version = request.POST.get("version", "")
    kept = contacts.save_draft(
        draft.pk, post=request.post, form=rules.SHEET, subject_id=draft.subject_id, fields=fields,
        version=int(version[:9]) if version.isdecimal() else draft.version + 1, at=timezone.now(),
    )  # fmt: skip
    return kept or draft


def _hand_in(request: access.DeskRequest, draft: Draft, waiting: Contact | None) -> HttpResponse:
    at, sheet = timezone.now(), Sheet(request.post, request.POST)
    spoken = _named(request.post, request.POST.get("call", ""))
    end = intake.End.pressed(request.POST)
    done = intake.hand_in(sheet, end, by=request.post, at=at, draft_id=draft.pk, pending=waiting, call=spoken)
    if done is None:
        return _page(request, sheet, _keep(request, draft), waiting, status=422)
    messages.success(request, _said(done))
    for remark in intake.remarks(sheet, at=at):
        messages.warning(request, remark)
    if done.contact.paper_slip:  # the next one of the pile
        return _to_sheet(new_id(), slip=rules.next_slip(done.contact.paper_slip))
    return _to_sheet(new_id())


def _said(done: intake.Done) -> str:
    if done.case:
        link = format_html('<a href="{}">{}</a>', reverse("cases:case", args=[done.case.pk]), done.case.number)
        return format_html("{} {}", done.contact.get_outcome_display(), link)
    return f"{done.contact.get_not_a_case_display() or done.contact.get_outcome_display()} · {timezone.localtime():%H:%M}"


def _page(request: access.DeskRequest, sheet: Sheet, draft: Draft, waiting: Contact | None = None, status: int = 200) -> HttpResponse:
    now = timezone.now()
    context = {
        "sheet": sheet,
        "draft": draft,
        "blank_id": new_id(),
        "call": _named(request.post, draft.fields.get("call", [""])[0]),
        "waiting_contact": waiting,
        "drafts": known.drafts_of(request.post).filter(form=rules.SHEET, subject_id=None).exclude(pk=draft.pk)[:8],
        "today": queries.taken_today(request.post, now),
        "known": queries.known_from(request.post, _typed(sheet), at=now),
        "tiers": [(choice, TIER_MEANING[choice.data["value"]]) for choice in sheet.matter["tier"]],
        "nuisances": enumerate(NotACase.choices, start=1),
        "slips": _slips(request),
        **_questions(request, now),
        **_waiting(request),
        **_to_call_back(request),
    }
    named = [context["call"]] if context["call"] else []
    access.shown(request, context["today"], context["pending"], context["to_call_back"], named, *context["known"].rows)
    return render(request, "operator/desk.html", context, status=status)


def _slips(request: access.DeskRequest) -> dict[str, list[str]] | None:
    """Of the printing whose slips are being entered: those that are in, and those that nobody has entered; None where none are."""
    if "slip" not in request.GET:
        return None
    entered = known.slips_like(request.post, request.GET["slip"].strip().upper())
    return {"entered": entered, "missing": rules.missing_slips(entered)}


def _questions(request: access.DeskRequest, at: datetime) -> dict[str, Any]:
    """What the centre's rulebook says to ask: first of everything, then by category."""
    asked: dict[str, list[str]] = {}
    for question in rulebook.questions_for(division_code=request.post.office.division_id, at=at):
        asked.setdefault(question.category, []).append(question.text)
    return {"first_questions": asked.pop("", []), "questions": [(Category(code).label, texts) for code, texts in asked.items()]}


def _typed(sheet: Sheet) -> dict[str, Any]:
    fields = [sheet.matter["phone"], sheet.matter["place"], *(form["name"] for form in sheet.children)]
    return {bound.html_name: bound.value() or "" for bound in fields}


def _named(post: Post, text: str) -> Call | None:
    """The call that a sheet says it belongs to, if this post may look at it."""
    try:
        return calls.call_seen_by(post, UUID(text))
    except ValueError:
        return None


def _to_call_back(request: access.DeskRequest) -> dict[str, Any]:
    return {"to_call_back": list(calls.call_backs(request.post)[:SHOWN])}


def _waiting(request: access.DeskRequest) -> dict[str, Any]:
    return {"pending": list(known.pending(request.post)[:SHOWN])}
