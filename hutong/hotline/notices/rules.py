"""Notices outward: which way takes one, when it goes and how often it is tried, what it says, who is told where nobody answers. Pure.

Sources: design 3 (tier I day and night), rulebook, climbing (tier I "with acknowledgement; a telephone call after 5 min").
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hutong.hotline.kernel.refusals import Reason
from hutong.hotline.kernel.texts import span

# --- asking for an acknowledgement

ACKNOWLEDGE_WITHIN = timedelta(minutes=5)  # then a second person, and after as long again the level above (rulebook, climbing)
# Who is called first where nobody of an office has acknowledged: whoever leads there.
SECOND = ("shift_lead", "coordinator", "supervisor", "case_worker", "liaison", "child_director", "operator")

# --- trying again

BACKOFF = (1, 5, 15, 60)  # minutes after the first, second … try; the last one from then on
MOST_TRIES = 8
LEASE = timedelta(seconds=40)  # longer than a try can take; afterwards whoever was sending counts as dead
FAILING = 3  # failures in a row after which a way is shown as failing


def next_try(tries: int, at: datetime) -> datetime | None:
    """When to try again after so many tries; None where it is given up."""
    return None if tries >= MOST_TRIES else at + timedelta(minutes=BACKOFF[min(tries, len(BACKOFF)) - 1])


# --- quiet hours

MINUTES = 24 * 60


def is_quiet(minute: int, start: int | None, end: int | None) -> bool:
    """Whether a minute of the day is in the quiet hours from `start` until before `end`; they may cross midnight."""
    if start is None or end is None:
        return False
    return start <= minute < end if start < end else minute >= start or minute < end


def after_quiet(at: datetime, start: int | None, end: int | None) -> datetime:
    """The first moment from `at` on that is not quiet."""
    local = localtime(at)
    minute = local.hour * 60 + local.minute
    if end is None or not is_quiet(minute, start, end):
        return at
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(minutes=end if minute < end else MINUTES + end)


# --- providers


class Provider(NamedTuple):
    """Who carries notices: schemes of its addresses, its name, whether a person may have one of their own, whether they say the host."""

    schemes: tuple[str, ...]
    label: str | Promise
    is_personal: bool = True
    names_host: bool = True


# What is not here is not sent to: apprise knows schemes that reach into this machine.
PROVIDERS = (
    Provider(("dingtalk",), gettext_lazy("钉钉"), names_host=False),
    Provider(("wecombot",), gettext_lazy("企业微信"), names_host=False),
    Provider(("feishu", "lark"), gettext_lazy("飞书"), names_host=False),
    Provider(("mailto", "mailtos"), gettext_lazy("邮件")),
    Provider(("smseagle", "smseagles"), gettext_lazy("短信网关"), is_personal=False),
    Provider(("json", "jsons", "form", "forms", "xml", "xmls"), gettext_lazy("接口（含自有短信网关）"), is_personal=False),
)
# The address that a provider's own page shows, and how apprise writes it.
NATIVE = {
    "https://oapi.dingtalk.com/robot/send?access_token=": "dingtalk://",
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=": "wecombot://",
    "https://open.feishu.cn/open-apis/bot/v2/hook/": "feishu://",
    "https://open.larksuite.com/open-apis/bot/v2/hook/": "lark://",
}
SHOWN = 4  # characters of a long address


def normal_address(text: str) -> str:
    """An address as it is kept, whether it was copied from the provider's page or written for apprise."""
    text = text.strip()
    return next((ours + text.removeprefix(theirs) for theirs, ours in NATIVE.items() if text.startswith(theirs)), text)


def provider_of(address: str) -> Provider | None:
    """Who carries what goes to this address; None for nobody that we know."""
    scheme, separator, _rest = address.partition("://")
    return next((each for each in PROVIDERS if separator and scheme.lower() in each.schemes), None)


def masked(address: str) -> str:
    """dingtalk://****3f9a: enough to tell two ways apart; the rest is a secret."""
    scheme, _separator, rest = address.partition("://")
    return f"{scheme}://****{rest[-SHOWN:] if len(rest) >= 4 * SHOWN else ''}"


