"""What an administrator does with divisions, offices, people and their posts. Nothing is deleted: a thing ends on a day."""

import secrets
from datetime import date, datetime

from django.db import connection, models, transaction
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel.faults import choice
from hutong.hotline.kernel.texts import listed
from hutong.hotline.network import queries, rules, sessions, storing
from hutong.hotline.network.models import ApiToken, Department, Division, Office, OfficeKind, Post, Role, Staff
from hutong.hotline.network.storing import hold, must_end_later, must_stand, phone_number, refuse, save, sign

# An office's unfinished work: the relations that lead to it, what is unfinished there, and what one is called.
OPEN_WORK = {
    "held_cases": ({"closed_at": None}, gettext_lazy("负责个案")),
    "lead_cases": ({"closed_at": None}, gettext_lazy("主办个案")),
    "centre_cases": ({"closed_at": None}, gettext_lazy("受理个案")),
    "assignments": ({"ended_at": None}, gettext_lazy("办件")),
    "transfers_in": ({"ended_at": None}, gettext_lazy("移入")),
    "transfers_to_settle": ({"ended_at": None}, gettext_lazy("待裁定移送")),
    "contacts": ({"outcome": "pending"}, gettext_lazy("待处理来访")),
    "orders": ({"ended_at": None}, gettext_lazy("督办单")),
}


def _reaches(by: Post | None, office: Office | None, keeps: str) -> bool:
    """省级负总责: who keeps the network, or the rights in it, does so at or below their own office. `None` is the system."""
    return by is None or bool(office and by.role == rules.KEEPS[keeps] and queries.answers_to(office, by.office))


def _must_be_for(by: Post | None, keeps: str) -> None:
    """三员分立: what one of the three keeps, another does not change."""
    if by and by.role in rules.THREE and by.role != rules.KEEPS[keeps]:
        keeper = Role(rules.KEEPS[keeps]).label
        raise refuse(
            "of_another", _("这件事由%(keeper)s办理。") % {"keeper": keeper}, _("请联系本机构或上级机构的%(keeper)s。") % {"keeper": keeper}
        )


def _must_reach(by: Post | None, office: Office | None, keeps: str = "network") -> None:
    _must_be_for(by, keeps)
    if not _reaches(by, office, keeps):
        name = office.name if office else _("最上级")
        raise refuse("out_of_reach", _("“%(office)s”不在您的管理范围内。") % {"office": name}, _("请联系上级机构的管理员。"))


def must_reach_all_posts(by: Post | None, staff: Staff, at: datetime, *, keeps: str = "rights") -> None:
    """A sign-in is changed only by who may change all that it opens; else a lower administrator could take over a higher one's."""
    _must_be_for(by, keeps)
    posts = queries.posts_to_come(staff=staff, on=timezone.localdate(at))
    if not all(_reaches(by, post.office, keeps) for post in posts):
        raise refuse("out_of_reach", _("此人有岗位不在您的管理范围内。"), _("请联系管理其全部岗位的上级管理员。"))


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
        raise storing.taken("network_division_pkey")
    parent = Division.objects.filter(pk=rules.up(normal)).first()
    if rules.up(normal) and parent is None:
        raise refuse("no_parent", _("没有上级区划 %(code)s。") % {"code": rules.up(normal)}, _("请先增加上级区划。"), field="code")
    if parent:
        must_stand(parent, valid_from, "valid_from")
    division = Division(code=normal, level=rules.level_of(normal), parent=parent, valid_from=valid_from)
    division.name, division.is_placeholder = storing.name(name, Division), rules.is_placeholder(normal)
    division.full_name = _full_name(normal, division.name, Division.objects.filter(pk=rules.real_code(rules.up(normal))).first())
    save(division, force_insert=True)
    audit.record("division_added", by=by, at=at, subject="division", code=normal)
    return division


