"""The form of a way. It reads what is typed; the verbs judge it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from hutong.channels import outward
from hutong.desks.components.fields import Line
from hutong.desks.components.parts import Part
from hutong.hotline.cases.models import NoticeKind
from hutong.hotline.notices import rules
from hutong.hotline.notices.models import Way, every_kind, every_tier
from hutong.hotline.rulebook.models import Tier

EXAMPLES = gettext_lazy("钉钉、企业微信、飞书：粘贴群机器人的网址。邮件：mailtos://账号:密码@邮箱域名?to=收件人。")
OFFICE_EXAMPLES = gettext_lazy("自有短信网关或其他系统：jsons://主机/路径，通知以 JSON 送到那里。")
# What no check of the address's words sees; each asks of an address that those before it found nothing wrong with.
WRONG: tuple[tuple[Callable[[str], bool], Any], ...] = (
    (lambda address: not outward.is_usable(address), gettext_lazy("这个地址不完整或写错了，请重新复制。")),
    (
        lambda address: not outward.is_allowed(address),
        gettext_lazy("这台主机不在本平台允许的名单里。请把主机名告诉平台的运维人员，由其加入名单。"),
    ),
    (outward.is_in_clear, gettext_lazy("这个地址没有加密，通知会在网络上明文传送。请换成加密的写法：邮件 mailtos://，接口 jsons://。")),
)
KEPT = gettext_lazy("留空即不改，现在是 {masked}。")


class MinuteField(forms.TimeField):
    """A time of day, as minutes since midnight."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        widget = forms.TimeInput({"type": "time"}, format="%H:%M")
        super().__init__(label=label, required=False, input_formats=["%H:%M", "%H:%M:%S"], widget=widget, **kwargs)

    def clean(self, value: Any) -> int | None:
        """Raises ValidationError for no such time."""
        time = super().clean(value)
        return time.hour * 60 + time.minute if time else None

    def prepare_value(self, value: Any) -> Any:
        return f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) else value


class WayForm(Part):
    """A way: where to, what, and when not. The address is never shown; what was just typed is kept while something else is mended."""

    name = Line(gettext_lazy("名称"), max_length=40, widget=forms.TextInput({"placeholder": gettext_lazy("如：值班群")}))
    address = Line(
        gettext_lazy("地址"), max_length=500, help_text=EXAMPLES,
        widget=forms.PasswordInput({"autocomplete": "new-password", "spellcheck": "false"}, render_value=True),
    )  # fmt: skip
    tiers = forms.MultipleChoiceField(
        label=gettext_lazy("接收哪些等级"), choices=Tier.choices, initial=every_tier, required=False, widget=forms.CheckboxSelectMultiple
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("接收哪些通知"),
        choices=NoticeKind.choices,
        initial=every_kind,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    quiet_from = MinuteField(gettext_lazy("免打扰开始"), help_text=gettext_lazy("可不填，可跨过午夜"))
    quiet_to = MinuteField(gettext_lazy("免打扰结束"), help_text=gettext_lazy("特急不受限制，其余到时再发"))
    is_active = forms.BooleanField(label=gettext_lazy("启用"), required=False, initial=True)

    def __init__(self, *args: Any, way: Way | None = None, is_own: bool, **kwargs: Any) -> None:
        names = ("name", "tiers", "kinds", "quiet_from", "quiet_to", "is_active")
        super().__init__(*args, initial={name: getattr(way, name) for name in names} if way else None, **kwargs)
        self.way = way
        hints = [KEPT.format(masked=way.masked) if way else "", EXAMPLES, "" if is_own else OFFICE_EXAMPLES]
        self.fields["address"].help_text = " ".join(str(hint) for hint in hints if hint)
        if way is None:
            del self.fields["is_active"]

    def clean_address(self) -> str:
        """Raises ValidationError where its provider, one that we know, cannot read it, or where no notice may go."""
        address = rules.normal_address(self.cleaned_data["address"])
        if rules.provider_of(address) and (wrong := next((said for is_so, said in WRONG if is_so(address)), None)):
            raise forms.ValidationError(wrong)
        return address
