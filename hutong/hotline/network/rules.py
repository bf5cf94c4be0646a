"""How division codes are built, and which offices and posts fit where. Tables and pure functions."""

import hashlib
import re
import unicodedata
from collections.abc import Collection
from datetime import date, datetime, timedelta

# What one digit group more means, in the code system (GB/T 2260, GB/T 10114, statistics bureau).
LEVELS = {2: "province", 4: "prefecture", 6: "county", 9: "township", 12: "village"}
UP = {4: 2, 6: 4, 9: 6, 12: 9}

# 北京 天津 上海 重庆: their 4-digit codes (市辖区, 县) are no bodies; the city itself plays the prefecture's part.
MUNICIPALITIES = ("11", "12", "31", "50")
# 4190, 4290, 4690, 6590: counties that answer to the province and play the prefecture's part themselves.
DIRECT = "90"
# 东莞 441900, 中山 442000, 儋州 460400, 金门 350527000 carry zeros where a body would have a number; 嘉峪关's has a number.
NUMBERED_STAND_INS = ("620201",)


def up(code: str) -> str:
    """The next code up in the code system, "" above a province."""
    return code[: UP.get(len(code), 0)]


def level_of(code: str) -> str:
    """The level of a code, by its length."""
    return LEVELS[len(code)]


def is_placeholder(code: str) -> bool:
    """A row of the code system behind which no body stands: 市辖区, 省直辖县级行政区划, or a city repeated as its own county."""
    if len(code) == 4:
        return code[:2] in MUNICIPALITIES or code.endswith(DIRECT)
    return code in NUMBERED_STAND_INS or (len(code) in (6, 9) and not int(code[UP[len(code)] :]))


def normal_code(text: str) -> str | None:
    """Our form of a code: full-width digits and the zeros of the 6- and 12-digit forms are taken in. None when it is no code."""
    code = unicodedata.normalize("NFKC", text).strip()
    if len(code) not in LEVELS or not code.isascii() or not code.isdigit():
        return None
    while len(code) > 2 and not int(code[UP[len(code)] :]):
        code = up(code)
    return code


def real_code(code: str) -> str:
    """The division that a placeholder stands for: 1101 is 11 (北京市), 620201 is 6202 (嘉峪关市), 4290 is 42 (湖北省)."""
    while is_placeholder(code):
        code = up(code)
    return code


def chain(code: str) -> list[str]:
    """The division and those above it, nearest first, without placeholders."""
    codes = [code[:length] for length in sorted(LEVELS, reverse=True) if length <= len(code)]
    return [each for each in codes if not is_placeholder(each)]


def prefecture_of(code: str) -> str | None:
    """地市级受理: the division whose hotline centre takes the reports of this one. None for a province without districts of its own."""
    if code[:2] in MUNICIPALITIES:
        return code[:2]
    if code[2:4] == DIRECT:
        return code[:6] if len(code) >= 6 else None
    return code[:4] if len(code) >= 4 else None


def local(code: str) -> list[str]:
    """The divisions that act for a place, nearest first: itself and those above it, up to the one with the hotline centre."""
    top = prefecture_of(code)
    return [each for each in chain(code) if len(each) >= len(top)] if top else []


def full_name(code: str, name: str, above: str, above_full: str) -> str:
    """The name with those above it; a name that repeats the one above takes its place (never 广东省东莞市东莞市).

    `above` is what stands behind the code above (`real_code`). A placeholder bears the name of what it stands for.
    """
    if is_placeholder(code):
        return above_full if name == above else f"{above_full}（{name}）"
    return above_full.removesuffix(above) + name if above and name.startswith(above) else above_full + name


# A piece of an address ends with the kind of division, unless the next character is one too (广州市, 新市区).
PIECE = re.compile(r"\w+?(?:街道|社区|[省市州盟区县旗镇乡村])(?![省市州盟区县旗镇乡村])|\w+")


def pieces(text: str) -> list[str]:
    """The names in the first 60 characters of a place told in words, widest first: 陕西省西安市莲湖区 → 陕西省, 西安市, 莲湖区."""
    return [piece for piece in PIECE.findall(unicodedata.normalize("NFKC", text[:60])) if len(piece) > 1]