def _full_name(code: str, name: str, above: Division | None) -> str:
    full = rules.full_name(code, name, above.name if above else "", above.full_name if above else "")
    limit = Division._meta.get_field("full_name").max_length or 0
    if len(full) > limit:
        raise refuse("too_long", _("全称“%(start)s…”超过 %(limit)d 字。") % {"start": full[:20], "limit": limit}, field="name")
    return full


@transaction.atomic
def rename_division(*, division: Division, name: str, by: Post | None, at: datetime) -> None:
    """Give a division another name; the full names of all below follow."""
    _must_reach_division(by, division.code)
    hold(division)
    division.name = storing.name(name, Division)
    rows = [division, *Division.objects.filter(code__startswith=division.code).exclude(pk=division.pk).order_by("code")]
    known = {above.code: above for above in Division.objects.filter(pk=rules.real_code(rules.up(division.code)))}
    for each in rows:
        each.full_name = _full_name(each.code, each.name, known.get(rules.real_code(rules.up(each.code))))
        known[each.code] = each
    save(division)
    _write("full_name", {each.code: each.full_name for each in rows})
    audit.record("division_renamed", by=by, at=at, subject="division", code=division.code)


def _write(column: str, values: dict[str, str]) -> None:
    """One column of many divisions by their codes; a province has tens of thousands."""
    given = "unnest(%s::text[], %s::text[]) AS given (code, value)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE network_division d SET {column} = given.value FROM {given} WHERE d.code = given.code",  # noqa: S608 constants
            [list(values), list(values.values())],
        )


@transaction.atomic
def end_division(*, division: Division, successor: Division | None, on: date, by: Post | None, at: datetime) -> None:
    """Abolish a division, or merge it into its successor, with all below it.

    What stands below goes to what bears the same name directly below its own parent's successor, else to that successor itself.
    """
    for each in filter(None, (division, successor)):
        _must_reach_division(by, each.code)
    hold(*filter(None, (division, successor)))
    if division.valid_to:
        raise refuse("ended", _("“%(name)s”已于 %(day)s 停用。") % {"name": division.full_name, "day": division.valid_to})
    must_end_later(division, on, "on")
    if successor:
        _must_succeed(division, successor, on)
    below = Division.objects.filter(code__startswith=division.code, valid_to=None)
    list(below.select_for_update().order_by("code").values_list("pk"))  # nobody sets up an office there meanwhile
    offices = Office.objects.filter(queries.lasts(on), division__code__startswith=division.code).order_by("code")
    if offices:
        names = listed(office.name for office in offices[:3]) + ("……" if len(offices) > 3 else "")
        sentence = _("“%(name)s”还有 %(count)d 个机构：%(names)s。") % {"name": division.full_name, "count": len(offices), "names": names}
        raise refuse("has_offices", sentence, _("请先停用这些机构，或把它们改划到继任区划。"))
    heirs = queries.heirs(division, successor, on=on) if successor else {}
    below.update(valid_to=Greatest("valid_from", Value(on, models.DateField())))
    _write("successor_id", heirs)
    division.refresh_from_db()
    audit.record("division_ended", by=by, at=at, subject="division", code=division.code, successor=successor.code if successor else "")


@transaction.atomic
def restore_division(*, division: Division, by: Post | None, at: datetime) -> None:
    """Take back an end that was a mistake: the division stands again, with all below it that ended on the same day."""
    _must_reach_division(by, division.code)
    hold(division)
    if not division.valid_to:
        raise refuse("stands", _("“%(name)s”没有停用。") % {"name": division.full_name})
    if division.parent and division.parent.valid_to:
        raise refuse("no_parent", _("上级区划“%(name)s”已停用。") % {"name": division.parent.full_name}, _("请先恢复上级区划。"))
    Division.objects.filter(code__startswith=division.code, valid_to=division.valid_to).update(valid_to=None, successor=None)
    division.refresh_from_db()
    audit.record("division_restored", by=by, at=at, subject="division", code=division.code)


