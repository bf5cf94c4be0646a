"""Normal forms of telephone and identity numbers, typed or pasted in any width. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.refusals import Reason, Refusal

DASHES = "‐‑‒–—―−﹣ー"
HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xA0: " "} | dict.fromkeys(map(ord, DASHES), "-")

TELEPHONE_UNREADABLE = Reason(
    "telephone", _("电话号码不完整或有误：应为手机号、带区号的固定电话或短号码，可加分机。"), _("请核对；不知道时留空。")
)
IDENTITY_UNREADABLE = Reason("identity_number", _("身份证号应为 18 位（旧证 15 位），末位可以是 X。"), _("请核对；记不全时留空。"))

# Shapes of the bare digits of a number, and how each is written. The first that fits counts.
MOBILE = re.compile(r"(1[3-9]\d{9})", re.ASCII)
LANDLINE = re.compile(r"(010|02\d|0(?![48]00)[3-9]\d{2})([2-9]\d{6,7})", re.ASCII)  # 400 and 800 are services, not places
SERVICE = re.compile(r"([48]00\d{7})", re.ASCII)
LOCAL = re.compile(r"([2-9]\d{6,7})", re.ASCII)
SHORT = re.compile(r"(1[0-2]\d|1[0-2]\d{3}|11\d{4}|9[56]\d{3,4})", re.ASCII)
ABROAD = re.compile(r"(\+(?!86)[1-9]\d{6,14})", re.ASCII)
TAKES_EXTENSION = (MOBILE, LANDLINE, SERVICE, LOCAL)

WRITTEN = re.compile(r"\+?[\d ().-]+", re.ASCII)
BY_WORD = re.compile(r"(.+?)(?:转|分机号?|ext\.?|[x#*,])[: ]*(\d{1,5})", re.ASCII | re.IGNORECASE)
BY_DASH = re.compile(r"(.*\d{7}) ?- ?(\d{1,5})", re.ASCII)


def half_width(text: str) -> str:
    """Full-width digits, letters, signs, spaces and all kinds of dash as their ASCII likes."""
    return text.translate(HALF_WIDTH)


def telephone(text: str) -> str:
    """The normal form of a telephone number: `13812345678`, `029-87654321-123`, `12349`, `+85221234567`; empty for none.

    Raises Refusal where it can be no number. Applying it twice changes nothing.
    """
    typed = half_width(text).strip()
    if not typed:
        return ""
    parts = BY_WORD.fullmatch(typed) or BY_DASH.fullmatch(typed)
    main, extension = parts.groups() if parts else (typed, "")
    if WRITTEN.fullmatch(main.strip()):
        for digits in _dialled(main):
            for shape in (*TAKES_EXTENSION, *(() if extension else (SHORT, ABROAD))):
                if match := shape.fullmatch(digits):
                    return "-".join(part for part in (*match.groups(), extension) if part)
    raise Refusal(TELEPHONE_UNREADABLE)


def _dialled(main: str) -> tuple[str, ...]:
    """The digits as dialled within the country: without 86, and with the 0 of the area code that +86 swallows."""
    digits = re.sub(r"[^\d+]", "", main, flags=re.ASCII)
    digits = re.sub(r"^00", "+", digits)
    if digits.startswith("+86"):
        return (digits[3:], f"0{digits[3:]}")
    return (digits, digits.removeprefix("86"))


@dataclass(frozen=True)
class IdentityNumber:
    """An identity number as kept: verified, or not and why (a sentence for the person who typed it)."""

    number: str
    is_verified: bool = False
    remark: str = ""
    born_on: date | None = None
    sex: str = ""


NOT_VERIFIED = {
    "old": _("这是 15 位旧证号，没有校验位，按“未核验”保存。"),
    "place": _("身份证号前两位不是省级代码，按“未核验”保存，请核对。"),
    "birth": _("身份证号中的出生日期不成立，按“未核验”保存，请核对。"),
    "check": _("身份证号校验位不符，可能记错了一位，按“未核验”保存，请核对。"),
}
PROVINCES = frozenset((*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83))
FOREIGN_RESIDENT = "9"


def check_digit(first17: str) -> str:
    """ISO 7064 MOD 11-2 (GB 11643): the last sign that 17 digits demand."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(first17))
    return "10X98765432"[total % 11]


def identity_number(text: str, *, on: date) -> IdentityNumber:
    """An identity number, normal and judged on a day. What is wrong is kept as not verified, and `remark` says so.

    Empty for none. Raises Refusal where the length or the signs can be no identity number.
    """
    number = re.sub(r"[ -]", "", half_width(text)).upper().strip()
    if not number:
        return IdentityNumber("")
    if not re.fullmatch(r"\d{17}[\dX]|\d{15}", number, re.ASCII):
        raise Refusal(IDENTITY_UNREADABLE)
    born_on = _birth(number)
    faults = {
        "old": len(number) == 15,
        "place": int(number[:2]) not in PROVINCES and number[0] != FOREIGN_RESIDENT,
        "birth": born_on is None or not date(1900, 1, 1) <= born_on <= on,
        "check": len(number) == 18 and check_digit(number[:17]) != number[17],
    }
    if fault := next((name for name, found in faults.items() if found), None):
        return IdentityNumber(number, remark=str(NOT_VERIFIED[fault]))
    return IdentityNumber(number, is_verified=True, born_on=born_on, sex="male" if int(number[16]) % 2 else "female")


def _birth(number: str) -> date | None:
    digits = number[6:14] if len(number) == 18 else f"19{number[6:12]}"
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
