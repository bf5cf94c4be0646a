"""What an administrator does with divisions, offices, people and their posts. Nothing is deleted: a thing ends on a day."""

import secrets
from datetime import date, datetime

from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hutong.hotline.audit import actions as audit
from hutong.hotline.network import queries, rules, storing
from hutong.hotline.network.models import ApiToken, Division, Office, OfficeKind, Post, Role, Staff
from hutong.hotline.network.storing import phone_number, refuse, save, sign

# An office's unfinished work: the relations that lead to it, the moment that ends one, and what one is called.
OPEN_WORK = {
    "held_cases": ("closed_at", gettext_lazy("负责个案")),
    "lead_cases": ("closed_at", gettext_lazy("主办个案")),
    "centre_cases": ("closed_at", gettext_lazy("受理个案")),
    "assignments": ("ended_at", gettext_lazy("办件")),
    "transfers_in": ("ended_at", gettext_lazy("移入")),
    "transfers_to_settle": ("ended_at", gettext_lazy("待裁定移送")),
}


def _must_reach(by: Post | None, office: Office) -> None:
    """省级负总责: an administrator changes what is at or below their own office. `None` is the system."""
    if by and not (by.role == Role.ADMINISTRATOR and queries.answers_to(office, by.office)):
        raise refuse("out_of_reach", _("“%(office)s”不在您的管理范围内。") % {"office": office.name}, _("请联系上级机构的管理员。"))


def _must_reach_all_posts(by: Post | None, staff: Staff, at: datetime) -> None:
    """A sign-in is changed only by who may change all that it opens; else a lower administrator could take over a higher one's."""
    for post in queries.posts_to_come(staff=staff, on=timezone.localdate(at)):
        _must_reach(by, post.office)


def _must_stand(thing: Office | Division, on: date, field: str) -> None:
    if thing.valid_from > on or (thing.valid_to and thing.valid_to <= on):
        raise refuse("not_standing", _("“%(thing)s”在 %(day)s 未启用或已停用。") % {"thing": thing, "day": on}, field=field)


# Divisions


def _must_reach_division(by: Post | None, code: str) -> None:
    if by and not queries.keeps_division(by, code):
        raise refuse("out_of_reach", _("区划 %(code)s 不在您的管理范围内。") % {"code": code}, _("行政区划由部级和省级管理员维护。"))


@transaction.atomic
def add_division(*, code: str, name: str, valid_from: date, by: Post | None, at: datetime) -> Division:
    """Set up a division below the one that its code names."""
    normal = rules.normal_code(code)
    if not normal:
        raise refuse("bad_code", _("“%(code)s”不是区划代码：应为 2、4、6、9 或 12 位数字。") % {"code": code[:20]}, field="code")
    _must_reach_division(by, normal)
    if Division.objects.filter(pk=normal).exists():
        raise refuse("taken", storing.CONSTRAINTS["network_division_pkey"][1], field="code")
    parent = Division.objects.filter(pk=rules.up(normal)).first()
    if rules.up(normal) and parent is None:
        raise refuse("no_parent", _("没有上级区划 %(code)s。") % {"code": rules.up(normal)}, _("请先增加上级区划。"), field="code")
    if parent:
        _must_stand(parent, valid_from, "valid_from")
    division = Division(code=normal, name=name.strip(), level=rules.level_of(normal), parent=parent, valid_from=valid_from)
    division.is_placeholder = rules.is_placeholder(normal)
    division.full_name = _full_name(division, Division.objects.filter(pk=rules.real_code(rules.up(normal))).first())
    save(division, force_insert=True)
    audit.record("division_added", by=by, at=at, subject="division", code=normal)
    return division


def _full_name(division: Division, above: Division | None) -> str:
    return rules.full_name(division.code, division.name, above.name if above else "", above.full_name if above else "")


@transaction.atomic
def rename_division(*, division: Division, name: str, by: Post | None, at: datetime) -> None:
    """Give a division another name; the full names of all below follow."""
    _must_reach_division(by, division.code)
    division.name = name.strip()
    above = Division.objects.filter(pk=rules.real_code(rules.up(division.code))).first()
    division.full_name = _full_name(division, above)
    save(division)
    known = {division.code: division} | ({above.code: above} if above else {})
    lower = list(Division.objects.filter(code__startswith=division.code).exclude(pk=division.pk).order_by("code"))
    for each in lower:
        each.full_name = _full_name(each, known.get(rules.real_code(rules.up(each.code))))
        known[each.code] = each
    Division.objects.bulk_update(lower, ["full_name"], batch_size=2000)
    audit.record("division_renamed", by=by, at=at, subject="division", code=division.code)