def _must_succeed(division: Division, successor: Division, on: date) -> None:
    """The chain of successors always leads to one that stands: none ends before its heir, and none is its own."""
    if successor.valid_to:
        raise refuse("ended", _("“%(name)s”已定于 %(day)s 停用。") % {"name": successor, "day": successor.valid_to}, field="successor")
    must_stand(successor, on, "successor")
    if successor.code.startswith(division.code) or successor.is_placeholder:
        raise refuse("own_successor", _("继任区划应是另一个实有的区划，不能是它自己或其下辖区划。"), field="successor")


# Offices


def _check_office(office: Office, by: Post | None, *days: date) -> None:
    """Whether an office may be as it is said. `days`: on which its place and the level above must stand, where those are new."""
    division, parent = office.division, office.parent
    if office.kind != OfficeKind.MINISTRY and division is None:
        raise refuse("missing", _("请选择行政区划。"), field="division")
    if not rules.office_fits(office.kind, office.division_id):
        raise refuse("wrong_level", _("%(kind)s不能设在这一级行政区划。") % {"kind": office.get_kind_display()}, field="division")
    if not rules.parent_fits(office.kind, office.division_id, parent.kind if parent else None, parent.division_id if parent else None):
        raise refuse("wrong_parent", _("上级机构的类型或地域不对。"), _("请选择所在地上一级的民政机构。"), field="parent")
    if days:
        _must_reach(by, parent)
        hold(*filter(None, (division, parent)))
    for day in days:
        for thing, field in ((division, "division"), (parent, "parent")):
            if thing:
                must_stand(thing, day, field)


@transaction.atomic
def add_office(
    *, code: str, name: str, kind: str, division: Division | None, parent: Office | None, valid_from: date, by: Post | None, at: datetime,
    department: str = "", phone: str = "",
) -> Office:  # fmt: skip
    """Set up an office below one in reach."""
    office = Office(code=sign(code.strip(), "code"), name=storing.name(name, Office), kind=choice(OfficeKind, kind), valid_from=valid_from)
    office.department, office.phone = choice(Department, department) if department else "", phone_number(phone)
    office.division, office.parent = division, parent
    if bool(department) != (kind == OfficeKind.DEPARTMENT):
        raise refuse("wrong_department", _("部门机构须选明部门，其他机构不选。"), field="department")
    _check_office(office, by, valid_from, max(valid_from, timezone.localdate(at)))
    save(office)
    audit.record("office_added", by=by, at=at, subject="office", subject_id=office.pk)
    return office


@transaction.atomic
def change_office(
    *, office: Office, name: str, division: Division | None, parent: Office | None, phone: str, by: Post | None, at: datetime
) -> None:
    """Change what is said of an office. Its kind and code stay: another kind is another office."""
    _must_reach(by, office)
    hold(office)
    if office.valid_to:
        raise refuse("ended", _("“%(name)s”已于 %(day)s 停用。") % {"name": office.name, "day": office.valid_to})
    moves = (office.division_id, office.parent_id) != (division and division.pk, parent and parent.pk)
    if moves and by and by.office_id == office.pk:
        raise refuse("oneself", _("本机构的行政区划和上级由上级机构的管理员更改。"))
    office.name, office.division, office.parent, office.phone = storing.name(name, Office), division, parent, phone_number(phone)
    _check_office(office, by, *([max(office.valid_from, timezone.localdate(at))] if moves else []))
    save(office)
    audit.record("office_changed", by=by, at=at, subject="office", subject_id=office.pk)


