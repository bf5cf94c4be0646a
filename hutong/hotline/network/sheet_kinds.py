"""The three files of the network: offices, staff (a line per post) and divisions."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from hutong.hotline.network import actions, queries, rules, sheets
from hutong.hotline.network.models import Division, Office, Post
from hutong.hotline.network.storing import refuse

NEVER_CHANGED = ("kind", "department", "valid_from")


def _must_have(row: sheets.Row, *columns: str) -> None:
    for column in columns:
        if not row[column]:
            raise refuse("missing", _("缺少%(column)s。") % {"column": sheets.LABELS[column]})


def _must_keep(row: sheets.Row, before: sheets.Row) -> None:
    for column in NEVER_CHANGED:
        if column in row and row[column] != before[column]:
            raise refuse("fixed", _("%(column)s不能改。") % {"column": sheets.LABELS[column]}, _("请停用后另行增加。"))
    if before["valid_to"] and row != before:
        raise refuse("ended", _("已于 %(day)s 停用，不能再改。") % {"day": before["valid_to"]})


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


# Offices


def _office_rows(by: Post) -> Iterable[sheets.Row]:
    for office in queries.at_or_below(by.office).select_related("parent").order_by("code"):
        yield {
            "code": office.code, "name": office.name, "kind": office.kind, "department": office.department,
            "division": office.division_id or "", "parent": office.parent.code if office.parent else "", "phone": office.phone,
            "valid_from": _iso(office.valid_from), "valid_to": _iso(office.valid_to),
        }  # fmt: skip


def _office(code: str) -> Office:
    office = Office.objects.select_related("division", "parent__division").filter(code=code).first()
    if office is None:
        raise refuse("unknown_office", _("没有代码为“%(code)s”的机构。") % {"code": code[:40]})
    return office


def _write_office(row: sheets.Row, before: sheets.Row | None, by: Post, at: datetime) -> None:
    _must_have(row, "name", "kind", "valid_from")
    start = sheets.day(row["valid_from"])
    place: dict[str, Any] = {
        "name": row["name"],
        "phone": row["phone"],
        "division": queries.division_for(row["division"], on=start) if row["division"] else None,
        "parent": _office(row["parent"]) if row["parent"] else None,
    }
    if before is None:
        office = actions.add_office(
            code=row["code"], kind=row["kind"], department=row["department"], valid_from=start, by=by, at=at, **place
        )  # fmt: skip
    else:
        _must_keep(row, before)
        office = _office(row["code"])
        if any(row[column] != before[column] for column in ("name", "phone", "division", "parent")):
            actions.change_office(office=office, by=by, at=at, **place)
    if row["valid_to"]:
        actions.end_office(office=office, on=sheets.day(row["valid_to"]), by=by, at=at)


# Staff, a line per post


def _post_rows(by: Post) -> Iterable[sheets.Row]:
    for post in queries.posts_in_reach(by).order_by("staff__username", "office__code", "role", "valid_from"):
        yield {
            "username": post.staff.username, "name": post.staff.name, "phone": post.staff.phone, "office": post.office.code,
            "role": post.role, "valid_from": _iso(post.valid_from), "valid_to": _iso(post.valid_to),
        }  # fmt: skip


def _write_post(row: sheets.Row, before: sheets.Row | None, by: Post, at: datetime) -> None:
    _must_have(row, "name", "valid_from")
    staff = queries.staff_in_reach(by).filter(username=row["username"]).first()
    office, start = _office(row["office"]), sheets.day(row["valid_from"])
    again = before is not None and before["valid_to"] and row["valid_from"] >= before["valid_to"]  # left, and came back
    if staff is None:
        staff = actions.add_staff(
            username=row["username"], name=row["name"], phone=row["phone"], office=office, role=row["role"], valid_from=start, by=by, at=at
        )
    else:
        if (row["name"], row["phone"]) != (staff.name, staff.phone):
            actions.change_staff(staff=staff, name=row["name"], phone=row["phone"], by=by, at=at)
        if before is None or again:
            actions.give_post(staff=staff, office=office, role=row["role"], valid_from=start, by=by, at=at)
        else:
            _must_keep(row | {"name": before["name"], "phone": before["phone"]}, before)
    if row["valid_to"] and (before is None or again or not before["valid_to"]):
        post = staff.posts.get(office=office, role=row["role"], valid_to=None)
        actions.end_post(post=post, on=sheets.day(row["valid_to"]), by=by, at=at)


# Divisions


def _division_rows(by: Post) -> Iterable[sheets.Row]:
    for division in queries.divisions_in_reach(by).order_by("code"):
        yield {
            "code": division.code, "name": division.name, "valid_from": _iso(division.valid_from), "valid_to": _iso(division.valid_to),
            "successor": division.successor_id or "",
        }  # fmt: skip


def _write_division(row: sheets.Row, before: sheets.Row | None, by: Post, at: datetime) -> None:
    _must_have(row, "name", "valid_from")
    if before is None:
        division = actions.add_division(code=row["code"], name=row["name"], valid_from=sheets.day(row["valid_from"]), by=by, at=at)
    else:
        _must_keep(row, before)
        division = Division.objects.get(pk=row["code"])
        if row["name"] != before["name"]:
            actions.rename_division(division=division, name=row["name"], by=by, at=at)
    if row["valid_to"]:
        end = sheets.day(row["valid_to"])
        successor = queries.division_for(row["successor"], on=end) if row["successor"] else None
        actions.end_division(division=division, successor=successor, on=end, by=by, at=at)


OFFICES = sheets.Sheet(
    columns=("code", "name", "kind", "department", "division", "parent", "phone", "valid_from", "valid_to"),
    key=("code",),
    division_codes=("division",),
    of_first=(),
    rows=_office_rows,
    write=_write_office,
    rank=lambda row: rules.ANY_OFFICE.index(row["kind"]) if row.get("kind") in rules.ANY_OFFICE else len(rules.ANY_OFFICE),
)
STAFF = sheets.Sheet(
    columns=("username", "name", "phone", "office", "role", "valid_from", "valid_to"),
    key=("username", "office", "role"),
    division_codes=(),
    of_first=("name", "phone"),
    rows=_post_rows,
    write=_write_post,
    rank=lambda row: 0,
)
DIVISIONS = sheets.Sheet(
    columns=("code", "name", "valid_from", "valid_to", "successor"),
    key=("code",),
    division_codes=("code", "successor"),
    of_first=(),
    rows=_division_rows,
    write=_write_division,
    rank=lambda row: len(row["code"]),
)
SHEETS = {"offices": OFFICES, "staff": STAFF, "divisions": DIVISIONS}
