"""What can be true of a child. Pure.

未成年人是指未满十八周岁的公民 (Law on the Protection of Minors, article 2).
"""

from datetime import date

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.refusals import Reason, Refusal

ADULT_AT = 18
AGE_MAY_DIFFER = 1  # many count 虚岁
UNNAMED = _("姓名不详")
LEVELS_OF_A_PLACE = frozenset({"county", "township", "village"})

BORN_LATER = Reason("born_later", _("出生日期在今天之后。"))
GROWN_UP = Reason("grown_up", _("已满 18 周岁，不是未成年人。"), _("成年人遇险请告知拨打 110；本线可当场答复，不登记为儿童。"))
AGE_DIFFERS = _("与出生日期不符：按出生日期是 {age} 岁。")
PLACE_TOO_WIDE = Reason("place_level", _("请选到区县、乡镇或村居；只知道大致地方时留空，写在详细地点里。"))
PLACE_NOT_REAL = Reason("place_code_only", _("这一级只是代码，没有这样的地方，请选下一级。"))
PLACE_ENDED = _("“{name}”已撤销。")
PLACE_SUCCEEDED = _("“{name}”已撤销，现为“{successor}”，请改选。")


# 民法典第二十七条: parents; then grandparents, elder brothers and sisters; then who the committee or the bureau agrees to.
GUARDIANS = frozenset(
    [
        "父",
        "母",
        "父亲",
        "母亲",
        "爸",
        "妈",
        "爸爸",
        "妈妈",
        "生父",
        "生母",
        "亲生父亲",
        "亲生母亲",
        "继父",
        "继母",
        "养父",
        "养母",
        "爷爷",
        "奶奶",
        "祖父",
        "祖母",
        "外公",
        "外婆",
        "外祖父",
        "外祖母",
        "姥爷",
        "姥姥",
        "哥哥",
        "姐姐",
        "监护人",
        "法定监护人",
    ]
)
CONSENT_AT = 14  # 个人信息保护法第三十一条: below that age, a guardian consents
NO_CONSENT = Reason("no_consent", _("以同意为依据的，须写明谁、怎样、哪天同意。"), _("履行法定职责或紧急保护不需要同意。"))
CONSENT_NOT_THE_BASIS = Reason("consent_not_the_basis", _("处理依据不是同意，不必填写同意。"))
GUARDIAN_CONSENTS = Reason(
    "guardian_consents", _("不满十四周岁的儿童，须由监护人同意。"), _("不便问监护人的，请选履行法定职责或紧急保护。")
)
GUARDIAN_NOT_ASKED = Reason("guardian_not_asked", _("不得告知监护人，也就不能问监护人是否同意。"), _("请选履行法定职责或紧急保护。"))
CONSENT_LATER = Reason("consent_later", _("同意的日期在今天之后。"))
GUARDIAN_SUSPECTED = Reason("guardian_suspected", _("被反映人就是监护人，不得告知。"), _("若角色或关系写错了，请先更正关系人。"))
GUARDIAN_REPORTER = Reason(
    "guardian_reporter", _("报告人是监护人，而本案不得告知监护人，不能向其答复。"), _("请选“报告人不需要答复”，写明原因。")
)
GUARDIAN_CALLED = Reason("guardian_called", _("本案不得告知监护人，不能设为可以随意联系。"), _("请另选一种安全的联系方式。"))


def is_guardian(relation: str) -> bool:
    """Whether who is so related to a child is, by law, likely its guardian."""
    return relation.strip().removeprefix("孩子的").removeprefix("其") in GUARDIANS


def basis_for(*, tier: str, channel: str) -> str:
    """On what a report may be processed (个人信息保护法第十三条): danger to life as an emergency, all else, and mandated, by duty."""
    return "emergency" if tier == "I" and channel != "mandated_report" else "statutory_duty"


def check_consent(*, basis: str, by: str, how: str, given_on: date | None, on: date) -> None:
    """Consent is told where it is the basis, whole, and nowhere else. Raises Refusal."""
    if basis != "consent":
        if by or how or given_on:
            raise Refusal(CONSENT_NOT_THE_BASIS)
        return
    if not (by and how and given_on):
        raise Refusal(NO_CONSENT)
    if given_on > on:
        raise Refusal(CONSENT_LATER)


def check_who_consents(*, by: str, age: int | None, tell_guardian: bool) -> None:
    """A guardian consents for a child under 14 or of unknown age, and is never asked where they must not be told. Raises Refusal."""
    if by == "guardian" and not tell_guardian:
        raise Refusal(GUARDIAN_NOT_ASKED)
    if by == "oneself" and (age is None or age < CONSENT_AT):
        raise Refusal(GUARDIAN_CONSENTS)


def age_on(born_on: date, day: date) -> int:
    """Whole years of age on a day (周岁)."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def check_born(born_on: date | None, on: date) -> None:
    """Nobody is born after today. Raises Refusal."""
    if born_on and born_on > on:
        raise Refusal(BORN_LATER)


def check_minor(born_on: date | None, on: date) -> None:
    """未满十八周岁: raises Refusal for who is a child no more."""
    if born_on and age_on(born_on, on) >= ADULT_AT:
        raise Refusal(GROWN_UP)


def fitting_age(age: int | None, born_on: date | None, on: date) -> int | None:
    """The age to keep: by the date of birth where known. Raises Refusal for an adult's, or one that contradicts the birth."""
    if age is not None and not 0 <= age < ADULT_AT:
        raise Refusal(GROWN_UP)
    if born_on is None or born_on > on:
        return age
    by_birth = age_on(born_on, on)
    if age is not None and abs(age - by_birth) > AGE_MAY_DIFFER:
        raise Refusal(Reason("age_differs", format_lazy(AGE_DIFFERS, age=by_birth)))
    return by_birth if by_birth < ADULT_AT else age


def check_place(*, level: str, is_placeholder: bool) -> None:
    """县区级处置: a place is a county or below, so that somebody can go there. Raises Refusal."""
    if is_placeholder:
        raise Refusal(PLACE_NOT_REAL)
    if level not in LEVELS_OF_A_PLACE:
        raise Refusal(PLACE_TOO_WIDE)


def check_standing(*, name: str, ended: bool, successor: str) -> None:
    """A division that was abolished takes no new matter. Raises Refusal, naming the successor where there is one."""
    if ended:
        sentence = format_lazy(PLACE_SUCCEEDED, name=name, successor=successor) if successor else format_lazy(PLACE_ENDED, name=name)
        raise Refusal(Reason("place_ended", sentence))
