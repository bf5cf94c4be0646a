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
    """610***********123X: three signs, and the last four."""
    return f"{number[:3]}{STAR * (len(number) - 7)}{number[-4:]}" if number else ""