def way_faults(
    *, name: str, address: str, tiers: Collection[str], kinds: Collection[str], quiet_from: int | None, quiet_to: int | None, is_own: bool
) -> dict[str, str]:
    """What is wrong with a way, a sentence by field."""
    provider = provider_of(address)
    checks = (
        ("name", bool(name), _("请填写名称，如“值班群”。")),
        ("address", len(address) <= 500 and _is_whole(address), _("请粘贴完整的地址。")),
        ("address", provider is not None, _("认不出这是哪家的地址。请从钉钉、企业微信、飞书机器人页面复制，或按示例填写。")),
        ("address", provider is None or provider.is_personal or not is_own, _("接口和短信网关只能由管理员为机构设置。")),
        ("tiers", bool(tiers), _("请至少选一个等级。")),
        ("kinds", bool(kinds), _("请至少选一类通知。")),
        ("quiet_to", (quiet_from is None) == (quiet_to is None), _("免打扰的开始和结束要一起填，或都不填。")),
        ("quiet_to", quiet_from is None or quiet_from != quiet_to, _("免打扰的开始和结束不能相同。")),
    )
    return {field: sentence for field, holds, sentence in reversed(checks) if not holds}


def _is_whole(address: str) -> bool:
    """Whether there is a host or a token behind the scheme, and nothing that no address holds."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.netloc or parts.path.strip("/")) and address.isprintable() and " " not in address


# --- what went wrong: a word and perhaps a number, never what the provider said

FAULTS: dict[str, str | Promise] = {
    "refused": gettext_lazy("对方拒收"),
    "unreachable": gettext_lazy("连接不上，或对方没有及时应答"),
    "unusable": gettext_lazy("地址不能用"),
    "not_allowed": gettext_lazy("对方的主机不在本平台允许的名单里"),
    "in_clear": gettext_lazy("地址没有加密，不发送"),
    "failed": gettext_lazy("没有发出去"),
    "stopped": gettext_lazy("渠道已停用"),
}


def fault_in_words(fault: str) -> str:
    """对方拒收（403）."""
    word, _separator, number = fault.partition(" ")
    return _("{what}（{number}）").format(what=FAULTS[word], number=number) if number else str(FAULTS.get(word, ""))


# --- what a person is told of their own account, and who watches of somebody: `network.signing_in.TOLD`

CHECK_ACCOUNT = gettext_lazy("若是您自己，不必理会；若不是，请立即告诉安全管理员，并在“登录与安全”里结束可疑的登录。")
CHECK_PURPOSE = gettext_lazy("请在“登录与安全”里查看是谁，向本人核实用途；审计员和安全管理员可在审计页查看次数。")
CHECK_KEY = gettext_lazy("请在“登录与安全”里查看是哪个岗位；若不知道是什么软件，请立即请安全管理员停用，并告诉审计员。")
ALARMS = {
    each.code: each
    for each in (
        Reason("failures_told", gettext_lazy("有人用您的账号登录，没有成功。"), CHECK_ACCOUNT),
        Reason("new_browser_told", gettext_lazy("您的账号在一个您以前没有用过的浏览器登录。"), CHECK_ACCOUNT),
        Reason("many_cases_told", gettext_lazy("有人一小时内打开的个案比通常多。"), CHECK_PURPOSE),
        Reason("too_many_cases_told", gettext_lazy("有人一小时内打开的个案太多，已暂停再打开别的。"), CHECK_PURPOSE),
        Reason("key_told", gettext_lazy("有人为一个岗位建立了接口密钥，软件会以该岗位查看和办理。"), CHECK_KEY),
    )
}


# --- what is said: nothing of the child, not even what the matter is


class Told(NamedTuple):
    """A notice as it leaves the house."""

    title: str
    body: str


def told(*, number: str, tier: str, kind: str, left: timedelta | None, acknowledge: bool, address: str, mark: str) -> Told:
    """The case's number, its tier, what kind of notice, how long is left, where to sign in; `mark` tells a doubled message."""
    title = _("12349 {tier}：{kind}").format(tier=tier, kind=kind)
    if left is None:
        which = _("个案 {number}。").format(number=number)
    else:
        which = _("个案 {number}，已超 {span}。") if left < timedelta() else _("个案 {number}，还剩 {span}。")
        which = which.format(number=number, span=span(abs(left)))
    where = (_("请登录查看，并按“知道了”：{address}") if acknowledge else _("请登录查看：{address}")).format(address=address)
    return Told(title, "\n".join([which, where, _("通知号 {mark}").format(mark=mark)]))


def told_of(title: str, *, reason: Reason, address: str, mark: str) -> Told:
    """What is not well, and what to do."""
    return Told(title, "\n".join([str(reason.sentence), str(reason.remedy), address, _("通知号 {mark}").format(mark=mark)]))


def told_as_test(*, name: str, address: str, mark: str) -> Told:
    """What a test says."""
    lines = [_("这是“{name}”的测试通知，收到即表示这个渠道可用。").format(name=name), address, _("通知号 {mark}").format(mark=mark)]
    return Told(_("12349 测试通知"), "\n".join(lines))
