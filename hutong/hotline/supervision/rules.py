"""监督: the deeds of an order as a table, and the ladder that a missed deadline climbs. Pure.

Source: pilot notice of September 2020 (省级负总责：督促指导、跟踪督办；限时办理). No ladder was ever published: each number is a default.
"""

from collections.abc import Collection
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases.rules import ACTIONS, NOT_YOURS
from hutong.hotline.kernel.refusals import Reason

# --- orders ---------------------------------------------------------------------------------------------------------

STATE_LABELS: dict[str, Promise] = {
    "issued": _("待签收"),
    "received": _("待答复"),
    "answered": _("待审核"),
    "accepted": _("已了结"),
    "withdrawn": _("已撤回"),
}
OPEN = ("issued", "received", "answered")
# What each open state waits for: the step of the rulebook that limits it, and who must act.
STEPS = {"issued": "order_receipt", "received": "order_answer", "answered": "review"}
ACTORS = {"issued": "addressee", "received": "addressee", "answered": "issuer"}
OFFICE_TIER = "III"  # of an order about an office, which has no tier of its own

# Whose posts may issue orders, by the kind of their office, and the kinds of office that an order of theirs may go to (empty: any).
ISSUERS = {
    "ministry": frozenset({"supervisor"}),
    "province_bureau": frozenset({"supervisor"}),
    "hotline_centre": frozenset({"shift_lead", "coordinator"}),
}
ADDRESSEES = {"hotline_centre": frozenset({"county_bureau", "department"})}


class Deed(NamedTuple):
    """One thing done to an order: in which states, and to which it leads. Who may, and its words, are a row of the stage table."""

    code: str
    states: tuple[str, ...]
    to: str


DEEDS = {
    deed.code: deed
    for deed in (
        Deed("receive_order", ("issued",), "received"),
        Deed("answer_order", ("received",), "answered"),
        Deed("accept_order_answer", ("answered",), "accepted"),
        Deed("refuse_order_answer", ("answered",), "received"),
        Deed("withdraw_order", OPEN, "withdrawn"),
    )
}

ORDER_NOT_THERE = Reason("order_not_there", _("没有这份督办单，或您无权查看。"))
ORDER_STALE = Reason("order_stale", _("您打开页面后，督办单有了新的变化，本次没有保存，您填写的内容仍在。"), _("请看过变化后再提交。"))
NOT_ISSUER = Reason("not_issuer", _("您的岗位不能发督办单。"), _("督办单由省级督导员和热线中心的值班长、协调员发出。"))
NOT_BELOW = Reason("not_below", _("不能督办这个机构。"), _("请选择本机构督办范围内的下级机构。"))
NOT_ON_IT = Reason("not_on_it", _("该机构不在办理本案，或须回避本案。"), _("请从列表中选择正在办理本案的机构。"))
NEEDS_SUBJECT = Reason("needs_subject", _("请写明督办事由。"))
NEEDS_OFFICE = Reason("needs_office", _("请选择发给哪个机构。"))


def may_issue(role: str, kind: str) -> bool:
    """省级负总责，地市级跟踪督办: whether a post of this role in an office of this kind issues orders."""
    return role in ISSUERS.get(kind, ())


def wrong_state(state: str) -> Reason:
    """What is said when the order is past, or not yet at, what somebody wants to do to it."""
    return Reason("wrong_order_state", format_lazy(_("这份督办单现在是“{state}”，不能做这一步。"), state=STATE_LABELS[state]))


def why_not(code: str, *, state: str, role: str, relations: Collection[str]) -> Reason | None:
    """Why this person may not do this to the order now; None when they may. For buttons, forms and deeds alike."""
    if state not in DEEDS[code].states:
        return wrong_state(state)
    return None if concerns(code, role=role, relations=relations) else NOT_YOURS


def concerns(code: str, *, role: str, relations: Collection[str]) -> bool:
    """Whether the deed is this person's at all, whatever the state."""
    return any(role in roles for relation, roles in ACTIONS[code].who.items() if relation in relations)


def number_of(place: str, year: int, serial: int) -> str:
    """发文字号: the issuer's place, the year in square brackets, the serial number without leading zeros (GB/T 9704-2012, 7.2.5)."""
    return f"{place}督办〔{year}〕{serial}号"