@transaction.atomic
def end_office(*, office: Office, on: date, by: Post | None, at: datetime) -> None:
    """Close an office and end its posts. Refused while it holds work or other offices answer to it."""
    _must_reach(by, office)
    hold(office)
    if office.valid_to:
        raise refuse("ended", _("“%(name)s”已于 %(day)s 停用。") % {"name": office.name, "day": office.valid_to})
    if by and by.office_id == office.pk:
        raise refuse("oneself", _("不能停用自己所在的机构。"), _("请由上级机构的管理员办理。"))
    must_end_later(office, on, "on")
    if on > timezone.localdate(at):
        raise refuse("future", _("停用日期不能晚于今天：到那天是否还有在办事项，今天不能知道。"), field="on")
    lower = office.children.filter(queries.lasts(on)).count()
    if lower:
        raise refuse("has_children", _("还有 %(count)d 个下级机构。") % {"count": lower}, _("请先停用它们或改换其上级。"))
    counts = {label: getattr(office, name).filter(**unfinished).count() for name, (unfinished, label) in OPEN_WORK.items()}
    work = listed(f"{label} {count}" for label, count in counts.items() if count)
    if work:
        raise refuse("holds_work", _("该机构还有未了结的事项：%(work)s。") % {"work": work}, _("请先移交或办结。"))
    office.valid_to = on
    save(office)
    people = list(Staff.objects.filter(posts__in=office.posts.filter(queries.lasts(on))).distinct().order_by("pk"))
    _end_posts(office.posts.all(), on, at)
    for staff in people:
        sessions.end_all(staff, by=by, at=at, why="posts")
    audit.record("office_ended", by=by, at=at, subject="office", subject_id=office.pk)


# Staff and posts


@transaction.atomic
def add_staff(*, username: str, name: str, phone: str, office: Office, role: str, valid_from: date, by: Post | None, at: datetime) -> Staff:
    """A new person with a first post. They cannot sign in until an administrator sets a password."""
    staff = Staff(username=sign(rules.sign_in_name(username), "username"), name=storing.name(name, Staff), phone=phone_number(phone))
    staff.set_unusable_password()
    save(staff)
    audit.record("staff_added", by=by, at=at, subject="staff", subject_id=staff.pk)
    give_post(staff=staff, office=office, role=role, valid_from=valid_from, by=by, at=at)
    return staff


@transaction.atomic
def change_staff(*, staff: Staff, name: str, phone: str, by: Post | None, at: datetime) -> None:
    """Change what is said of a person."""
    hold(staff)
    must_reach_all_posts(by, staff, at)
    staff.name, staff.phone = storing.name(name, Staff), phone_number(phone)
    save(staff)
    audit.record("staff_changed", by=by, at=at, subject="staff", subject_id=staff.pk)


@transaction.atomic
def deactivate_staff(*, staff: Staff, by: Post | None, at: datetime) -> None:
    """End everything of a person at once: the sign-in, every session, every post and key."""
    hold(staff)
    must_reach_all_posts(by, staff, at)
    if by and by.staff_id == staff.pk:
        raise refuse("oneself", _("不能停用自己。"), _("请由另一位管理员办理。"))
    staff.is_active = False
    staff.set_unusable_password()
    save(staff)
    _end_posts(staff.posts.all(), timezone.localdate(at), at)
    sessions.end_all(staff, by=by, at=at, why="left")
    audit.record("staff_deactivated", by=by, at=at, subject="staff", subject_id=staff.pk)


