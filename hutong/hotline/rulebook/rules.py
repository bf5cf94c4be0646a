"""How long each step may take, by tier: what a new installation begins with. Each number is data that a division overrides.

No numeric limit for the 12349 pilot was ever published (the 2020 notice says 限时办理 and no more), so each row says where its
number comes from. Tiers I and II run in real time, III and IV in working time with make-up workdays.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

TIERS = ("I", "II", "III", "IV")
REAL_TIME_TIERS = ("I", "II")
WARN_AT = (50, 80)

MINUTE, DAY, WORKING_MINUTE, WORKING_DAY = "minute", "day", "working_minute", "working_day"
REAL_TIME_UNITS = (MINUTE, DAY)
MOST = {MINUTE: 366 * 24 * 60, DAY: 366, WORKING_MINUTE: 250 * 24 * 60, WORKING_DAY: 250}  # a year of each unit

# Where a number comes from. No public rule sets one for 12349: each is our default, some after a rule for something near.
OURS = "护童默认"
AT_ONCE = "护童默认；110、120 管辖的事项即时转接（公开规定：北京市接诉即办工作条例第十一条、国办函〔2025〕66号）"
POLICE = "护童默认；涉嫌犯罪立即报警（公开规定：未成年人保护法第十一条）"
ONE_DAY_OF_WORK = "护童默认：当日，按一个工作日的工作时间7小时计"
FIVE_AND_TEN = "护童默认：参照12345工单（公开规定：山东省2020年办法）5个工作日、疑难可再加10个工作日，合计15个工作日"
THREE_DAYS = "护童默认：参照一地政务热线工单规定（已公开），咨询求助当日办结，否则3个工作日"
FIRST_VISIT = "护童默认：第3、7、30日回访，以第一次为限"
FIRST_VISIT_II = "护童默认：第7、30日回访，以第一次为限"
SAMPLE = "护童默认：抽样回访，期限同一般等级"
BY_A_PERSON = "护童默认：5分钟内由人查看有无危险；网上信箱24小时内答复（公开规定：GB/T 33358-2016）"


class Default(NamedTuple):
    """One limit: a step of a tier, how many units (see clocks.rules.due), and where the number comes from."""

    step: str
    tier: str
    amount: int
    unit: str
    basis: str


DEFAULTS = (
    # What arrived by itself and nobody has read: always as tier I (contacts.rules.NOT_JUDGED).
    Default("contact_pending", "I", 5, MINUTE, BY_A_PERSON),
    Default("intake", "I", 5, MINUTE, OURS),
    Default("intake", "II", 10, MINUTE, OURS),
    Default("intake", "III", 30, WORKING_MINUTE, OURS),
    Default("intake", "IV", 30, WORKING_MINUTE, OURS),
    Default("assessment", "I", 10, MINUTE, OURS),
    Default("assessment", "II", 30, MINUTE, OURS),
    Default("assessment", "III", 4 * 60, WORKING_MINUTE, OURS),
    Default("assessment", "IV", 1, WORKING_DAY, OURS),
    Default("dispatch", "I", 10, MINUTE, AT_ONCE),
    Default("dispatch", "II", 30, MINUTE, POLICE),
    Default("dispatch", "III", 7 * 60, WORKING_MINUTE, ONE_DAY_OF_WORK),
    Default("dispatch", "IV", 1, WORKING_DAY, OURS),
    Default("acceptance", "I", 15, MINUTE, OURS),
    Default("acceptance", "II", 30, MINUTE, OURS),
    Default("acceptance", "III", 1, WORKING_DAY, OURS),
    Default("acceptance", "IV", 1, WORKING_DAY, OURS),
    Default("handling", "I", 5, DAY, OURS),
    Default("handling", "II", 7, DAY, OURS),
    Default("handling", "III", 15, WORKING_DAY, FIVE_AND_TEN),
    Default("handling", "IV", 3, WORKING_DAY, THREE_DAYS),
    Default("review", "I", 2 * 60, MINUTE, OURS),
    Default("review", "II", 1, DAY, OURS),
    Default("review", "III", 2, WORKING_DAY, OURS),
    Default("review", "IV", 1, WORKING_DAY, OURS),
    Default("reply", "I", 1, DAY, OURS),
    Default("reply", "II", 2, DAY, OURS),
    Default("reply", "III", 3, WORKING_DAY, OURS),
    Default("reply", "IV", 7 * 60, WORKING_MINUTE, ONE_DAY_OF_WORK),
    Default("follow_up", "I", 3, DAY, FIRST_VISIT),
    Default("follow_up", "II", 7, DAY, FIRST_VISIT_II),
    Default("follow_up", "III", 15, WORKING_DAY, OURS),
    Default("follow_up", "IV", 15, WORKING_DAY, SAMPLE),
    # An order of a superior office: signed for, then answered.
    Default("order_receipt", "I", 30, MINUTE, OURS),
    Default("order_receipt", "II", 4 * 60, MINUTE, OURS),
    Default("order_receipt", "III", 1, WORKING_DAY, OURS),
    Default("order_receipt", "IV", 1, WORKING_DAY, OURS),
    Default("order_answer", "I", 1, DAY, OURS),
    Default("order_answer", "II", 3, DAY, OURS),
    Default("order_answer", "III", 5, WORKING_DAY, OURS),
    Default("order_answer", "IV", 5, WORKING_DAY, OURS),
)
STEPS = tuple(dict.fromkeys(row.step for row in DEFAULTS))


def chain(division_code: str) -> list[str]:
    """The codes of a division and of those above it."""
    return [division_code[:length] for length in (2, 4, 6, 9, 12) if length <= len(division_code)]


def limit_faults(*, tier: str, step: str, amount: int, unit: str, warn_at: Sequence[int]) -> dict[str, str]:
    """特急、紧急按自然时间: what is wrong with a limit, a sentence by field. Amount: 0 to a year; warnings: rising, 1 to 99 per cent."""
    checks = (
        ("tier", tier in TIERS, _("没有这个等级。")),
        ("step", step in STEPS, _("没有这个环节。")),
        ("unit", unit in (REAL_TIME_UNITS if tier in REAL_TIME_TIERS else MOST), _("特急、紧急只能按分钟或自然日计时。")),
        ("amount", 0 <= amount <= MOST.get(unit, 0), _("时限应在 0 到一年之间。")),
        ("warn_at", list(warn_at) == sorted({*warn_at} & {*range(1, 100)}), _("预警百分比应从小到大，在 1 到 99 之间。")),
    )
    return {field: str(sentence) for field, holds, sentence in checks if not holds}
