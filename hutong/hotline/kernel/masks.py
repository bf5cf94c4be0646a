"""What is shown of a name or number to those who need not know it. Pure."""

import re

STAR = "*"


def name(full: str) -> str:
    """张*: the first character, and not how many follow."""
    return full[:1] + STAR if full else ""


def telephone(number: str) -> str:
    """138****1234, 029-****4321, ***: of a number in normal form."""
    main, _dash, extension = number.rpartition("-") if re.search(r"\d{7,}-\d{1,5}$", number) else (number, "", "")
    area, _dash, local = main.rpartition("-")
    if len(local) < 7:
        return STAR * 3 if number else ""
    shown = local[:3] if len(local) > 8 else ""
    masked = f"{shown}{STAR * 4}{local[-4:]}"
    return "-".join(part for part in (area, masked, STAR * len(extension)) if part)


def identity_number(number: str) -> str:
    """1101**********0011: where it was issued, and the last four."""
    return f"{number[:4]}{STAR * (len(number) - 8)}{number[-4:]}" if len(number) > 8 else STAR * len(number)


# What an address may end with and still not tell the door: a street, a village, a town.
STREET = re.compile(r".*?(?:街道|[路街巷道弄村镇乡屯庄])(?![路街巷道弄])")


def address(full: str) -> str:
    """环城西路****: to the street; of an address without one, nothing."""
    if not full:
        return ""
    found = STREET.match(full)
    return f"{found[0] if found else ''}{STAR * 4}"


def day(text: str) -> str:
    """2017-**-**: the year of a day in ISO form."""
    return f"{text[:4]}-{STAR * 2}-{STAR * 2}" if text else ""