@transaction.atomic
def end_division(*, division: Division, successor: Division | None, on: date, by: Post | None, at: datetime) -> None:
    """Abolish a division, or merge it into its successor, with all below it.

    What stands below goes to what bears the same name below the successor, else to the successor itself.
    """
    _must_reach_division(by, division.code)
    if division.valid_to:
        raise refuse("ended", _("“%(name)s”已于 %(day)s 停用。") % {"name": division.full_name, "day": division.valid_to})
    if on < division.valid_from:
        raise refuse("bad_day", storing.CONSTRAINTS["division_period"][1], field="on")
    if successor:
        _must_stand(successor, on, "successor")
        if successor.code.startswith(division.code):
            raise refuse("own_successor", _("继任区划不能是它自己或其下辖区划。"), field="successor")
    offices = Office.objects.filter(queries.stands(on), division__code__startswith=division.code).count()
    if offices:
        sentence = _("“%(name)s”还有 %(count)d 个启用的机构。") % {"name": division.full_name, "count": offices}
        raise refuse("has_offices", sentence, _("请先停用这些机构或改划到继任区划。"))
    below = list(Division.objects.filter(code__startswith=division.code, valid_to=None))
    heirs = queries.divisions_by_name(successor, on=on) if successor else {}
    for each in below:
        each.valid_to = max(on, each.valid_from)
        each.successor = successor if each.code == division.code else heirs.get((each.level, each.name), successor)
    Division.objects.bulk_update(below, ["valid_to", "successor"], batch_size=2000)
    division.refresh_from_db()
    audit.record("division_ended", by=by, at=at, subject="division", code=division.code, successor=successor.code if successor else "")


# Offices


def _check_office(office: Office, by: Post | None) -> None:
    code = office.division_id
    if not rules.office_fits(office.kind, code):
        raise refuse("wrong_level", _("%(kind)s不能设在这一级行政区划。") % {"kind": office.get_kind_display()}, field="division")
    parent = office.parent
    if not rules.parent_fits(office.kind, code, parent.kind if parent else None, parent.division_id if parent else None):
        raise refuse("wrong_parent", _("上级机构的类型或地域不对。"), _("请选择所在地上一级的民政机构。"), field="parent")
    if bool(office.department) != (office.kind == OfficeKind.DEPARTMENT):
        raise refuse("wrong_department", _("部门机构须选明部门，其他机构不选。"), field="department")
    if office.division:
        _must_stand(office.division, office.valid_from, "division")
    if parent:
        _must_stand(parent, office.valid_from, "parent")
        _must_reach(by, parent)


@transaction.atomic
def add_office(
    *, code: str, name: str, kind: str, division: Division | None, parent: Office | None, valid_from: date, by: Post | None, at: datetime,
    department: str = "", phone: str = "",
) -> Office:  # fmt: skip
    """Set up an office below one in reach."""
    office = Office(code=sign(code.strip(), "code"), name=name.strip(), kind=kind, department=department, phone=phone_number(phone))
    office.division, office.parent, office.valid_from = division, parent, valid_from
    _check_office(office, by)
    save(office)
    audit.record("office_added", by=by, at=at, subject="office", subject_id=office.pk)
    return office


@transaction.atomic
def change_office(
    *, office: Office, name: str, division: Division | None, parent: Office | None, phone: str, by: Post | None, at: datetime
) -> None:
    """Change what is said of an office. Its kind and code stay: another kind is another office."""
    _must_reach(by, office)
    moved = office.parent_id != (parent and parent.pk)
    office.name, office.division, office.parent, office.phone = name.strip(), division, parent, phone_number(phone)
    _check_office(office, by if moved else None)
    save(office)
    audit.record("office_changed", by=by, at=at, subject="office", subject_id=office.pk)


@transaction.atomic
def end_office(*, office: Office, on: date, by: Post | None, at: datetime) -> None:
    """Close an office and end its posts. Refused while it holds work or other offices answer to it."""
    Office.objects.select_for_update().get(pk=office.pk)
    _must_reach(by, office)
    if office.valid_to:
        raise refuse("ended", _("“%(name)s”已于 %(day)s 停用。") % {"name": office.name, "day": office.valid_to})
    if on > timezone.localdate(at):
        raise refuse("future", _("停用日期不能晚于今天：到那天是否还有在办事项，今天不能知道。"), field="on")
    lower = office.children.filter(queries.stands(on)).count()
    if lower:
        raise refuse("has_children", _("还有 %(count)d 个下级机构。") % {"count": lower}, _("请先停用它们或改换其上级。"))
    counts = {label: getattr(office, name).filter(**{ended: None}).count() for name, (ended, label) in OPEN_WORK.items()}
    work = "、".join(f"{label} {count}" for label, count in counts.items() if count)
    if work:
        raise refuse("holds_work", _("该机构还有未了结的事项：%(work)s。") % {"work": work}, _("请先移交或办结。"))
    office.valid_to = on
    save(office)
    _end_posts(office.posts.all(), on, at)
    audit.record("office_ended", by=by, at=at, subject="office", subject_id=office.pk)


# Staff and posts


