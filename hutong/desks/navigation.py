"""Which desks a post has; the first is its home."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases.queries import READS_NO_CASES
from hutong.hotline.cases.rules import ADDRESSEE, ISSUER
from hutong.hotline.network.models import OfficeKind, Post, Role

DESK_ROLES = frozenset({Role.OPERATOR, Role.SHIFT_LEAD, Role.COORDINATOR})
FIELD_ROLES = frozenset({Role.CASE_WORKER, Role.CHILD_DIRECTOR, Role.LIAISON})
CENTRE = frozenset({OfficeKind.HOTLINE_CENTRE})
PROVINCE = frozenset({OfficeKind.PROVINCE_BUREAU, OfficeKind.MINISTRY})
FIELD = frozenset(OfficeKind) - CENTRE - PROVINCE
KEEPERS = CENTRE | PROVINCE | {OfficeKind.COUNTY_BUREAU}


@dataclass(frozen=True)
class Desk:
    """An entry of the bar: the name of its URL, its label and icon, and to whom it belongs; the name of its own small window, if any."""

    name: str
    label: str | Promise
    symbol: str
    roles: frozenset[Role]
    kinds: frozenset[OfficeKind] = frozenset(OfficeKind)
    window: str = ""
    in_charge: bool = False  # only for who approves others


READERS = frozenset(Role) - READS_NO_CASES
WITH_ORDERS = frozenset(map(Role, ADDRESSEE["addressee"] | ISSUER["issuer"]))  # who signs, answers, issues and judges
ISSUERS = frozenset(map(Role, ISSUER["issuer"]))
DESKS = (
    Desk("operator:desk", _("接线台"), "phone", frozenset({Role.OPERATOR, Role.SHIFT_LEAD}), CENTRE),
    Desk("county:work", _("办件"), "list", FIELD_ROLES),
    Desk("county:work", _("办件"), "list", READERS - FIELD_ROLES, FIELD),
    Desk("province:board", _("全省"), "map", frozenset({Role.SUPERVISOR}), PROVINCE),
    Desk("office:index", _("机构与人员"), "office", frozenset({Role.ADMINISTRATOR, Role.SECURITY_OFFICER})),
    Desk("rulebook:index", _("制度"), "note", frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR}), KEEPERS),
    Desk("cases:work", _("我的工作"), "clock", READERS - FIELD_ROLES, CENTRE | PROVINCE),
    Desk("audit:index", _("审计"), "shield", frozenset({Role.AUDITOR})),
    Desk("audit:yearly", _("合规审计"), "shield", frozenset({Role.SECURITY_OFFICER})),
    Desk("audit:shown", _("查看监督"), "eye", frozenset({Role.SECURITY_OFFICER})),
    Desk("supervision:orders", _("督办"), "letter", WITH_ORDERS),
    Desk("shift:board", _("值班看板"), "board", DESK_ROLES, CENTRE),
    Desk("audit:find", _("谁看过"), "eye", frozenset({Role.SHIFT_LEAD}), CENTRE),
    Desk("approvals:index", _("查看批准"), "eye", READERS, in_charge=True),
    Desk("cases:search", _("查询"), "search", READERS),
    Desk("cases:people_held", _("留存"), "lock", frozenset({Role.COORDINATOR, Role.SHIFT_LEAD}), CENTRE),
    Desk("cases:people_held", _("留存"), "lock", frozenset({Role.SUPERVISOR}), frozenset({OfficeKind.PROVINCE_BUREAU})),
    Desk("operator:desk", _("接线台"), "phone", frozenset({Role.COORDINATOR}), CENTRE),
    Desk("phone:window", _("话机"), "headset", DESK_ROLES, CENTRE, window="hutong-phone"),
)


def desks_of(post: Post) -> list[Desk]:
    """The desks of this post, its own first."""
    held = [desk for desk in DESKS if post.role in desk.roles and post.office.kind in desk.kinds]
    return [desk for desk in held if not desk.in_charge or getattr(post, "is_in_charge", False)]
