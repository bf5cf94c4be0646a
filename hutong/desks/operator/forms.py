"""The intake sheet: the matter, the reporter, the children and the people concerned. It reads what is typed; the verbs judge it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hutong.desks.components.fields import DivisionField, Line, MomentInput, OfficeField
from hutong.desks.components.parts import ChildForm, Part, PartyForm
from hutong.hotline.contacts import rules
from hutong.hotline.contacts.actions import ReporterFacts
from hutong.hotline.contacts.models import CallBack, Channel, WantsAnswer
from hutong.hotline.network.models import Post
from hutong.hotline.rulebook.models import Tier

TIER_MEANING = {
    Tier.I: _("正在或数小时内危及生命安全：施暴、自杀、失踪、遗弃、侵害人在场"),
    Tier.II: _("已受严重伤害，或几天内可能再次发生"),
    Tier.III: _("监护缺失、基本生活无着，眼下没有严重伤害"),
    Tier.IV: _("咨询、安抚、服务"),
}
ANONYMOUS = [("yes", _("匿名")), ("no", _("实名"))]


class Matter(Part):
    """What happened, where, who told us, how urgent, whom to keep away."""

    channel = forms.ChoiceField(
        label=_("渠道"),
        choices=[each for each in Channel.choices if each[0] in rules.TYPED],
        widget=forms.RadioSelect,
        initial=Channel.PHONE,
        required=False,
    )
    received_at = forms.DateTimeField(
        label=_("收到时间"),
        required=False,
        widget=MomentInput(),
        help_text=_("留空即现在"),
    )
    paper_slip = Line(_("纸质登记表编号"), help_text=_("系统停用时写在纸上、现在补录的才填"))
    narrative = Line(_("反映内容"), widget=forms.Textarea({"rows": 7, "autofocus": True, "aria-keyshortcuts": "Alt+N"}))
    answer = Line(_("当场答复"), widget=forms.Textarea({"rows": 1}), help_text=_("当场答复时写明答了什么"))
    title = Line(_("事由"), max_length=80, help_text=_("留空取反映内容开头"))
    place = DivisionField(_("儿童现在何处"))
    place_text = Line(_("详细地点"))
    is_anonymous = forms.ChoiceField(label=_("报告人"), choices=ANONYMOUS, widget=forms.RadioSelect, initial="yes", required=False)
    phone = Line(_("电话"), widget=forms.TextInput({"type": "tel", "data-known": "", "aria-keyshortcuts": "Alt+P", "autocomplete": "off"}))
    name = Line(_("姓名"), widget=forms.TextInput({"autocomplete": "off"}))
    id_number = Line(_("身份证号"), widget=forms.TextInput({"autocomplete": "off"}))
    relation = Line(_("与儿童关系"), widget=forms.TextInput({"autocomplete": "off"}))
    wants_answer = forms.ChoiceField(label=_("要不要答复"), choices=WantsAnswer.choices, required=False)
    call_back = forms.ChoiceField(label=_("怎样联系才安全"), choices=CallBack.choices, required=False)
    tier = forms.ChoiceField(label=_("初步等级"), choices=Tier.choices, widget=forms.RadioSelect, required=False)
    recusal_office = OfficeField(_("被反映人所在单位"), help_text=_("填了即登记回避：该单位不会收到本案"))
    recusal_reason = Line(_("回避原因"), max_length=200)
    into_number = Line(_("个案编号"), max_length=40)

    def reporter(self) -> ReporterFacts | None:
        """Who told us; None where nothing at all was said."""
        typed = self.given("phone", "name", "id_number", "relation", "wants_answer", "call_back")
        is_anonymous = self.cleaned_data.get("is_anonymous") != "no"
        if is_anonymous and typed.keys() <= {"wants_answer", "call_back"} and typed.get("wants_answer", WantsAnswer.NO) == WantsAnswer.NO:
            return None
        return ReporterFacts(is_anonymous=is_anonymous, **typed)


Children = forms.formset_factory(ChildForm, extra=1, can_delete=True, max_num=30)
Parties = forms.formset_factory(PartyForm, extra=0, can_delete=True, max_num=30)


class Sheet:
    """The whole sheet. `data` is what is typed (a draft, or what was handed in), `initial` what is known beforehand."""

    def __init__(self, post: Post, data: Any = None, *, is_judged: bool = True, initial: dict[str, Any] | None = None) -> None:
        part: dict[str, Any] = {"post": post, "is_judged": is_judged}
        self.matter = Matter(data, initial=initial, **part)
        self.children = Children(data, prefix="children", form_kwargs=part)
        self.parties = Parties(data, prefix="parties", form_kwargs=part)
        for form in (self.matter, *self.children, *self.parties):
            form.full_clean()

    @property
    def rows(self) -> list[Part]:
        """The children and people that were typed and not taken out again."""
        filled = [*self.children, *self.parties]
        return [form for form in filled if form.has_changed() and not form.cleaned_data.get("DELETE")]

    def is_valid(self) -> bool:
        """Whether all of it could be read, and no verb refused a part."""
        return not any(form.errors for form in (self.matter, *self.rows))
