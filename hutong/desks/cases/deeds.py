"""The form of each action, made from what its verb asks for: a new verb needs a line here only for a new kind of input."""

import inspect
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from hutong.desks.cases.asked import Asked, kept
from hutong.desks.cases.people import OWN_FORMS
from hutong.desks.components.fields import DivisionField, Line, OfficeField
from hutong.desks.components.parts import Part
from hutong.hotline.assignments import queries as assignments
from hutong.hotline.assignments.models import ChildState, Kind
from hutong.hotline.cases import looks, queries, rules
from hutong.hotline.cases.models import Case, Phase
from hutong.hotline.contacts.models import CallBack
from hutong.hotline.network.models import Post, Staff
from hutong.hotline.people.models import GuardianshipRisk, SuicideRisk
from hutong.hotline.replies.models import Answered, Satisfaction
from hutong.hotline.rulebook import queries as rulebook
from hutong.hotline.rulebook.models import Category, Tier
from hutong.hotline.rulebook.tables import TABLES
from hutong.hotline.supervision import queries as supervision
from hutong.hotline.verbs import VERBS

GIVEN = frozenset({"case_id", "by", "at", "seen", "once"})  # what the page itself says
# What a person must have before their eyes to decide: the last event of these actions is quoted above the form.
ASKED_OF_US = ("refer", "assist", "consult")
QUOTED = {
    "accept": ("dispatch",),
    "return": ("dispatch",),
    "report": ("send_back",),
    "approve": ("report",),
    "send_back": ("report",),
    "answer": ("report",),
    "grant_extension": ("ask_extension",),
    "refuse_extension": ("ask_extension",),
    "grant_pause": ("ask_pause",),
    "refuse_pause": ("ask_pause",),
    "confirm_lower": ("propose_lower",),
    "refuse_lower": ("propose_lower",),
    "settle_transfer": ("propose_transfer",),
    "refuse_transfer": ("propose_transfer",),
    "accept_transfer": ("propose_transfer",),
    "decline_transfer": ("propose_transfer",),
    "accept_part": ASKED_OF_US,
    "return_part": ASKED_OF_US,
    "finish_part": ASKED_OF_US,
}
CALLS = frozenset({"answer", "not_reached", "close", "reassess"})  # somebody is called: it must be safe
ROUTED = frozenset({"dispatch", "refer", "assist"})  # whom a matter goes to: the rulebook has a word on it
YES_NO = [("yes", _("是")), ("no", _("否"))]