# Where an office may stand: the levels of its division ("centre": one that has a hotline centre), and the kinds it may answer to.
CIVIL_AFFAIRS = ("ministry", "province_bureau", "hotline_centre", "county_bureau")
OFFICE_DIVISION = {
    "ministry": (),
    "province_bureau": ("province",),
    "hotline_centre": ("centre",),
    "county_bureau": ("county", "centre"),
    "township": ("township",),
    "village": ("village", "township"),
    "department": ("province", "centre", "county"),
    "shelter": ("province", "centre", "county", "township"),
    "social_organisation": ("province", "centre", "county", "township", "village"),
}
# Each kind answers only to kinds above it in this table, so no chain of offices can run in a circle.
OFFICE_PARENT = {
    "ministry": (),
    "province_bureau": ("ministry",),
    "hotline_centre": ("province_bureau",),
    "county_bureau": ("hotline_centre",),
    "township": ("county_bureau",),
    "village": ("township", "county_bureau"),
    "department": ("province_bureau", "hotline_centre", "county_bureau"),
    "shelter": ("province_bureau", "hotline_centre", "county_bureau"),
    "social_organisation": ("province_bureau", "hotline_centre", "county_bureau", "township"),
}
ANY_OFFICE = tuple(OFFICE_PARENT)
POST_OFFICE = {
    "operator": ("hotline_centre",),
    "shift_lead": ("hotline_centre",),
    "coordinator": ("hotline_centre", "county_bureau"),
    "case_worker": ("county_bureau", "township", "shelter", "social_organisation"),
    "liaison": ("department",),
    "inspector": ("hotline_centre", "province_bureau", "ministry"),
    "supervisor": ("hotline_centre", "province_bureau", "ministry"),
    "expert": (*CIVIL_AFFAIRS, "social_organisation"),
    "volunteer": ("hotline_centre", "county_bureau", "township", "social_organisation"),
    "child_director": ("village", "township"),
    "administrator": ANY_OFFICE,
    "security_officer": ANY_OFFICE,
    "auditor": ANY_OFFICE,
}
# 三员分立: who keeps offices, divisions and days; who gives posts, passwords and keys; who looks at what both did. Three people.
THREE = ("administrator", "security_officer", "auditor")
KEEPS = {"network": "administrator", "rights": "security_officer"}


def apart(role: str, held: Collection[str]) -> str:
    """Of the roles that somebody holds, the one that keeps them from this one; empty where none does."""
    return next((other for other in THREE if role in THREE and other != role and other in held), "")


def standing(code: str) -> set[str]:
    """What a division counts as when an office is placed in it: its level, and "centre" where it has a hotline centre of its own."""
    return {level_of(code)} | ({"centre"} if prefecture_of(code) == code else set())


def office_fits(kind: str, code: str | None) -> bool:
    """May an office of this kind stand in this division (None: the whole country)? Behind a placeholder there is no place to stand."""
    if not code:
        return kind == "ministry"
    return not is_placeholder(code) and bool(standing(code) & set(OFFICE_DIVISION[kind]))


def parent_fits(kind: str, code: str | None, parent_kind: str | None, parent_code: str | None) -> bool:
    """May an office of this kind, here, answer to that one? Only the ministry answers to nobody; the level above covers the place."""
    if parent_kind is None:
        return kind == "ministry"
    return parent_kind in OFFICE_PARENT[kind] and (parent_code is None or parent_code in chain(code or ""))


def kinds_below(kind: str) -> list[str]:
    """The kinds of office that may answer to one of this kind."""
    return [lower for lower, parents in OFFICE_PARENT.items() if kind in parents]


def post_fits(role: str, office_kind: str) -> bool:
    """Does an office of this kind have such a post?"""
    return office_kind in POST_OFFICE[role]


SIGN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,39}")  # sign-in names and office codes: what anybody can type and say


def sign_in_name(text: str) -> str:
    """The one way to write a sign-in name, whatever the keyboard made of it: ＸＵ and Xu are xu."""
    return unicodedata.normalize("NFKC", text).strip().lower()


DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)


def day(text: str) -> date | None:
    """A day as people and spreadsheets write it: 2026-09-18, 2026/9/18, 2026年9月18日, in any width. None when there is no such day."""
    found = DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def token_digest(token: str) -> str:
    """What is kept of the key of an office's own software."""
    return hashlib.sha256(token.encode()).hexdigest()


# A spreadsheet runs a cell that begins with one of these; such a text is written with an apostrophe before it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutral(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith((*FORMULA, "'")) else cell


def plain(cell: str) -> str:
    """The text of a cell that was made neutral; any other cell as it is."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*FORMULA, "'")) else cell


# Signing in. Where machines are shared, a seat that was left locks soon; everywhere the day ends a session.
SHARED_DESKS = (("operator", "shift_lead", "coordinator"), "hotline_centre")
IDLE_SHARED, IDLE = timedelta(minutes=15), timedelta(minutes=60)
LONGEST, LONGEST_WALL = timedelta(hours=12), timedelta(days=30)
FRESH = timedelta(minutes=5)  # how long a proof of who somebody is holds for a deed that demands one
TOLD_HOLDS = timedelta(hours=72)  # a password that an administrator told
FACTORLESS = frozenset({"volunteer"})  # who may work with a password alone

# So many failures of one account from one place within COUNTED: how long that place waits before it may try this account again.
COUNTED = timedelta(minutes=15)
WAITS = ((12, timedelta(minutes=15)), (8, timedelta(minutes=5)), (5, timedelta(minutes=1)))


def idle_after(role: str, office_kind: str) -> timedelta:
    """After how long without a deed the session of such a post locks."""
    return IDLE_SHARED if role in SHARED_DESKS[0] and office_kind == SHARED_DESKS[1] else IDLE


def is_over(begun_at: datetime, *, is_wall: bool, at: datetime) -> bool:
    """Whether a session ended by its age."""
    return at >= begun_at + (LONGEST_WALL if is_wall else LONGEST)


def wait_after(failures: int) -> timedelta:
    """How long after the last of so many failures."""
    return next((wait for count, wait in WAITS if failures >= count), timedelta())


def needs_factor(roles: Collection[str]) -> bool:
    """Whether somebody with these posts proves who they are by more than a password. Without any post, too: the next may need it."""
    return not roles or not FACTORLESS.issuperset(roles)
