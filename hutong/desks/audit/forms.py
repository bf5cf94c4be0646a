"""What an auditor asks the log."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hutong.desks.components import log
from hutong.desks.components.fields import DayInput

SIGNING_IN = (
    "signed_in", "took_post", "signed_out", "sign_in_failed", "sign_in_held_off", "factor_failed", "proved", "session_ended",
    "failures_told", "new_browser_told",
)  # fmt: skip
FACTORS = ("factor_added", "factor_removed", "recovery_codes_made", "factor_reset_asked", "factor_reset_agreed", "factor_reset_refused")
KINDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "looks": (_("看与列表"), ("looked", "listed")),
    "exports": (_("导出"), ("exported", "network_exported", "rulebook_exported")),
    "reveals": (_("查看隐去的内容"), ("revealed", "reveal_reporter", "many_reveals")),
    "paces": (_("一小时内打开个案过多"), ("many_cases", "too_many_cases")),
    "emergencies": (_("紧急查看"), ("break_glass", "review_glass")),
    "refusals": (_("被拒绝"), ("refused", "sign_in_failed", "sign_in_held_off", "factor_failed")),
    "sign_ins": (_("登录与退出"), SIGNING_IN),
    "factors": (_("验证方式与密码"), (*FACTORS, "password_set", "password_chosen", "identity_bound", "identity_unbound")),
    "rights": (
        _("岗位、密码与密钥"),
        (
            "staff_added",
            "staff_changed",
            "staff_deactivated",
            "password_set",
            "post_given",
            "post_ended",
            "contract_added",
            "contract_ended",
            "token_made",
            "token_ended",
        ),
    ),
    "audits": (_("审计"), ("searched_log", "asked_who_saw", "log_exported")),
}


class Search(forms.Form):
    """By person, case, kind of deed and days; whatever is left blank is not asked for."""

    who = forms.CharField(label=_("人员"), required=False, max_length=40, widget=forms.TextInput({"placeholder": _("姓名或登录名")}))
    case = forms.CharField(label=_("个案编号"), required=False, max_length=40)
    kind = forms.ChoiceField(
        label=_("动作"), required=False, choices=[("", _("全部")), *((code, label) for code, (label, _v) in KINDS.items())]
    )
    first = forms.DateField(label=_("自"), required=False, widget=DayInput())
    last = forms.DateField(label=_("至"), required=False, widget=DayInput())

    @property
    def verbs(self) -> tuple[str, ...]:
        """The verbs of the kind."""
        return KINDS[self.cleaned_data["kind"]][1] if self.cleaned_data.get("kind") else ()

    @property
    def end(self) -> date | None:
        """The day after the last."""
        last = self.cleaned_data.get("last")
        return last + timedelta(days=1) if last else None


class Reason(forms.Form):
    """Why somebody asks who saw a child."""

    why = forms.ChoiceField(
        label=_("为什么查"), widget=forms.RadioSelect, choices=[(code, label) for code, label in log.REASONS.items() if code != "audit"]
    )