@transaction.atomic
def add_staff(*, username: str, name: str, phone: str, office: Office, role: str, valid_from: date, by: Post | None, at: datetime) -> Staff:
    """A new person with a first post. They cannot sign in until an administrator sets a password."""
    staff = Staff(username=sign(username.strip(), "username"), name=name.strip(), phone=phone_number(phone))
    staff.set_unusable_password()
    save(staff)
    audit.record("staff_added", by=by, at=at, subject="staff", subject_id=staff.pk)
    give_post(staff=staff, office=office, role=role, valid_from=valid_from, by=by, at=at)
    return staff


@transaction.atomic
def change_staff(*, staff: Staff, name: str, phone: str, by: Post | None, at: datetime) -> None:
    """Change what is said of a person."""
    _must_reach_all_posts(by, staff, at)
    staff.name, staff.phone = name.strip(), phone_number(phone)
    save(staff)
    audit.record("staff_changed", by=by, at=at, subject="staff", subject_id=staff.pk)


LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


@transaction.atomic
def set_password(*, staff: Staff, by: Post | None, at: datetime) -> str:
    """A new password of 12 random characters, told once. Sessions under the old one end."""
    _must_reach_all_posts(by, staff, at)
    password = "-".join("".join(secrets.choice(LETTERS) for _letter in range(4)) for _group in range(3))
    staff.set_password(password)
    save(staff)
    audit.record("password_set", by=by, at=at, subject="staff", subject_id=staff.pk)
    return password


@transaction.atomic
def deactivate_staff(*, staff: Staff, by: Post | None, at: datetime) -> None:
    """End everything of a person at once: the sign-in, every session, every post and key."""
    _must_reach_all_posts(by, staff, at)
    if by and by.staff_id == staff.pk:
        raise refuse("oneself", _("不能停用自己。"), _("请由另一位管理员办理。"))
    staff.is_active = False
    staff.set_unusable_password()
    save(staff)
    _end_posts(staff.posts.all(), timezone.localdate(at), at)
    audit.record("staff_deactivated", by=by, at=at, subject="staff", subject_id=staff.pk)


@transaction.atomic
def give_post(*, staff: Staff, office: Office, role: str, valid_from: date, by: Post | None, at: datetime) -> Post:
    """Give a person a role in an office. A person who had left is back with it, without a password."""
    _must_reach(by, office)
    _must_stand(office, max(valid_from, timezone.localdate(at)), "office")
    if valid_from < office.valid_from:
        raise refuse("bad_day", _("任职日期不能早于机构的启用日期。"), field="valid_from")
    if role not in Role.values or not rules.post_fits(role, office.kind):
        raise refuse("wrong_role", _("%(kind)s没有这个岗位。") % {"kind": office.get_kind_display()}, field="role")
    post = Post(staff=staff, office=office, role=role, valid_from=valid_from)
    save(post)
    if not staff.is_active:
        staff.is_active = True
        save(staff)
    audit.record("post_given", by=by, at=at, subject="post", subject_id=post.pk)
    return post


@transaction.atomic
def end_post(*, post: Post, on: date, by: Post | None, at: datetime) -> None:
    """End a post; from that day on it opens nothing. Cases that its holder worked on stay with the office."""
    _must_reach(by, post.office)
    if by and by.pk == post.pk:
        raise refuse("oneself", _("不能结束自己正在使用的岗位。"), _("请由另一位管理员办理。"))
    if post.valid_to:
        raise refuse("ended", _("该岗位已定于 %(day)s 结束。") % {"day": post.valid_to})
    if on < post.valid_from:
        raise refuse("bad_day", storing.CONSTRAINTS["post_period"][1], field="on")
    _end_posts(Post.objects.filter(pk=post.pk), on, at)
    audit.record("post_ended", by=by, at=at, subject="post", subject_id=post.pk)


def _end_posts(posts: models.QuerySet[Post], on: date, at: datetime) -> None:
    open_ones = posts.filter(Q(valid_to=None) | Q(valid_to__gt=on))
    if on <= timezone.localdate(at):
        ApiToken.objects.filter(post__in=open_ones, ended_at=None).update(ended_at=at)
    open_ones.update(valid_to=Greatest("valid_from", Value(on, models.DateField())))


@transaction.atomic
def make_token(*, post: Post, name: str, by: Post | None, at: datetime) -> str:
    """A key for an office's own software, which then acts as this post. Told once; only its digest is kept."""
    _must_reach(by, post.office)
    if post.valid_to and post.valid_to <= timezone.localdate(at):
        raise refuse("ended", _("该岗位已于 %(day)s 结束。") % {"day": post.valid_to})
    token = f"hutong_{secrets.token_urlsafe(32)}"
    row = ApiToken(post=post, name=name.strip(), digest=rules.token_digest(token))
    save(row)
    audit.record("token_made", by=by, at=at, subject="token", subject_id=row.pk)
    return token


@transaction.atomic
def end_token(*, token: ApiToken, by: Post | None, at: datetime) -> None:
    """Make a key useless, at once."""
    _must_reach(by, token.post.office)
    token.ended_at = token.ended_at or at
    save(token)
    audit.record("token_ended", by=by, at=at, subject="token", subject_id=token.pk)
