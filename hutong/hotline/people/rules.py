"""What can be true of a child. Pure.

未成年人是指未满十八周岁的公民 (Law on the Protection of Minors, article 2).
"""

from datetime import date

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.refusals import Reason, Refusal

ADULT_AT = 18
AGE_MAY_DIFFER = 1  # many count 虚岁
LEVELS_OF_A_PLACE = frozenset({"county", "township", "village"})

BORN_LATER = Reason("born_later", _("出生日期在今天之后。"))
GROWN_UP = Reason("grown_up", _("已满 18 周岁，不是未成年人。"), _("成年人遇险请告知拨打 110；本线可当场答复，不登记为儿童。"))
AGE_DIFFERS = _("与出生日期不符：按出生日期是 {age} 岁。")
PLACE_TOO_WIDE = Reason("place_level", _("请选到区县、乡镇或村居；只知道大致地方时留空，写在详细地点里。"))
PLACE_NOT_REAL = Reason("place_code_only", _("这一级只是代码，没有这样的地方，请选下一级。"))
PLACE_ENDED = _("“{name}”已撤销。")
PLACE_SUCCEEDED = _("“{name}”已撤销，现为“{successor}”，请改选。")


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
