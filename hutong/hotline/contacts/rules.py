"""What a contact must hold by its outcome, and what to ask next. Pure tables."""

import re
from datetime import datetime, timedelta

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.refusals import Reason, Refusal

SHEET = "intake"  # the form of a draft that becomes a contact
TYPED = ("phone", "walk_in", "letter", "staff_visit")  # channels that an operator types; the others arrive by themselves
ENDS = ("case_opened", "case_added", "answered", "not_a_case")
PENDING_STEP = "contact_pending"
NOT_JUDGED = "I"  # what nobody has looked at yet may be danger, and is looked at as fast as danger
CLOCKS_DIFFER = timedelta(minutes=5)

NEEDS_NARRATIVE = Reason("needs_narrative", _("请写下反映的内容。"))
NEEDS_ANSWER = Reason("needs_answer", _("请写下当场答复了什么。"))
NEEDS_REASON = Reason("needs_reason", _("请选择非个案的原因。"))
NO_OUTCOME = Reason("no_outcome", _("一次来访只能当场答复、立案、并入个案或记为非个案。"))
RECEIVED_LATER = Reason("received_later", _("收到时间在现在之后。"))
ANONYMOUS_HAS_NAME = Reason("anonymous_has_name", _("匿名报告不记姓名和证号；对方愿意留名时请改为“实名”。"))
NEEDS_TELEPHONE = Reason("needs_telephone", _("要电话或短信答复，请记下电话。"))
KEY_REUSED = Reason(
    "key_reused", _("这一份已经登记过了，这次的内容与登记的不同，没有再存一份。"), _("请打开已登记的记录补充，或另开一份新的。")
)
NOT_OF_THE_CENTRE = Reason("not_of_the_centre", _("只有热线中心的岗位可以登记来访。"))
NO_CONTACT = Reason("no_contact", _("没有这条来访记录，或您无权查看。"))
NOT_YOUR_DRAFT = Reason("not_your_draft", _("没有这份草稿。"))
SETTLED = _("这条来访记录已由{who}处理：{outcome}。")
THE_SYSTEM = _("系统（到时无人查看）")

# By outcome: the field that must not be empty, and what is said where it is.
NEEDED = {
    "case_opened": (("narrative", NEEDS_NARRATIVE),),
    "case_added": (("narrative", NEEDS_NARRATIVE),),
    "answered": (("narrative", NEEDS_NARRATIVE), ("answer", NEEDS_ANSWER)),
    "not_a_case": (("not_a_case", NEEDS_REASON),),
}

# The first questions are the same whatever it is about; then by kind of matter (`cases.Category`).
FIRST_QUESTIONS = (
    _("孩子现在安全吗？身边有谁？"),
    _("孩子此刻在哪里？（区县、乡镇、门牌或标志物）"),
    _("有没有受伤、生病、没吃没喝？要不要先叫 110、120？"),
    _("怎样回电话才不会让孩子更危险？"),
)
QUESTIONS = {
    "rights_violation": (
        _("谁做的？与孩子是什么关系？现在能接触到孩子吗？"),
        _("什么时候开始的？最近一次是哪天？有没有伤、照片、病历？"),
        _("被反映的人在哪个单位？（该单位须回避）"),
        _("家里还有别的孩子吗？"),
        _("报过警没有？哪个派出所？"),
    ),
    "hardship": (
        _("家里几口人？谁在照顾孩子？有什么收入？"),
        _("低保、特困、孤儿或事无抚养的补贴办过没有？"),
        _("眼下最缺什么？能撑几天？"),
    ),
    "psychological_support": (
        _("有没有想过伤害自己？想过怎么做吗？手边有东西吗？"),
        _("以前试过吗？现在身边有没有大人？"),
        _("最近发生了什么？睡得着、吃得下吗？"),
    ),
    "referral_service": (
        _("需要哪一类服务？（心理、法律、康复、就学、临时照料）"),
        _("以前找过哪些单位？结果怎样？"),
        _("孩子本人和监护人都愿意吗？"),
    ),
    "policy_consultation": (
        _("想问哪项政策？孩子属于哪一类？"),
        _("户籍在哪里？现在住在哪里？"),
        _("有没有正在着急的事？（咨询背后常有求助）"),
    ),
    "other_civil_affairs": (
        _("想找哪个部门？办什么事？"),
        _("有没有孩子因此受影响？"),
    ),
}


SENTENCE = re.compile(r"\s*([^。!?！？\n]{0,40})")


def title_of(narrative: str) -> str:
    """What a matter is called where nobody says better: the first sentence of the report, in 40 characters at most."""
    return " ".join(SENTENCE.match(narrative).group(1).split()) or narrative.strip()[:40]  # type: ignore[union-attr]


def check_received(received_at: datetime, at: datetime) -> None:
    """Nothing is received after now, but for clocks that differ a little. Raises Refusal."""
    if received_at > at + CLOCKS_DIFFER:
        raise Refusal(RECEIVED_LATER)


def check_reporter(*, is_anonymous: bool, name: str, id_number: str) -> None:
    """匿名: no name, no identity number. Raises Refusal."""
    if is_anonymous and (name or id_number):
        raise Refusal(ANONYMOUS_HAS_NAME)


def check_answerable(*, wants_answer: str, phone: str) -> None:
    """An answer by telephone or message needs a number. Raises Refusal."""
    if wants_answer in {"phone", "message"} and not phone:
        raise Refusal(NEEDS_TELEPHONE)


def already_settled(who: str, outcome: str) -> Reason:
    """What the second person hears who settles a pending contact."""
    return Reason("settled", format_lazy(SETTLED, who=who, outcome=outcome))