class Rows(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice among rows, each with its own words."""

    def __init__(self, rows: Any, label: Any, say: Callable[[Any], str] = str, **kwargs: Any) -> None:
        super().__init__(rows, label=label, empty_label=_("请选择"), **kwargs)
        self.say = say

    def label_from_instance(self, obj: Any) -> str:
        return self.say(obj)


class StaffField(Line):
    """A member of the staff at or below the asker's office, by name or sign-in."""

    def __init__(self, post: Post) -> None:
        super().__init__(_("回避人员"), help_text=_("姓名或登录名；与机构至少填一项"))
        self.post = post

    def clean(self, value: Any) -> Staff | None:
        text = super().clean(value).strip()
        found = list(assignments.staff_near(self.post, text)) if text else []
        if text and len(found) != 1:
            raise forms.ValidationError(_("没有找到，或有同名的人：请填登录名。"))
        return found[0] if found else None


class CaseField(Line):
    """Another case of this centre, by its number."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(_("并入哪个个案（编号）"), required=True)
        self.asked = asked

    def clean(self, value: Any) -> Case | None:
        text = super().clean(value)
        found = queries.by_number(self.asked.post, text)
        if found is None:
            raise forms.ValidationError(_("没有这个个案，或您无权查看。"))
        return found


def choices(kind: Any, label: Any, initial: Any = None, *, radio: bool = False) -> forms.ChoiceField:
    """A field of a table of choices."""
    return forms.ChoiceField(label=label, choices=kind.choices, initial=initial, widget=forms.RadioSelect if radio else forms.Select)


def tier(asked: Asked) -> forms.Field:
    """The tiers that the action can lead to."""
    now = asked.case.tier
    order = rules.TIERS.index(now)
    fitting = {"raise_tier": rules.TIERS[:order], "propose_lower": rules.TIERS[order + 1 :]}.get(asked.action.code, rules.TIERS)
    found = [(each, f"{each} {Tier(each).label}") for each in fitting]
    only = found[0][0] if len(found) == 1 else None
    return forms.ChoiceField(label=_("等级"), choices=found, initial=only or now, widget=forms.RadioSelect)


def text(asked: Asked) -> forms.Field:
    """What must be written, or a remark."""
    rows = {"note": 3, "report": 8, "assess": 6}.get(asked.action.code, 4)
    return Line(asked.action.asks or _("说明（可不填）"), widget=forms.Textarea({"rows": rows}))


def office(asked: Asked) -> forms.Field:
    """The offices that the action may concern."""
    case, code = asked.case, asked.action.code
    if code == "recuse":
        return OfficeField(_("回避机构"), help_text=_("被反映人所在或与其有关的单位"))
    candidates = {
        "dispatch": lambda: assignments.leads_for(case),
        "refer": lambda: assignments.helpers_for(case, Kind.REFERRAL),
        "assist": lambda: assignments.helpers_for(case, Kind.ASSIST),
        "consult": lambda: assignments.helpers_for(case, Kind.CONSULTATION),
        "propose_transfer": lambda: assignments.receivers_for(case),
        "withdraw_part": lambda: assignments.with_parts(case),
        "order": lambda: supervision.addressees_about(case, asked.post),
    }[code]()
    label, likely = _("交给哪个机构"), None
    if code == "dispatch":
        likely = assignments.likely_lead(case)
    if code == "order":
        label, likely = _("发给哪个机构"), case.holder
    return Rows(candidates, label, lambda each: each.name, initial=likely)


def routes(asked: Asked) -> list[dict[str, str]]:
    """Where the rulebook sends matters of this category, those of the children's own statuses among them: as its table says it."""
    case = asked.case
    if asked.action.code not in ROUTED or not case.category:
        return []
    statuses = {"", *(status for child in queries.children_of(case) for status in child.statuses)}
    found = rulebook.routes_for(category=case.category, division_code=case.place_id or case.centre.division_id, at=asked.at)
    shown = (TABLES["routes"].shown(route) | {"of_status": route.status} for route in found if route.status in statuses)
    return [row | {"harm": row["status"] if row["of_status"] else row["harm"] or str(_("其余"))} for row in shown]


def worker(asked: Asked) -> forms.Field:
    """Who of the lead office is to be the named worker."""
    found = assignments.workers_for(asked.case, on=timezone.localdate(asked.at))
    mine = asked.post.pk if asked.action.code == "accept" and found.filter(pk=asked.post.pk).exists() else None
    return Rows(found, _("经办人"), lambda post: f"{post.staff.name} · {post.get_role_display()}", initial=mine)


def child(asked: Asked) -> forms.Field:
    """One of the children of the case."""
    children, shown = queries.children_of(asked.case), asked.sight
    return Rows(children, _("儿童"), lambda each: shown.called("child", each.name), initial=children.first())


def place_text(asked: Asked) -> forms.Field:
    """Where exactly; who sees only a part of it leaves it blank, and it stays as it is."""
    if asked.sight.is_plain("child", "address") or not asked.case.place_text:
        return Line(_("详细地点"), max_length=200, initial=asked.case.place_text)
    return Line(_("详细地点"), max_length=200, help_text=kept(asked.sight, "child", "address", asked.case.place_text))


def admitted(asked: Asked) -> forms.Field:
    """Who may be named to see a restricted case: those of the offices on it; to be named no more: who is."""
    found = looks.admitted(asked.case) if asked.action.code == "shut_out" else looks.admissible(asked.case, on=timezone.localdate(asked.at))
    return Rows(found, _("人员"), lambda post: f"{post.staff.name} · {post.get_role_display()} · {post.office.name}")


def yes_no(label: Any) -> forms.Field:
    """A question that must be answered."""
    return forms.TypedChoiceField(label=label, choices=YES_NO, coerce=lambda value: value == "yes", widget=forms.RadioSelect)


def days(asked: Asked) -> forms.Field:
    """How long an extension or a pause is to be."""
    if asked.action.code == "ask_pause":
        most = asked.case.deadline.limit.pause_days if asked.case.deadline else 0
        help_text = format_lazy(_("最多 {most} 天，由上级批准；暂停期间不计时"), most=most)
        return forms.IntegerField(label=_("暂停几天"), min_value=1, max_value=most, help_text=help_text)
    help_text = _("最多 10 个工作日，只有一次，由上级批准")
    return forms.IntegerField(label=_("延期几个工作日"), min_value=1, max_value=rules.EXTENSION_MAXIMUM_DAYS, help_text=help_text)


FIELDS: dict[str, Callable[[Asked], forms.Field]] = {
    "tier": tier,
    "category": lambda asked: choices(Category, _("类别"), asked.case.category),
    "phase": lambda asked: choices(Phase, _("保护阶段"), asked.case.phase),
    "title": lambda asked: Line(_("事由"), max_length=80, initial=asked.case.title),
    "place": lambda asked: DivisionField(_("儿童所在地"), initial=asked.case.place),
    "place_text": place_text,
    "office": office,
    "staff": lambda asked: StaffField(asked.post),
    "worker": worker,
    "days": days,
    "child": child,
    "child_state": lambda asked: choices(ChildState, _("儿童现状"), radio=True),
    "guardianship_risk": lambda asked: choices(GuardianshipRisk, _("监护风险（家庭）"), radio=True),
    "suicide_risk": lambda asked: choices(SuicideRisk, _("自杀风险（儿童）"), radio=True),
    "outcome": lambda asked: choices(Answered, _("结果"), Answered.ANSWERED, radio=True),
    "is_safe": lambda asked: yes_no(_("孩子现在安全吗")),
    "is_solved": lambda asked: yes_no(_("问题解决了吗")),
    "satisfaction": lambda asked: choices(Satisfaction, _("报告人满意吗"), Satisfaction.NOT_ASKED, radio=True),
    "call_back": lambda asked: choices(CallBack, _("怎样联系才安全"), asked.case.call_back, radio=True),
    "into": CaseField,
    "admitted": admitted,
    "subject": lambda asked: Line(_("督办事由"), max_length=80, initial=asked.case.title),
    "text": text,
}


class Deed(Part):
    """The form of one action, with the fields that its verb asks for."""

    asked: Asked

    def __init__(self, asked: Asked, data: Any = None, **kwargs: Any) -> None:
        self.asked = asked
        super().__init__(data, post=asked.post, **kwargs)

    def add_fields(self) -> None:
        for name in inspect.signature(VERBS[self.asked.action.code]).parameters:
            if name not in GIVEN:
                self.fields[name] = FIELDS[name](self.asked)
        if "text" in self.fields:  # the words come last
            self.fields["text"] = self.fields.pop("text")

    def carry_out(self, **given: Any) -> None:
        """Call the verb. Raises Refusal."""
        said = dict(self.cleaned_data)
        if "place_text" in said and not said["place_text"] and not self.asked.sight.is_plain("child", "address"):
            said["place_text"] = self.asked.case.place_text
        VERBS[self.asked.action.code](self.asked.case.pk, by=self.asked.post, at=self.asked.at, **given, **said)


def form_for(asked: Asked, data: Any = None, **kwargs: Any) -> Any:
    """The form of an action: its own, or the one that its verb's parameters make."""
    return OWN_FORMS.get(asked.action.code, Deed)(asked, data, **kwargs)


def is_once(action: rules.Action) -> bool:
    """Whether a form of this action could be handed in twice unnoticed: then it carries a name of its own."""
    return "once" in inspect.signature(VERBS[action.code]).parameters


def draft_form(code: str) -> str:
    """What the drafts of an action's form are kept under."""
    return f"case:{code}"


def is_spent(asked: Asked, *, draft_id: UUID, seen: int) -> bool:
    """Whether this form was handed in already, so that a draft which arrives late is not kept."""
    events = asked.case.events.filter(by=asked.post, action=asked.action.code)
    return events.filter(pk=draft_id).exists() if is_once(asked.action) else events.filter(seq__gt=seen).exists()
