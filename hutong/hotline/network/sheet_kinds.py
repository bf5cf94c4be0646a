"""The three files of the network: offices, staff (a line per post) and divisions."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hutong.hotline.network import actions, queries, rules, sheets
from hutong.hotline.network.models import Division, Office, Post, Staff
from hutong.hotline.network.storing import refuse


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


# Offices


def _office_rows(by: Post, codes: Collection[str] | None) -> Iterable[sheets.Row]:
    offices = queries.offices_in_reach(by) if codes is None else queries.offices_in_reach(by).filter(code__in=codes)
    for office in offices.order_by("code").iterator():
        yield {
            "code": office.code, "name": office.name, "kind": office.kind, "department": office.department,
            "division": office.division_id or "", "parent": office.parent.code if office.parent else "", "phone": office.phone,
            "valid_from": _iso(office.valid_from), "valid_to": _iso(office.valid_to),
        }  # fmt: skip


def _office(code: str, by: Post) -> Office:
    office = queries.offices_in_reach(by).filter(code=code).first()
    if office is None:
        raise refuse("unknown_office", _("您的管理范围内没有代码为“%(code)s”的机构。") % {"code": code[:40]})
    return office


def _place(row: sheets.Row, on: date) -> Division | None:
    return queries.division_for(row["division"], on=on) if row["division"] else None


def _write_office(row: sheets.Row, before: sheets.Row | None, by: Post, at: datetime) -> None:
    start, today = date.fromisoformat(row["valid_from"]), timezone.localdate(at)
    said = {"name": row["name"], "phone": row["phone"]}
    if before is None:
        parent = _office(row["parent"], by) if row["parent"] else None
        office = actions.add_office(
            code=row["code"], kind=row["kind"], department=row["department"], valid_from=start, division=_place(row, start), parent=parent,
            by=by, at=at, **said,
        )  # fmt: skip
    else:
        office = _office(row["code"], by)
        parent = office.parent if row["parent"] == before["parent"] else _office(row["parent"], by)
        division = office.division if row["division"] == before["division"] else _place(row, max(start, today))
        if {**row, "valid_to": before["valid_to"]} != before:
            actions.change_office(office=office, parent=parent, division=division, by=by, at=at, **said)
    if row["valid_to"]:
        actions.end_office(office=office, on=date.fromisoformat(row["valid_to"]), by=by, at=at)


# Staff, a line per post


def _post_rows(by: Post, usernames: Collection[str] | None) -> Iterable[sheets.Row]:
    """But for posts that ended before they began: those never were."""
    posts = queries.posts_in_reach(by) if usernames is None else queries.posts_in_reach(by).filter(staff__username__in=usernames)
    for post in posts.exclude(valid_to=F("valid_from")).order_by("staff__username", "office__code", "role", "valid_from").iterator():
        yield {
            "username": post.staff.username, "name": post.staff.name, "phone": post.staff.phone, "office": post.office.code,
            "role": post.role, "valid_from": _iso(post.valid_from), "valid_to": _iso(post.valid_to),
        }  # fmt: skip


def _write_post(row: sheets.Row, before: sheets.Row | None, by: Post, at: datetime) -> None:
    staff = queries.staff_in_reach(by).filter(username=row["username"]).first()
    office, start = _office(row["office"], by), date.fromisoformat(row["valid_from"])
    if staff is None:
        staff = actions.add_staff(
            username=row["username"], name=row["name"], phone=row["phone"], office=office, role=row["role"], valid_from=start, by=by, at=at
        )
    else:
        if (row["name"], row["phone"]) != (staff.name, staff.phone):
            actions.change_staff(staff=staff, name=row["name"], phone=row["phone"], by=by, at=at)
        if before is None:
            actions.give_post(staff=staff, office=office, role=row["role"], valid_from=start, by=by, at=at)
    if row["valid_to"] and not (before and row["valid_to"] == before["valid_to"]):
        _end_post(staff, office, row, by, at)


def _end_post(staff: Staff, office: Office, row: sheets.Row, by: Post, at: datetime) -> None:
    post = staff.posts.exclude(valid_to=F("valid_from")).get(office=office, role=row["role"], valid_from=row["valid_from"])
    actions.end_post(post=post, on=date.fromisoformat(row["valid_to"]), by=by, at=at)


# Divisions


def _division_rows(by: Post, codes: Collection[str] | None) -> Iterable[sheets.Row]:
    divisions = queries.divisions_in_reach(by) if codes is None else queries.divisions_in_reach(by).filter(pk__in=codes)
    for division in divisions.order_by("code").iterator():
        yield {
            "code": division.code, "name": division.name, "valid_from": _iso(division.valid_from), "valid_to": _iso(division.valid_to),
            "successor": division.successor_id or "",
        }  # fmt: skip


def _write_division(row: sheets.Row, before: sheets.Row | None, by: Post, at: datetime) -> None:
    if before is None:
        start = date.fromisoformat(row["valid_from"])
        division = actions.add_division(code=row["code"], name=row["name"], valid_from=start, by=by, at=at)
    else:
        division = Division.objects.get(pk=row["code"])
        if row["name"] != before["name"]:
            actions.rename_division(division=division, name=row["name"], by=by, at=at)
    if row["valid_to"]:
        end = date.fromisoformat(row["valid_to"])
        successor = queries.division_for(row["successor"], on=end) if row["successor"] else None
        actions.end_division(division=division, successor=successor, on=end, by=by, at=at)
    elif row["successor"]:
        raise refuse("no_end", _("有继任区划时须填停用日期。"))


OFFICES = sheets.Sheet(
    columns={
        "code": gettext_lazy("机构代码"),
        "name": gettext_lazy("名称"),
        "kind": gettext_lazy("类型"),
        "department": gettext_lazy("部门"),
        "division": gettext_lazy("行政区划代码"),
        "parent": gettext_lazy("上级机构代码"),
        "phone": gettext_lazy("值班电话"),
        "valid_from": gettext_lazy("启用日期"),
        "valid_to": gettext_lazy("停用日期"),
    },
    key=("code",),
    division_codes=("division",),
    required=("name", "kind", "valid_from"),
    fixed=("kind", "department", "valid_from"),
    of_first=(),
    rows=_office_rows,
    write=_write_office,
    rank=lambda row: rules.ANY_OFFICE.index(row["kind"]) if row.get("kind") else len(rules.ANY_OFFICE),
)
STAFF = sheets.Sheet(
    columns={
        "username": gettext_lazy("登录名"),
        "name": gettext_lazy("姓名"),
        "phone": gettext_lazy("电话"),
        "office": gettext_lazy("机构代码"),
        "role": gettext_lazy("岗位"),
        "valid_from": gettext_lazy("任职日期"),
        "valid_to": gettext_lazy("离任日期"),
    },
    key=("username", "office", "role", "valid_from"),
    division_codes=(),
    required=("username", "name", "office", "role", "valid_from"),
    fixed=(),
    of_first=("name", "phone"),
    rows=_post_rows,
    write=_write_post,
    rank=lambda row: 0,
    keeps="rights",
)
DIVISIONS = sheets.Sheet(
    columns={
        "code": gettext_lazy("代码"),
        "name": gettext_lazy("名称"),
        "valid_from": gettext_lazy("启用日期"),
        "valid_to": gettext_lazy("停用日期"),
        "successor": gettext_lazy("继任区划代码"),
    },
    key=("code",),
    division_codes=("code", "successor"),
    required=("name", "valid_from"),
    fixed=("valid_from",),
    of_first=(),
    rows=_division_rows,
    write=_write_division,
    rank=lambda row: len(row["code"]),
)
SHEETS = {"offices": OFFICES, "staff": STAFF, "divisions": DIVISIONS}
