"""The loop as a table: at which stage who may do what, where it leads, and why not.

Read it without knowing Python: `ACTIONS` is the table. One row is one thing that a person or a timer does to a case.
The screens, the API, the phone and the timers all ask `why_not`; the diagram in docs/loop.md is drawn from `ACTIONS`.
Source: pilot notice of September 2020 (集中受理、分级介入、限时办理、统一回复); limits and returns: 12345 rules, see the rulebook.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import product

from django.utils.functional import Promise, lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hutong.hotline.kernel.refusals import Reason
from hutong.hotline.kernel.texts import listed
from hutong.hotline.rulebook.rules import STEP_LABELS, stage_called

past = partial(pgettext_lazy, "past")  # what was done, in the history of a case

NEW = "new"  # before there is a case
NAMED_BY_LIMIT = ("intake", "assessment", "dispatch", "acceptance", "handling", "review", "reply", "follow_up")
STAGE_LABELS: dict[str, str | Promise] = {stage: STEP_LABELS[stage] for stage in NAMED_BY_LIMIT} | {"closed": stage_called("办结")}
STAGES = tuple(STAGE_LABELS)
OPEN = STAGES[:-1]
MOVABLE = ("assessment", "dispatch", "handling")  # where a case may stand while it is being transferred
JUDGED = ("dispatch", "acceptance", "handling", "review", "reply", "follow_up")
TIERS = ("I", "II", "III", "IV")  # most urgent first

# What the office that acts owes beside the deadline, from the beginning of a stage on.
BESIDE = {"handling": ("first_contact", "first_report")}

RETURNS_BEFORE_ABOVE = 2
REPLY_TRIES = 3
EXTENSION_MAXIMUM_DAYS = 10


@dataclass(frozen=True)
class Situation:
    """All that the table asks about: the case as it stands and the person who wants to act, seen from the case.

    `relations` of the person's office to the case: centre, lead, holder, above_lead (the office above the lead),
    province (above the centre), part (has an assist, referral or consultation), decider and receiver of an open transfer,
    worker (the person is the named one), psychologist (of the centre, with that skill), addressee and issuer of an open order about
    it, emergency (opened it though not on it), timer. Nobody is `outside` here: who opens it in an emergency has no relation yet.
    """

    stage: str
    tier: str = "III"
    role: str = ""
    relations: frozenset[str] = frozenset()
    is_settled: bool = False
    is_extended: bool = False
    extension_asked: bool = False
    lowering_asked: bool = False
    lowering_by_me: bool = False
    transfer: str = ""
    transfer_by_us: bool = False
    my_part: str = ""
    open_parts: int = 0
    is_merged: bool = False
    is_handed_out: bool = False
    is_restricted: bool = False
    is_erased: bool = False
    waits: frozenset[str] = frozenset()  # what this office must do beside the deadline
    pause_days: int = 0  # how long the limit may be paused
    pause: str = ""  # asked, or granted and lasting


@dataclass(frozen=True)
class Fact:
    """A condition of an action, with what is said where it does not hold."""

    holds: Callable[[Situation], bool]
    reason: Reason


def fact(code: str, holds: Callable[[Situation], bool], sentence: str | Promise, remedy: str | Promise = "") -> Fact:
    return Fact(holds, Reason(code, sentence, remedy))


TIER_MAY_RISE = fact("highest_tier", lambda s: s.tier != "I", _("已是特急，不能再提级。"))
TIER_MAY_FALL = fact("lowest_tier", lambda s: s.tier != "IV", _("已是最低等级。"))
LOWERING_NOT_ASKED = fact("lowering_asked", lambda s: not s.lowering_asked, _("已有降级建议待第二人确认。"))
LOWERING_ASKED = fact("no_lowering", lambda s: s.lowering_asked, _("没有待确认的降级建议。"))
SECOND_PERSON = fact("second_person", lambda s: not s.lowering_by_me, _("降级须由另一人确认。"), _("请同事核对后确认。"))
MAY_BE_RETURNED = fact("settled", lambda s: not s.is_settled, _("上级已裁定主办机构，不能再退单。"), _("可申请会商或移送。"))
ORDINARY_TIER = fact("urgent_tier", lambda s: s.tier in {"III", "IV"}, _("特急、紧急个案不得延期。"), _("请求协办或报告困难。"))
NOT_EXTENDED = fact("extended", lambda s: not s.is_extended, _("已延期一次，不能再延。"))
EXTENSION_NOT_ASKED = fact("extension_asked", lambda s: not s.extension_asked, _("延期申请正待上级批准。"))
EXTENSION_ASKED = fact("no_extension", lambda s: s.extension_asked, _("没有待批准的延期申请。"))
CENTRE_DECIDES = fact("above_decides", lambda s: "holder" in s.relations, _("第二次退单后由上级裁定主办机构。"), _("请等待上级派单。"))
NOT_SEEN = fact("seen", lambda s: "first_contact" in s.waits, _("已经见到儿童，或这个等级没有这项时限。"), _("后来的情况请用“记一笔”。"))
NOT_REPORTED = fact(
    "first_reported", lambda s: "first_report" in s.waits, _("已经报告，或这个等级没有这项时限。"), _("后来的情况请用“记一笔”。")
)
MAY_PAUSE = fact("no_pause", lambda s: s.pause_days > 0, _("制度不允许暂停这一时限。"), _("时间不够时可申请延期。"))
NO_PAUSE = fact("pause", lambda s: not s.pause, _("已申请暂停，或正在暂停。"))
PAUSE_ASKED = fact("pause_not_asked", lambda s: s.pause == "asked", _("没有待批准的暂停申请。"))
PAUSED = fact("not_paused", lambda s: s.pause == "granted", _("时限没有暂停。"))
NO_TRANSFER = fact("transfer_open", lambda s: not s.transfer, _("移送尚未了结。"), _("等待裁定和接收，或先撤回移送。"))
TRANSFER_PROPOSED = fact("no_transfer_proposed", lambda s: s.transfer == "proposed", _("没有待裁定的移送。"))
TRANSFER_SETTLED = fact("no_transfer_settled", lambda s: s.transfer == "settled", _("没有待接收的移送。"))
OWN_TRANSFER = fact("no_own_transfer", lambda s: s.transfer_by_us, _("没有本机构提出的移送。"))
PART_OFFERED = fact("no_part_offered", lambda s: s.my_part == "offered", _("没有待本机构签收的办件。"))
PART_MINE = fact("no_part", lambda s: s.my_part == "accepted", _("本机构没有正在办理的办件。"), _("有待签收的办件时，请先签收。"))
PARTS_DONE = fact("parts_open", lambda s: s.open_parts == 0, _("还有办件没有办结。"), _("等待各机构办结，或收回办件。"))
PARTS_OPEN = fact("no_parts", lambda s: s.open_parts > 0, _("没有可收回的办件。"))
SOMEBODY_BELOW = fact(
    "nobody_below",
    lambda s: "province" in s.relations or s.is_handed_out or s.open_parts > 0,
    _("个案还在本中心，没有可以督办的下级机构。"),
    _("派单以后再督办。"),
)
RESTRICTED = fact("not_restricted", lambda s: s.is_restricted, _("本案没有限制。"))
NOT_RESTRICTED = fact("restricted", lambda s: not s.is_restricted, _("本案已是限制个案。"))
NOT_MERGED = fact("merged", lambda s: not s.is_merged, _("本案已并入另一个案。"), _("请先撤销合并。"))
MERGED = fact("not_merged", lambda s: s.is_merged, _("本案没有被合并。"))
NOT_URGENT = fact("danger", lambda s: s.tier != "I", _("特急个案必须做安全评估，不能直接办结。"))
ADVICE_ONLY = fact("not_advice", lambda s: s.tier == "IV", _("只有咨询服务可以当场答复办结。"))

DESK = frozenset({"operator", "shift_lead", "coordinator"})
JUDGES = frozenset({"shift_lead", "coordinator"})
FIELD = frozenset({"case_worker", "coordinator", "liaison", "child_director"})
HEADS = frozenset({"coordinator"})
PROVINCE = frozenset({"supervisor"})
ANYONE = DESK | FIELD | PROVINCE | {"inspector", "expert"}
EXPERTS = frozenset({"expert"})
# Who reads and writes a psychologist's notes, by relation: experts on the case, those of the centre with the skill, its coordinator.
PSYCHOLOGISTS = {"centre": EXPERTS | HEADS, "lead": EXPERTS, "part": EXPERTS, "psychologist": ANYONE}

Who = dict[str, frozenset[str]]  # relation of the office to the case -> roles that may


@dataclass(frozen=True)
class Action:
    """One row of the table.

    `stages` where it may be done; `to` where it may lead (empty: the stage stays), `moves` from where to where, one by one;
    `who` by relation and role; `facts` what else must hold; `asks` what must be written down (empty: a remark is welcome).
    `adds_only` marks what a stale page may still do, because it overwrites nothing.
    """

    code: str
    label: str | Promise
    done: str | Promise
    stages: tuple[str, ...]
    who: Who
    to: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    asks: str | Promise = ""
    adds_only: bool = False
    moves: tuple[tuple[str, str], ...] = ()


def row(
    code: str, label: str | Promise, done: str | Promise, stages: tuple[str, ...], who: Who, to: tuple[str, ...] = (), *facts: Fact,
    asks: str | Promise = "", adds_only: bool = False, moves: tuple[tuple[str, str], ...] = (),
) -> Action:  # fmt: skip
    return Action(code, label, done, stages, who, to, facts, asks, adds_only, moves or tuple(product(stages, to)))


CENTRE_DESK: Who = {"centre": DESK}
CENTRE_JUDGES: Who = {"centre": JUDGES}
LEAD: Who = {"lead": FIELD | DESK}
BOTH: Who = {"centre": DESK, "lead": FIELD}
ASKS_WHO_REPORTED: Who = dict.fromkeys(
    ("worker", "lead", "holder", "emergency", "province", "above_lead", "decider", "issuer", "addressee"), ANYONE
)
TIMER: Who = {"timer": frozenset({""})}
ADDRESSEE: Who = {"addressee": FIELD | JUDGES | PROVINCE}
ISSUER: Who = {"issuer": JUDGES | PROVINCE}

_ROWS = (
    # --- the nine stages, in order: what ends each of them
    row("open", _("转入受理"), past("转入受理"), (NEW,), CENTRE_DESK | TIMER, ("intake",)),
    row("register", _("登记立案"), past("登记立案"), (NEW, "intake"), CENTRE_DESK, ("assessment",)),
    row("answer_on_the_spot", _("当场答复办结"), past("当场答复，办结"), ("intake", "assessment"), CENTRE_DESK, ("closed",), ADVICE_ONLY, PARTS_DONE, NO_TRANSFER, asks=_("答复内容")),
    row("dismiss", _("作为非个案办结"), past("认定为非个案"), ("intake", "assessment"), CENTRE_JUDGES, ("closed",), NOT_URGENT, PARTS_DONE, NO_TRANSFER, asks=_("认定理由")),
    row("assess", _("完成研判"), past("完成研判"), ("assessment",), CENTRE_JUDGES, ("dispatch",), asks=_("处置方案")),
    row("dispatch", _("派单"), past("派单"), ("dispatch",), {"holder": JUDGES | PROVINCE}, ("acceptance",), NO_TRANSFER),
    row("keep", _("中心自办"), past("由中心自办"), ("dispatch",), CENTRE_JUDGES, ("handling",), CENTRE_DECIDES, NO_TRANSFER),
    row("accept", _("签收"), past("签收"), ("acceptance",), LEAD, ("handling",)),
    row("return", _("退单"), past("退单"), ("acceptance",), LEAD, ("dispatch",), MAY_BE_RETURNED, asks=_("退单理由")),
    row("report", _("提交处置报告"), past("提交处置报告"), ("handling",), {"worker": FIELD | DESK, "lead": HEADS | JUDGES}, ("review",), NO_TRANSFER, asks=_("做了什么，结果怎样")),
    row("approve", _("审核通过"), past("审核通过"), ("review",), CENTRE_JUDGES, ("reply",)),
    row("send_back", _("退回补充"), past("退回补充"), ("review",), CENTRE_JUDGES, ("handling",), asks=_("还缺什么")),
    row("answer", _("答复报告人"), past("已答复报告人"), ("reply",), CENTRE_DESK, ("follow_up",), asks=_("答复内容")),
    row("not_reached", _("未联系上报告人"), past("未联系上报告人"), ("reply",), CENTRE_DESK, ("follow_up",)),
    row("close", _("确认安全并办结"), past("确认儿童安全，办结"), ("follow_up",), CENTRE_DESK, ("closed",), PARTS_DONE, asks=_("安全评估：怎样知道孩子安全")),
    row("reassess", _("仍不安全或未解决"), past("回访后重新研判"), ("follow_up",), CENTRE_DESK, ("assessment",), asks=_("回访情况")),
    row("reopen", _("重新办理"), past("重新办理"), ("closed",), CENTRE_JUDGES | {"province": PROVINCE}, ("assessment",), NOT_MERGED, asks=_("重新办理的理由")),
    # --- beside the stages: the record
    row("note", _("记一笔"), past("记录"), STAGES, {"centre": ANYONE, "lead": ANYONE, "holder": ANYONE, "part": ANYONE, "province": ANYONE, "emergency": ANYONE}, (), asks=_("记录内容"), adds_only=True),
    row("psychology_note", _("心理专业记录"), past("心理专业记录"), STAGES, PSYCHOLOGISTS, (), asks=_("专业记录，只有心理专家和中心协调员能看"), adds_only=True),
    row("add_contact", _("并入来访记录"), past("并入来访记录"), STAGES, CENTRE_DESK, (), NOT_MERGED, adds_only=True),
    row("correct", _("更正事由和地点"), past("更正事由和地点"), OPEN, BOTH, ()),
    row("add_child", _("增加儿童"), past("增加儿童"), OPEN, BOTH, (), adds_only=True),
    row("change_child", _("更正儿童信息"), past("更正儿童信息"), OPEN, BOTH, ()),
    row("add_party", _("增加关系人"), past("增加关系人"), OPEN, BOTH, (), adds_only=True),
    row("change_party", _("更正关系人信息"), past("更正关系人信息"), OPEN, BOTH, ()),
    row("set_risk", _("评估儿童风险"), past("评估儿童风险"), OPEN, BOTH, (), asks=_("评估依据")),
    row("set_phase", _("调整保护阶段"), past("调整保护阶段"), OPEN, BOTH, (), asks=_("调整理由")),
    row("set_call_back", _("调整安全联系方式"), past("调整安全联系方式"), OPEN, CENTRE_DESK, (), asks=_("调整理由")),
    row("reveal_reporter", _("查看报告人身份"), past("查看报告人身份"), STAGES, ASKS_WHO_REPORTED, (), asks=_("查看理由"), adds_only=True),
    # --- who may know of it
    row("restrict", _("列为限制个案"), past("列为限制个案"), OPEN, CENTRE_JUDGES, (), NOT_RESTRICTED, asks=_("为什么限制（如公众人物、同事的孩子）")),
    row("unrestrict", _("解除限制"), past("解除限制"), STAGES, {"centre": HEADS}, (), RESTRICTED, asks=_("为什么解除")),
    row("admit", _("指定可看的人"), past("指定可看的人"), STAGES, {"centre": HEADS}, (), RESTRICTED, asks=_("为什么需要此人")),
    row("shut_out", _("取消指定"), past("取消指定"), STAGES, {"centre": HEADS}, (), RESTRICTED, asks=_("为什么取消")),
    row("break_glass", _("紧急查看"), past("紧急查看"), OPEN, {"outside": ANYONE}, (), asks=_("为什么紧急"), adds_only=True),
    row("review_glass", _("复核紧急查看"), past("复核了紧急查看"), STAGES, CENTRE_JUDGES, (), asks=_("复核意见"), adds_only=True),
    row("recuse", _("登记回避"), past("登记回避"), OPEN, CENTRE_DESK, ("dispatch",), asks=_("回避原因"), moves=tuple((stage, "dispatch") for stage in STAGES[2:-1])),
    # --- the tier
    row("raise_tier", _("提级"), past("提级"), OPEN, BOTH | {"province": PROVINCE}, (), TIER_MAY_RISE, asks=_("提级理由")),
    row("propose_lower", _("建议降级"), past("建议降级"), OPEN, {"centre": JUDGES, "lead": HEADS}, (), TIER_MAY_FALL, LOWERING_NOT_ASKED, asks=_("降级理由")),
    row("confirm_lower", _("确认降级"), past("确认降级"), OPEN, CENTRE_JUDGES, (), LOWERING_ASKED, SECOND_PERSON),
    row("refuse_lower", _("不同意降级"), past("不同意降级"), OPEN, CENTRE_JUDGES, (), LOWERING_ASKED, SECOND_PERSON),
    # --- the worker and the limit
    row("name_worker", _("指定经办人"), past("指定经办人"), ("handling",), {"lead": HEADS | JUDGES}, ()),
    row("ask_extension", _("申请延期"), past("申请延期"), ("handling",), {"worker": FIELD | DESK, "lead": HEADS}, (), ORDINARY_TIER, NOT_EXTENDED, EXTENSION_NOT_ASKED, asks=_("延期理由")),
    row("grant_extension", _("同意延期"), past("同意延期"), ("handling",), {"above_lead": JUDGES | PROVINCE}, (), EXTENSION_ASKED, ORDINARY_TIER),
    row("refuse_extension", _("不同意延期"), past("不同意延期"), ("handling",), {"above_lead": JUDGES | PROVINCE}, (), EXTENSION_ASKED, asks=_("不同意的理由")),
    row("ask_pause", _("申请暂停"), past("申请暂停"), ("handling",), {"worker": FIELD | DESK, "lead": HEADS}, (), MAY_PAUSE, NO_PAUSE, asks=_("暂停理由")),
    row("grant_pause", _("同意暂停"), past("同意暂停"), ("handling",), {"above_lead": JUDGES | PROVINCE}, (), PAUSE_ASKED, MAY_PAUSE),
    row("refuse_pause", _("不同意暂停"), past("不同意暂停"), ("handling",), {"above_lead": JUDGES | PROVINCE}, (), PAUSE_ASKED, asks=_("不同意的理由")),
    row("resume", _("恢复计时"), past("恢复计时"), ("handling",), {"worker": FIELD | DESK, "lead": HEADS, "above_lead": JUDGES | PROVINCE} | TIMER, (), PAUSED),
    # --- what the lead owes beside the deadline
    row("see_child", _("已见到儿童"), past("见到了儿童"), ("handling",), {"worker": FIELD | DESK, "lead": HEADS | JUDGES}, (), NOT_SEEN, asks=_("见到时的情况"), adds_only=True),
    row("report_first", _("提交首次报告"), past("提交了首次报告"), ("handling",), {"worker": FIELD | DESK, "lead": HEADS | JUDGES}, (), NOT_REPORTED, asks=_("孩子是否安全，接下来做什么"), adds_only=True),
    # --- other offices' parts
    row("assist", _("请求协办"), past("请求协办"), JUDGED, {"centre": JUDGES, "lead": FIELD}, (), asks=_("请对方做什么")),
    row("refer", _("转介部门"), past("转介部门"), JUDGED, {"centre": JUDGES, "lead": FIELD}, (), asks=_("请对方做什么")),
    row("consult", _("提请会商"), past("提请会商"), JUDGED, {"centre": JUDGES, "lead": FIELD}, (), asks=_("想请教的问题")),
    row("accept_part", _("签收办件"), past("签收办件"), OPEN, {"part": ANYONE}, (), PART_OFFERED),
    row("return_part", _("退回办件"), past("退回办件"), OPEN, {"part": ANYONE}, (), PART_OFFERED, asks=_("退回理由")),
    row("finish_part", _("办结办件"), past("办结办件"), OPEN, {"part": ANYONE}, (), PART_MINE, asks=_("做了什么，结果怎样")),
    row("withdraw_part", _("收回办件"), past("收回办件"), OPEN, {"centre": JUDGES, "lead": HEADS}, (), PARTS_OPEN, asks=_("收回理由")),
    # --- to another county or prefecture
    row("propose_transfer", _("提请移送"), past("提请移送"), MOVABLE, {"centre": JUDGES, "lead": FIELD}, (), NO_TRANSFER, asks=_("移送理由")),
    row("withdraw_transfer", _("撤回移送"), past("撤回移送"), MOVABLE, {"centre": JUDGES, "lead": FIELD}, (), OWN_TRANSFER),
    row("settle_transfer", _("同意移送"), past("同意移送"), MOVABLE, {"decider": JUDGES | PROVINCE}, (), TRANSFER_PROPOSED),
    row("refuse_transfer", _("不同意移送"), past("不同意移送"), MOVABLE, {"decider": JUDGES | PROVINCE}, (), TRANSFER_PROPOSED, asks=_("不同意的理由")),
    row("accept_transfer", _("接收移送"), past("接收移送"), MOVABLE, {"receiver": FIELD | JUDGES}, ("assessment", "handling"), TRANSFER_SETTLED, moves=(*product(MOVABLE, ("assessment",)), ("handling", "handling"))),
    row("decline_transfer", _("不予接收"), past("不予接收"), MOVABLE, {"receiver": FIELD | JUDGES}, (), TRANSFER_SETTLED, asks=_("不予接收的理由")),
    # --- the same matter twice
    row("merge", _("并入另一个案"), past("并入另一个案"), OPEN, CENTRE_JUDGES, ("closed",), PARTS_DONE, NO_TRANSFER, asks=_("为什么是同一件事")),
    row("unmerge", _("撤销合并"), past("撤销合并"), ("closed",), CENTRE_JUDGES, ("assessment",), MERGED, asks=_("为什么是两件事")),
    row("absorb", _("并入来案"), past("另一个案并入本案"), OPEN, CENTRE_JUDGES, (), adds_only=True),
    row("release", _("分出来案"), past("另一个案从本案分出"), STAGES, CENTRE_JUDGES | TIMER, (), adds_only=True),
    # --- orders
    row("order", _("发督办单"), past("发督办单"), OPEN, {"centre": JUDGES, "province": PROVINCE}, (), SOMEBODY_BELOW, asks=_("要做什么、什么时候做完"), adds_only=True),
    row("receive_order", _("签收督办单"), past("签收督办单"), STAGES, ADDRESSEE, (), adds_only=True),
    row("answer_order", _("答复督办单"), past("答复督办单"), STAGES, ADDRESSEE, (), asks=_("怎样办的，结果怎样"), adds_only=True),
    row("accept_order_answer", _("认可答复，了结"), past("认可督办答复，了结"), STAGES, ISSUER, (), adds_only=True),
    row("refuse_order_answer", _("退回答复"), past("退回督办答复"), STAGES, ISSUER, (), asks=_("还缺什么"), adds_only=True),
    row("withdraw_order", _("撤回督办单"), past("撤回督办单"), STAGES, ISSUER, (), asks=_("撤回理由"), adds_only=True),
    # --- recordings of calls
    row("keep_recording", _("保存通话录音"), past("通话录音已加密保存"), STAGES, TIMER, (), adds_only=True),
    row("destroy_recording", _("销毁通话录音"), past("通话录音到期，已销毁"), STAGES, TIMER, (), adds_only=True),
    # --- the end of what is kept
    row("erase", _("按期限删除"), past("保存期限已到，资料已删除"), ("closed",), TIMER, ()),
    # --- timers
    row("warn", _("时限预警"), past("时限预警"), OPEN, TIMER, ()),
    row("miss", _("逾期上报"), past("逾期，已报上级"), OPEN, TIMER, ()),
    row("climb", _("逐级督促"), past("逾期未办，逐级督促"), OPEN, TIMER, ()),
    row("warn_order", _("督办单预警"), past("督办单时限预警"), STAGES, TIMER, ()),
    row("miss_order", _("督办单逾期"), past("督办单逾期"), STAGES, TIMER, ()),
    row("settle_order", _("核定督办单暂计时限"), past("放假安排已录入，督办单暂计时限已核定"), STAGES, TIMER, ()),
    row("miss_review", _("紧急查看逾期未复核"), past("紧急查看逾期未复核，已报上级"), STAGES, TIMER, ()),
    row("unconfirmed", _("催请确认"), past("特急通知无人确认，已另行通知"), OPEN, TIMER, ()),
    row("settle_deadline", _("核定暂计时限"), past("放假安排已录入，暂计时限已核定"), OPEN, TIMER, ()),
)  # fmt: skip
ACTIONS = {action.code: action for action in _ROWS}

# How the buttons of a case stand together. What is in no group is done by timers, by other screens, or with another action.
GROUPS: dict[Promise, tuple[str, ...]] = {
    _("推进"): (
        "register", "answer_on_the_spot", "dismiss", "assess", "dispatch", "keep", "accept", "return", "see_child", "report_first", "report", "approve", "send_back",
        "answer", "not_reached", "close", "reassess", "reopen", "accept_part", "finish_part", "return_part", "accept_transfer",
        "decline_transfer", "settle_transfer", "refuse_transfer", "grant_extension", "refuse_extension", "grant_pause", "refuse_pause", "resume", "confirm_lower", "refuse_lower",
    ),
    _("记录"): (
        "note", "psychology_note", "add_child", "change_child", "set_risk", "add_party", "change_party", "correct", "set_phase", "set_call_back",
    ),
    _("联动"): ("refer", "assist", "consult", "withdraw_part", "name_worker", "ask_extension", "ask_pause"),
    _("等级与流转"): ("raise_tier", "propose_lower", "propose_transfer", "withdraw_transfer", "recuse", "merge", "unmerge"),
    _("督办"): ("order",),
    _("知情范围"): ("restrict", "admit", "shut_out", "unrestrict"),
}  # fmt: skip
ON_THE_CASE = tuple(code for codes in GROUPS.values() for code in codes)

joined = lazy(listed, str)

REPEATED = Reason("repeated", _("这一步已经做过了，没有再做一次。"))
STALE = Reason("stale", _("您打开页面后，个案有了新的变化，本次没有保存，您填写的内容仍在。"), _("请看过变化后再提交。"))
NOT_THERE = Reason("not_there", _("没有这个个案，或您无权查看。"))
NOT_YOURS = Reason("not_yours", _("您的岗位不能做这一步。"))
ERASED = Reason(
    "erased", _("本案保存期限已满，内容已按规定删除，不能再记录，也不能重新办理。"), _("有新情况请另立新案，并在新案里写明本案编号。")
)
AFTER_ERASURE = frozenset({"erase", "keep_recording", "destroy_recording"})  # what may still happen to a case whose words are gone


def unwritten(action: Action) -> Reason:
    """What is said when the action asks for words and none were written."""
    return Reason("needs_text", format_lazy(_("请写明：{what}。"), what=action.asks))


def wrong_stage(action: Action) -> Reason:
    """What is said when the case is not where the action may be done: where it could be."""
    names = [STAGE_LABELS[stage] for stage in action.stages if stage in STAGE_LABELS]
    return Reason("wrong_stage", format_lazy(_("只有在“{stages}”阶段才能做这一步。"), stages=joined(names)))


def concerns(action: Action, situation: Situation) -> bool:
    """Whether the action is this person's at all, by relation and role, whatever the stage."""
    return any(situation.role in roles for relation, roles in action.who.items() if relation in situation.relations)


