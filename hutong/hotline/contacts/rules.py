"""What a contact must hold by its outcome. Pure tables."""

import re
import unicodedata
from collections.abc import Collection
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
SLIP_UNREADABLE = Reason("slip_unreadable", _("登记表编号只有字母、数字和短横，如 K7P-03。"), _("请照纸上右上角的编号填写。"))
SLIP_NEEDS_TIME = Reason("slip_needs_time", _("补录纸质登记表，要写明纸上记的收到时间。"), _("时限从那时起算。"))
SLIP_TAKEN = Reason(
    "slip_taken",
    _("这个编号的登记表已经录入过，内容与这次的不同，没有再存一份。"),
    _("请核对编号；两张纸用了同一个编号时，在后一张的编号后加一个字母，如 K7P-03B。"),
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

SLIP = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*")
SLIP_LENGTH = 20
SENTENCE = re.compile(r"\s*([^。!?！？\n]{0,40})")


def title_of(narrative: str) -> str:
    """What a matter is called where nobody says better: the first sentence of the report, in 40 characters at most."""
    return " ".join(SENTENCE.match(narrative).group(1).split()) or narrative.strip()[:40]  # type: ignore[union-attr]


def slip(text: str) -> str:
    """The number of a paper slip in its normal form. Raises Refusal."""
    number = unicodedata.normalize("NFKC", text).strip().upper().replace("–", "-").replace("—", "-").replace(" ", "")
    if number and (len(number) > SLIP_LENGTH or not SLIP.fullmatch(number)):
        raise Refusal(SLIP_UNREADABLE)
    return number


def batch_of(number: str) -> str:
    """The mark that the slips of one printing share: K7P of K7P-03."""
    return number.rpartition("-")[0]


def next_slip(number: str) -> str:
    """K7P-04 after K7P-03; nothing after a number that does not end in one."""
    batch, digits = batch_of(number), re.match(r"\d*", number.rpartition("-")[2])
    return f"{batch}-{int(digits[0]) + 1:0{len(digits[0])}}" if batch and digits and digits[0] else ""


def missing_slips(numbers: Collection[str]) -> list[str]:
    """Of one printing: the numbers below the highest that nobody has entered."""
    have = {int(found[1]) for number in numbers if (found := re.search(r"-(\d+)[A-Z]*$", number))}
    batch = batch_of(min(numbers)) if numbers else ""
    return [f"{batch}-{each:02}" for each in range(1, max(have, default=0)) if each not in have]


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