@transaction.atomic
def give_post(*, staff: Staff, office: Office, role: str, valid_from: date, by: Post | None, at: datetime) -> Post:
    """Give a person a role in an office. A person who had left is back with it, without a password.

    Whoever could set the password until now may know it: where they do not reach the new office, it ends.
    """
    today = timezone.localdate(at)
    hold(staff, office)
    _must_reach(by, office, "rights")
    must_reach_all_posts(by, staff, at)
    if by and by.staff_id == staff.pk:
        raise refuse("oneself", _("不能给自己岗位。"), _("请由另一位管理员办理。"))
    for day in (valid_from, max(valid_from, today)):
        must_stand(office, day, "valid_from")
    if role not in Role.values or not rules.post_fits(role, office.kind):
        raise refuse("wrong_role", _("%(kind)s没有这个岗位。") % {"kind": office.get_kind_display()}, field="role")
    if staff.posts.filter(queries.lasts(valid_from), office=office, role=role).exclude(valid_to=models.F("valid_from")).exists():
        raise storing.taken("post_once")
    held = queries.posts_to_come(staff=staff, on=today)
    _must_be_apart(role, held)
    if staff.has_usable_password() and not any(queries.answers_to(office, post.office) for post in held):
        staff.set_unusable_password()
        save(staff)
    if not staff.is_active:
        staff.is_active = True
        save(staff)
    post = Post(staff=staff, office=office, role=role, valid_from=valid_from)
    save(post)
    sessions.end_all(staff, by=by, at=at, why="posts")
    audit.record("post_given", by=by, at=at, subject="post", subject_id=post.pk)
    return post


def _must_be_apart(role: str, held: models.QuerySet[Post]) -> None:
    if other := rules.apart(role, {post.role for post in held}):
        sentence = _("此人已是%(other)s：系统管理员、安全管理员和审计员须是三个人。") % {"other": Role(other).label}
        raise refuse("three_apart", sentence, _("请先结束原岗位，或交给另一个人。"), field="role")


@transaction.atomic
def end_post(*, post: Post, on: date, by: Post | None, at: datetime) -> None:
    """End a post; from that day on it opens nothing. Cases that its holder worked on stay with the office."""
    _must_reach(by, post.office, "rights")
    hold(post)
    if by and by.pk == post.pk:
        raise refuse("oneself", _("不能结束自己正在使用的岗位。"), _("请由另一位管理员办理。"))
    if post.valid_to and post.valid_to <= timezone.localdate(at):
        raise refuse("ended", _("该岗位已于 %(day)s 结束。") % {"day": post.valid_to})
    must_end_later(post, on, "on")
    post.valid_to = on
    save(post)
    if on <= timezone.localdate(at):
        post.api_tokens.filter(ended_at=None).update(ended_at=at)
        sessions.end_all(post.staff, by=by, at=at, why="posts")
    audit.record("post_ended", by=by, at=at, subject="post", subject_id=post.pk)


def _end_posts(posts: models.QuerySet[Post], on: date, at: datetime) -> None:
    """End all that last longer; `on` is today or past."""
    ApiToken.objects.filter(post__in=posts, ended_at=None).update(ended_at=at)
    posts.filter(queries.lasts(on)).update(valid_to=Greatest("valid_from", Value(on, models.DateField())))


@transaction.atomic
def make_token(*, post: Post, name: str, by: Post | None, at: datetime) -> str:
    """A key for an office's own software, which then acts as this post. Told once; only its digest is kept."""
    _must_reach(by, post.office, "rights")
    hold(post)
    if post.valid_to and post.valid_to <= timezone.localdate(at):
        raise refuse("ended", _("该岗位已于 %(day)s 结束。") % {"day": post.valid_to})
    token = f"hutong_{secrets.token_urlsafe(32)}"
    row = ApiToken(post=post, name=storing.name(name, ApiToken), digest=rules.token_digest(token))
    if post.api_tokens.filter(name=row.name, ended_at=None).exists():  # or the form was sent twice
        raise refuse("taken", _("此岗位已有同名的密钥在用。"), _("若没有记下它，请先停用再建；若另有用途，请换个名称。"), field="name")
    save(row)
    audit.record("token_made", by=by, at=at, subject="token", subject_id=row.pk)
    return token


@transaction.atomic
def end_token(*, token: ApiToken, by: Post | None, at: datetime) -> None:
    """Make a key useless, at once."""
    _must_reach(by, token.post.office, "rights")
    if ApiToken.objects.filter(pk=token.pk, ended_at=None).update(ended_at=at):
        audit.record("token_ended", by=by, at=at, subject="token", subject_id=token.pk)
