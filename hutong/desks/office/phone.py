"""A centre's telephone as its administrator sets it up: ways in, what callers hear, skills, who answers for it."""

from functools import partial
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from hutong.desks import access
from hutong.desks.office import phone_forms
from hutong.desks.office.forms import Sure
from hutong.desks.office.offices import office_for
from hutong.desks.office.pages import Page, administrators, form_page
from hutong.hotline.calls import queries, rules, ways_in, wording
from hutong.hotline.calls import skills as known
from hutong.hotline.calls.actions import keeping
from hutong.hotline.calls.models import SoundName
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Office, OfficeKind, Post

LANGUAGES = {"zh": "中文", "en": "English"}  # in their own names


def centre_for(request: access.DeskRequest, office_id: UUID) -> Office:
    """The hotline centre, if it is in reach."""
    office = office_for(request, office_id)
    if office.kind != OfficeKind.HOTLINE_CENTRE:
        raise Http404
    return office


def page_of(centre: Office) -> str:
    """The address of a centre's telephone."""
    return reverse("office:phone", args=[centre.pk])


@administrators
@require_GET
def phone(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """All that is set up for a centre's telephone."""
    centre = centre_for(request, office_id)
    said, recorded = ways_in.texts_of(centre), ways_in.recorded(centre)
    context = {
        "office": centre,
        "lines": [(line, known.KEYS.get(line.key_means, "")) for line in queries.lines_of(centre)],
        "sounds": [
            (
                name,
                _most(name),
                [
                    (code, _spoken(code), said.get((name, code)) or wording.text_of(name, code), (name, code) in recorded)
                    for code in wording.TEXTS
                ],
            )
            for name in SoundName
        ],
        "people": [
            (post, [known.SKILLS.get(each.skill, each.skill) for each in post.skills.all()])
            for post in ways_in.people_at_the_phone(centre, on=timezone.localdate())
        ],
        "agreements": ways_in.agreements_of(centre),
    }
    return render(request, "office/phone.html", context)


@administrators
@require_http_methods(["GET", "POST"])
def new_line(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """Another way in."""
    centre = centre_for(request, office_id)
    form = phone_forms.NewLine(request.POST or None, by=request.post)
    title = _("为“%(office)s”增加线路") % {"office": centre.name}
    page = Page(title=title, button=_("增加"), done=_("线路已增加。"), back=page_of(centre))
    return form_page(request, form, partial(keeping.open_line, centre=centre), page)


@administrators
@require_http_methods(["GET", "POST"])
def end_line(request: access.DeskRequest, line_id: UUID) -> HttpResponse:
    """Close a way in."""
    line = access.reached(request, ways_in.lines_in_reach(request.post), line_id)
    form = Sure(request.POST or None, by=request.post)
    page = Page(
        title=_("停用线路“%(name)s”") % {"name": line.name}, button=_("停用"), done=_("线路已停用。"), back=page_of(line.centre),
        danger=True, note=_("从今天起打这个号码不再接进来；通话记录都保留。要改号码或按键，停用后另加一条。"),
    )  # fmt: skip
    return form_page(request, form, partial(keeping.end_line, line), page)


@administrators
@require_http_methods(["GET", "POST"])
def say(request: access.DeskRequest, office_id: UUID, name: str, language: str) -> HttpResponse:
    """What callers hear for a purpose: its text, and a recording of it."""
    centre = centre_for(request, office_id)
    purpose = _purpose(name)
    kept = ways_in.sound_of(centre, name=purpose, language=language)
    form = phone_forms.Say(
        request.POST or None, request.FILES or None, by=request.post, kept=bytes(kept.audio or b"") if kept else b"",
        initial={"text": kept.text if kept else wording.text_of(purpose, language)},
    )  # fmt: skip
    if language not in wording.TEXTS:
        raise Http404
    title = _("“%(name)s”（%(language)s）") % {"name": purpose.label, "language": _spoken(language)}
    most = _("录音最多 %(seconds)s 秒：让人等得久的录音会把求助的人等走。") % {"seconds": _most(purpose)}
    page = Page(title=title, button=_("保存"), done=_("已保存。"), back=page_of(centre), note=most)
    return form_page(request, form, partial(keeping.save_sound, centre=centre, name=purpose, language=language), page)


@administrators
@require_GET
def listen(request: access.DeskRequest, office_id: UUID, name: str, language: str) -> HttpResponse:
    """The recording of a sound."""
    kept = ways_in.sound_of(centre_for(request, office_id), name=_purpose(name), language=language)
    if kept is None or not kept.audio:
        raise Http404
    return HttpResponse(bytes(kept.audio), content_type="audio/wav")


@administrators
@require_http_methods(["GET", "POST"])
def skills(request: access.DeskRequest, post_id: UUID) -> HttpResponse:
    """What a person at the telephone can do."""
    post: Post = access.reached(request, network.posts_in_reach(request.post).select_related("staff", "office"), post_id)
    now = [each.skill for each in post.skills.all()]
    form = phone_forms.Skills(request.POST or None, by=request.post, initial={"skills": now})
    page = Page(title=_("%(name)s的技能") % {"name": post.staff.name}, button=_("保存"), done=_("已保存。"), back=page_of(post.office))
    return form_page(request, form, partial(keeping.set_skills, post), page)


@administrators
@require_http_methods(["GET", "POST"])
def agree(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """A neighbour who answers when this centre cannot."""
    centre = centre_for(request, office_id)
    form = phone_forms.Agree(request.POST or None, by=request.post)
    page = Page(
        title=_("“%(office)s”的代接中心") % {"office": centre.name}, button=_("约定"), done=_("已约定。"), back=page_of(centre)
    )  # fmt: skip
    return form_page(request, form, partial(keeping.agree, centre=centre), page)


@administrators
@require_http_methods(["GET", "POST"])
def end_agreement(request: access.DeskRequest, agreement_id: UUID) -> HttpResponse:
    """The neighbour answers no more."""
    agreement = access.reached(request, ways_in.agreements_in_reach(request.post), agreement_id)
    form = Sure(request.POST or None, by=request.post)
    page = Page(
        title=_("停止由“%(office)s”代接") % {"office": agreement.neighbour.name}, button=_("停止"), done=_("已停止。"),
        back=page_of(agreement.centre), danger=True,
    )  # fmt: skip
    return form_page(request, form, partial(keeping.end_agreement, agreement), page)


def _most(name: SoundName) -> int:
    """How many seconds a recording may take."""
    return int(rules.GREETING_AT_MOST.total_seconds()) if name == SoundName.GREETING else keeping.LONGEST


def _spoken(language: str) -> str:
    return LANGUAGES.get(language, language)


def _purpose(name: str) -> SoundName:
    try:
        return SoundName(name)
    except ValueError:
        raise Http404 from None
