"""The page that shows each component in all its states (what is not on it has not been looked at), and what pickers offer."""

from datetime import timedelta

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from hutong.desks import access
from hutong.desks.components.fields import DayInput
from hutong.desks.components.icons import ICONS
from hutong.hotline.cases.models import Stage
from hutong.hotline.kernel.refusals import Reason
from hutong.hotline.network import queries as network
from hutong.hotline.network import searching
from hutong.hotline.network.models import Role
from hutong.hotline.rulebook.models import Tier


class Sample(forms.Form):
    """One field of each sort."""

    caller = forms.CharField(label=_("来电号码"), help_text=_("可填全角数字，保存时自动规整。"))
    callback = forms.ChoiceField(label=_("安全联系方式"), choices=[("", _("请选择")), ("none", _("不要回电")), ("message", _("只发短信"))])
    channel = forms.ChoiceField(label=_("渠道"), choices=[("phone", _("电话")), ("walk_in", _("来访"))], widget=forms.RadioSelect)
    wants_reply = forms.BooleanField(label=_("来电人希望得到答复"), required=False)
    on = forms.DateField(label=_("发生日期"), required=False, widget=DayInput())
    narrative = forms.CharField(label=_("反映内容"), widget=forms.Textarea, help_text=_("照原话记；听不清的写“听不清”。"))

    def clean(self) -> None:
        """Always one error of the whole form, to show how it looks."""
        raise forms.ValidationError(_("身份证号校验位不对。可先保存，标为“未核验”。"))


@access.for_posts(Role.ADMINISTRATOR)
def gallery(request: access.DeskRequest) -> HttpResponse:
    """Every component in all its states."""
    now = timezone.now()
    context = {
        "tiers": Tier.values,
        "stages": Stage.values,
        "icons": list(ICONS),
        "empty_form": Sample(),
        "wrong_form": Sample({"caller": "029-8888", "on": "2026-02-31"}),
        "reason": Reason("urgent_tier", _("特急、紧急个案不得延期。"), _("请求协办或报告困难。")),
        "page": Paginator(range(95), 20).page(2),
        "clocks": [
            (now + timedelta(days=2, hours=3), now - timedelta(hours=1)),
            (now + timedelta(minutes=80), now - timedelta(minutes=100)),
            (now + timedelta(minutes=7), now - timedelta(minutes=53)),
            (now - timedelta(minutes=20), now - timedelta(minutes=80)),
        ],
        "moments": [now, now - timedelta(days=1), now + timedelta(days=1), now - timedelta(days=40), now - timedelta(days=400)],
    }
    return render(request, "components/gallery.html", context)


@access.for_posts()
@require_GET
def divisions(request: access.DeskRequest) -> JsonResponse:
    """Places to pick from, by what is typed: those of one's own area first."""
    found = network.places_to_pick(request.post, request.GET.get("q", "")[:60], on=timezone.localdate())
    return JsonResponse([[each.full_name, each.code] for each in found], safe=False)


@access.for_posts()
@require_GET
def offices(request: access.DeskRequest) -> JsonResponse:
    """Offices at or below one's own to pick from."""
    found = searching.search_offices(request.post, request.GET.get("q", "")[:60], limit=12)
    names = searching.told_apart(found)
    return JsonResponse([[name, office.get_kind_display()] for name, office in zip(names, found, strict=True)], safe=False)