def why_not(action: Action, situation: Situation) -> Reason | None:
    """Why this person may not do this now; None when they may. The one answer for buttons, API, phone and timers."""
    if situation.is_erased and action.code not in AFTER_ERASURE:
        return ERASED
    if situation.stage not in action.stages:
        return wrong_stage(action)
    if not concerns(action, situation):
        return NOT_YOURS
    return next((fact.reason for fact in action.facts if not fact.holds(situation)), None)


def offers(situation: Situation) -> list[tuple[Action, Reason | None]]:
    """What this person's place on the case lets them do: open now, or not and why. What never concerns them is left out.

    Of a case that was erased nothing is: its page says so once.
    """
    if situation.is_erased:
        return []
    known = (ACTIONS[code] for code in ON_THE_CASE)
    return [(action, why_not(action, situation)) for action in known if concerns(action, situation)]


def is_lower(tier: str, than: str) -> bool:
    """Whether `tier` is less urgent than `than`."""
    return TIERS.index(tier) > TIERS.index(than)


@dataclass(frozen=True)
class Arrow:
    """One way from stage to stage, for the diagram and the test that it is complete."""

    before: str
    after: str
    labels: tuple[str, ...] = field(default=())


def arrows() -> list[Arrow]:
    """Every way from stage to stage that the table allows, in the order of the stages."""
    ways: dict[tuple[str, str], list[str]] = {}
    for action in _ROWS:
        for before, after in action.moves:
            if before != after:
                ways.setdefault((before, after), []).append(action.code)
    order = (NEW, *STAGES)
    return [Arrow(*key, tuple(ways[key])) for key in sorted(ways, key=lambda key: (order.index(key[0]), order.index(key[1])))]
