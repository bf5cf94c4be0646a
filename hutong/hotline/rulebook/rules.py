"""How a rulebook is built: its words, from whom a division inherits, and what is wrong with a row as entered. Pure.

No numeric limit for the 12349 pilot was ever published (the 2020 notice says 限时办理 and no more), so each row says where it
comes from (`defaults`). Tiers I and II run in real time, III and IV in working time or natural days.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hutong.hotline.kernel.refusals import Reason, Refusal

stage_called = partial(pgettext_lazy, "stage")  # where a case stands

TIERS = ("I", "II", "III", "IV")
REAL_TIME_TIERS = ("I", "II")
WARN_AT = (50, 80)

MINUTE, DAY, WORKING_MINUTE, WORKING_DAY = "minute", "day", "working_minute", "working_day"
REAL_TIME_UNITS = (MINUTE, DAY)
MOST = {MINUTE: 366 * 24 * 60, DAY: 366, WORKING_MINUTE: 250 * 24 * 60, WORKING_DAY: 250}  # a year of each unit

# The steps that have a limit, in the order in which a case comes to them.
STEP_LABELS: dict[str, str | Promise] = {
    "contact_pending": _("来访待查看"),
    "call_back": _("未接来电回电"),
    "intake": stage_called("受理"),
    "assessment": stage_called("研判"),
    "dispatch": stage_called("派单"),
    "acceptance": stage_called("签收"),
    "first_contact": _("首次见到儿童"),
    "first_report": _("首次书面报告"),
    "handling": stage_called("处置"),
    "review": stage_called("审核"),
    "reply": stage_called("答复"),
    "follow_up": stage_called("回访"),
    "part_acceptance": _("办件签收"),
    "part_report": _("办件反馈"),
    "order_receipt": _("督办签收"),
    "order_answer": _("督办答复"),
}
STEPS = tuple(STEP_LABELS)
PART_STEPS = ("part_acceptance", "part_report")  # of an assignment, each kind with limits of its own
KINDS = ("assist", "referral", "consultation")

# Who keeps a rulebook: the level of each of these offices.
KEEPERS = ("ministry", "province_bureau", "hotline_centre", "county_bureau")

NOT_RISING = _("{tier} 级第 {position} 步早于前一步。")
PAST = Reason("past", _("生效时间不能在现在之前。"), _("留空即批准后立即生效。"))


def chain(division_code: str) -> list[str]:
    """The codes of a division and of those above it."""
    return [division_code[:length] for length in (2, 4, 6, 9, 12) if length <= len(division_code)]


def covers(division_code: str | None, other: str | None) -> bool:
    """Whether a division is the other one or lies above it; None is the nation."""
    return division_code is None or (other is not None and division_code in chain(other))


def faults_of(*checks: tuple[str, bool, Any]) -> dict[str, str]:
    """A sentence for each field of which something does not hold."""
    return {field: str(sentence) for field, holds, sentence in checks if not holds}


def limit_faults(
    *,
    tier: str,
    step: str,
    amount: int,
    unit: str,
    warn_at: Sequence[int],
    kind: str = "",
    ends_on_workday: bool = False,
    pause_days: int = 0,
    **_more: object,
) -> dict[str, str]:
    """特急、紧急按自然时间，特急不得暂停: what is wrong with a limit. Amount: 0 to a year; warnings: rising, 1 to 99 per cent."""
    return faults_of(
        ("tier", tier in TIERS, _("没有这个等级。")),
        ("step", step in STEPS, _("没有这个环节。")),
        ("kind", (kind in KINDS) if step in PART_STEPS else not kind, _("办件环节须选办件种类，其他环节不选。")),
        ("unit", unit in (REAL_TIME_UNITS if tier in REAL_TIME_TIERS else MOST), _("特急、紧急只能按分钟或自然日计时。")),
        ("amount", 0 <= amount <= MOST.get(unit, 0), _("时限应在 0 到一年之间。")),
        ("warn_at", list(warn_at) == sorted({*warn_at} & {*range(1, 100)}), _("预警百分比应从小到大，在 1 到 99 之间。")),
        (
            "ends_on_workday",
            not ends_on_workday or (unit == DAY and tier not in REAL_TIME_TIERS),
            _("只有一般、咨询服务的自然日时限可以顺延到工作日。"),
        ),
        ("pause_days", 0 <= pause_days <= MOST[DAY] and not (pause_days and tier == "I"), _("特急不得暂停；其他等级最多一年。")),
    )


def rung_faults(*, tier: str, position: int, after: int, **_more: object) -> dict[str, str]:
    """逐级督促: what is wrong with a rung of the ladder."""
    return faults_of(
        ("tier", tier in TIERS, _("没有这个等级。")),
        ("position", 1 <= position <= 9, _("步序应在 1 到 9 之间。")),
        ("after", 0 <= after <= MOST[MINUTE], _("应在 0 到一年之间。")),
    )


def route_faults(*, lead: str, referred: Sequence[str], **_more: object) -> dict[str, str]:
    """What is wrong with a route."""
    return faults_of(("referred", lead not in referred, _("主办机构不必再列为转介。")))


def question_faults(*, position: int, **_more: object) -> dict[str, str]:
    """What is wrong with a question."""
    return faults_of(("position", 1 <= position <= 99, _("序号应在 1 到 99 之间。")))


def retention_faults(*, months: int, **_more: object) -> dict[str, str]:
    """What is wrong with the time for which something is kept."""
    return faults_of(("months", 1 <= months <= 600, _("应在 1 到 600 个月之间。")))


def no_faults(**_values: object) -> dict[str, str]:
    """Nothing beyond what each field says by itself."""
    return {}


def ladder_faults(rungs: Sequence[tuple[str, int, int]]) -> list[str]:
    """What is wrong with whole ladders (tier, position, after): a later rung never comes before an earlier one."""
    return [
        str(format_lazy(NOT_RISING, tier=tier, position=position))
        for (before, _first, sooner), (tier, position, after) in pairwise(sorted(rungs))
        if tier == before and after < sooner
    ]


def in_force_from(valid_from: datetime | None, at: datetime) -> datetime:
    """When a version that is approved now comes into force. Raises Refusal for a moment in the past."""
    if valid_from and valid_from < at:
        raise Refusal.at("valid_from", PAST)
    return valid_from or at
