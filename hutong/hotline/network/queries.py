"""Questions about divisions, offices and posts. `on` is the day asked about: a thing stands from `valid_from` until before `valid_to`."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Length
from django.utils.translation import gettext as _

from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network import rules
from hutong.hotline.network.models import (
    ApiToken,
    Approval,
    Charge,
    Contract,
    Department,
    Division,
    Office,
    OfficeKind,
    Post,
    Role,
    Staff,
)  # fmt: skip

AT_WORK = timedelta(minutes=5)


def lasts(on: date) -> Q:
    """The rows that have not ended by a day: those that stand, and those to come."""
    return Q(valid_to=None) | Q(valid_to__gt=on)


def stands(on: date) -> Q:
    """The rows that stand on a day."""
    return Q(valid_from__lte=on) & lasts(on)


# Divisions


def division_for(text: str, *, on: date) -> Division:
    """The division of a code in any of its forms. Raises Refusal: no such code, or not on that day (naming the successor)."""
    code = rules.normal_code(text)
    found = Division.objects.filter(pk=rules.real_code(code)).first() if code else None
    if found is None:
        sentence = _("没有代码为“%(code)s”的行政区划。") % {"code": text[:20]}
        raise Refusal(Reason("unknown_division", sentence, _("请按名称查找，从列表中选择。")))
    if found.valid_from > on:
        sentence = _("“%(name)s”自 %(day)s 起启用。") % {"name": found.full_name, "day": found.valid_from}
        raise Refusal(Reason("division_to_come", sentence, _("请选择现行区划。")))
    if found.valid_to and found.valid_to <= on:
        heir = Division.objects.filter(stands(on), pk=successor_code(found.pk, on=on)).first()
        remedy = _("请改用继任区划“%(heir)s”。") % {"heir": heir} if heir else _("请选择现行区划。")
        raise Refusal(
            Reason("ended_division", _("“%(name)s”已于 %(day)s 停用。") % {"name": found.full_name, "day": found.valid_to}, remedy)
        )
    return found


def successor_code(code: str, *, on: date) -> str:
    """The code of what an ended division became (through several changes where there were several); its own while it stands."""
    while successor := Division.objects.filter(pk=code, valid_to__lte=on).values_list("successor_id", flat=True).first():
        code = successor
    return code


def search_divisions(text: str, *, on: date | None, within: str = "", limit: int = 20) -> list[Division]:
    """For pickers: divisions that stand, by the beginning of their name or code; names above may stand before (西安 莲湖, 西安市莲湖区).

    The exact name first, then the higher level. `within` is the code of the division to look in. Without a day the ended ones, too, last.
    """
    code = rules.normal_code(text)
    if code:
        return _picked(Q(code__startswith=code), code, on, within, limit)
    names = rules.pieces(text)
    if not names:
        return []
    return _picked(_named(names), names[-1], on, within, limit) or _picked(_run_together(names), names[-1], on, within, limit)


def resolve_place(text: str, *, on: date, within: str = "") -> list[Division]:
    """The divisions that a place told in words may mean, likeliest first: the most particular of its names that is known decides."""
    code = rules.normal_code(text)
    if code:
        return _picked(Q(pk=rules.real_code(code)), code, on, within, 1)
    names = rules.pieces(text)
    for count in range(len(names), 0, -1):
        found = _picked(_named(names[:count]), names[count - 1], on, within, 20)
        if found:
            return [division for division in found if division.name == names[count - 1]] or found
    return _picked(_run_together(names), names[-1], on, within, 20) if names else []


def places(post: Post, text: str, *, on: date) -> list[Division]:
    """The divisions that a text may mean: the one of that full name, else those nearest to this office, else all."""
    found = resolve_place(text, on=on) if text.strip() else []
    exact = [each for each in found if each.full_name == text.strip()]
    near = ([each for each in found if each.code.startswith(area)] for area in rules.chain(post.office.division_id or ""))
    return exact or next(filter(None, near), found)


def places_to_pick(post: Post, text: str, *, on: date) -> list[Division]:
    """For the picker: what lies directly below the office's own place before anything is typed, then its own area first."""
    own = post.office.division_id
    if not text.strip():
        return list(directly_below(own).filter(stands(on)))
    found = (search_divisions(text, on=on, within=area, limit=12) for area in (*rules.chain(own or ""), ""))
    return next(filter(None, found), [])


def _named(names: list[str]) -> Q:
    *above, last = names
    query = Q(name__startswith=last)
    for name in above:
        query &= Q(full_name__regex=".*".join(name))  # 内蒙古包头市 is in 内蒙古自治区包头市; letters and digits only, see rules.pieces
    return query


def _run_together(names: list[str]) -> Q:
    """西安莲湖: cut the last name at every place, the head above the tail."""
    *above, last = names
    query = Q(pk__in=())
    for cut in range(2, min(len(last), 12) - 1):
        query |= _named([*above, last[:cut], last[cut:]])
    return query


def _picked(query: Q, exact: str, on: date | None, within: str, limit: int) -> list[Division]:
    rank = Case(When(Q(name=exact) | Q(code=exact), then=Value(0)), default=Value(1))
    rows = Division.objects.filter(query, stands(on) if on else Q(), is_placeholder=False, code__startswith=within)
    return list(rows.order_by(F("valid_to").desc(nulls_first=True), rank, Length("code"), "code")[:limit])


def divisions() -> QuerySet[Division]:
    """All divisions, ended ones too: a public list that everybody may read."""
    return Division.objects.select_related("parent", "successor")


def divisions_in_reach(by: Post) -> QuerySet[Division]:
    """省级负总责: the divisions that an administrator of a province or of the whole country keeps; none for others."""
    if by.office.kind == OfficeKind.MINISTRY:
        return Division.objects.all()
    if by.office.kind == OfficeKind.PROVINCE_BUREAU:
        return Division.objects.filter(code__startswith=by.office.division_id or "")
    return Division.objects.none()


def keeps_division(by: Post, code: str) -> bool:
    """Whether an administrator keeps this division; it need not stand yet."""
    bureau = by.office.kind == OfficeKind.PROVINCE_BUREAU and code.startswith(by.office.division_id or "none")
    return by.role == Role.ADMINISTRATOR and (bureau or by.office.kind == OfficeKind.MINISTRY)


def directly_below(code: str | None) -> QuerySet[Division]:
    """The divisions directly below one (None: the country), those that stand first.

    What a placeholder holds counts as below what it stands for.
    """
    own = Q(parent=code) if code else Q(level="province")
    held = Q(parent__parent=code, parent__is_placeholder=True)
    rows = Division.objects.filter(own | held, is_placeholder=False).select_related("successor")
    return rows.order_by(F("valid_to").desc(nulls_first=True), "code")


def heirs(division: Division, successor: Division, *, on: date) -> dict[str, str]:
    """Where all goes, by code, that stands at or below a division when it merges into another.

    To its namesake below the heir of what is above it, else to that heir itself.
    """
    there = Division.objects.filter(stands(on), code__startswith=successor.code, valid_to=None, is_placeholder=False)
    rows = there.exclude(code__startswith=division.code).values_list("code", "name")
    named = {(rules.real_code(rules.up(code)), name): code for code, name in rows}
    found = {division.code: successor.code}
    below = Division.objects.filter(code__startswith=division.code, valid_to=None).exclude(pk=division.pk)
    for code, name in below.order_by("code").values_list("code", "name"):
        above = found.get(rules.real_code(rules.up(code)), successor.code)
        found[code] = named.get((above, name), above)
    return found


# Offices


def offices() -> QuerySet[Office]:
    """All offices, ended ones too: a public list that everybody may read."""
    return Office.objects.all()


def centre_for(division: str, *, on: date) -> Office | None:
    """地市级受理: the hotline centre that takes the reports of a division (its code; an ended one's goes to its successor's)."""
    prefecture = rules.prefecture_of(successor_code(division, on=on))
    return Office.objects.filter(stands(on), kind=OfficeKind.HOTLINE_CENTRE, division=prefecture).first() if prefecture else None


def centres(*, on: date) -> QuerySet[Office]:
    """Every hotline centre that stands."""
    return Office.objects.filter(stands(on), kind=OfficeKind.HOTLINE_CENTRE).order_by("code")


def county_bureau_for(division: str, *, on: date) -> Office | None:
    """县区级处置: the county bureau that acts for a division (its code)."""
    codes = rules.local(successor_code(division, on=on))
    return (
        Office.objects.filter(stands(on), kind=OfficeKind.COUNTY_BUREAU, division__in=codes).order_by(Length("division_id").desc()).first()
    )


def departments_for(division: str, *, on: date) -> list[Office]:
    """The departments that a referral from a division may go to, the county's before the prefecture's, in the order of `Department`."""
    codes = rules.local(successor_code(division, on=on))
    found = Office.objects.filter(stands(on), kind=OfficeKind.DEPARTMENT, division__in=codes).select_related("division", "parent")
    order = {value: place for place, value in enumerate(Department.values)}
    return sorted(found, key=lambda office: (-len(office.division_id or ""), order[office.department]))


def province_bureau(office: Office, *, on: date) -> Office | None:
    """The bureau of the province in which an office stands."""
    province = (office.division_id or "")[:2]
    return Office.objects.filter(stands(on), kind=OfficeKind.PROVINCE_BUREAU, division=province).first() if province else None


AT_OR_BELOW = """
WITH RECURSIVE reach (id) AS (
  SELECT %s::uuid UNION SELECT o.id FROM network_office o JOIN reach r ON o.parent_id = r.id
) SELECT id FROM reach"""
ABOVE = """
WITH RECURSIVE line (id, parent_id) AS (
  SELECT id, parent_id FROM network_office WHERE id = %s
  UNION SELECT o.id, o.parent_id FROM network_office o JOIN line l ON o.id = l.parent_id
) SELECT id FROM line"""


def at_or_below(office: Office) -> QuerySet[Office]:
    """The office and all that answer to it, however far down, ended ones too; usable inside other queries (`office__in=`)."""
    return Office.objects.filter(pk__in=RawSQL(AT_OR_BELOW, [office.pk]))  # noqa: S611 the statement is constant


def answers_to(office: Office, top: Office) -> bool:
    """Whether an office is `top` or somewhere below it."""
    return Office.objects.filter(pk=top.pk).filter(pk__in=RawSQL(ABOVE, [office.pk])).exists()  # noqa: S611 the statement is constant


def below(office: Office) -> QuerySet[Office]:
    """All that answer to an office, however far down."""
    return at_or_below(office).exclude(pk=office.pk)


def above(office: Office) -> list[Office]:
    """The offices above, nearest first: whom a missed limit climbs to."""
    found = {each.pk: each for each in Office.objects.filter(pk__in=RawSQL(ABOVE, [office.pk]))}  # noqa: S611 the statement is constant
    line: list[Office] = []
    while office.parent_id:
        office = found[office.parent_id]
        line.append(office)
    return line


def offices_below(office: Office, *, kind: OfficeKind, on: date) -> QuerySet[Office]:
    """The offices of one kind that answer to an office, in the order of their divisions."""
    return below(office).filter(stands(on), kind=kind).select_related("division").order_by("division_id", "code")


def office_tree(root: Office, *, on: date) -> tuple[Office, list[tuple[Office, list[Office]]]]:
    """An office, and the civil affairs bodies one and two levels below it, by division; each with `staff_count` and `part_count`.

    `part_count` counts what answers to it beside those bodies: departments, townships, shelters, organisations.
    """
    lower = Q(kind__in=rules.CIVIL_AFFAIRS) & (Q(parent=root) | Q(parent__parent=root))
    parts = Office.objects.filter(stands(on), parent=OuterRef("pk")).exclude(kind__in=rules.CIVIL_AFFAIRS)
    posts = Post.objects.filter(stands(on), office=OuterRef("pk"), staff__is_active=True)
    rows = Office.objects.filter(stands(on) & lower | Q(pk=root.pk)).annotate(staff_count=_count(posts), part_count=_count(parts))
    below: dict[Any, list[Office]] = {}
    for office in rows.order_by("division_id", "code"):
        below.setdefault("top" if office.pk == root.pk else office.parent_id, []).append(office)
    return below["top"][0], [(branch, below.get(branch.pk, [])) for branch in below.get(root.pk, [])]


def _count(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")), 0)


def lower_offices(office: Office, *, on: date) -> QuerySet[Office]:
    """What answers directly to an office, standing ones first; each with `staff_count`."""
    posts = Post.objects.filter(stands(on), office=OuterRef("pk"), staff__is_active=True)
    rows = office.children.select_related("division").annotate(staff_count=_count(posts))
    return rows.order_by(F("valid_to").desc(nulls_first=True), Length("division_id"), "division_id", "kind", "code")


def posts_of(office: Office) -> QuerySet[Post]:
    """The posts of an office, those held now first."""
    return office.posts.select_related("staff").order_by(F("valid_to").desc(nulls_first=True), "role", "staff__name")


def tokens_of(office: Office) -> QuerySet[ApiToken]:
    """The keys of software that acts for an office, those in use first."""
    rows = ApiToken.objects.filter(post__office=office).select_related("post__staff")
    return rows.order_by(F("ended_at").desc(nulls_first=True), "-created_at")


# Staff and posts


def posts_by_id(ids: Iterable[Any]) -> dict[Any, Post]:
    """Posts with their people and offices, by id."""
    return Post.objects.select_related("staff", "office").in_bulk(list(ids))


def names_of(ids: Iterable[Any]) -> dict[Any, str]:
    """What people are called, by id."""
    return dict(Staff.objects.filter(pk__in=list(ids)).values_list("pk", "name"))


def approved_posts(on: date) -> QuerySet[Post]:
    """The posts that may look at minors' data on a day: an approval runs, or they were named to answer for others (`approving`)."""
    runs = Approval.objects.filter(post=OuterRef("pk"), valid_from__lte=on, valid_to__gt=on, ended_at=None)
    return Post.objects.filter(Exists(runs) | Exists(Charge.objects.filter(post=OuterRef("pk"), ended_at=None)))


def is_approved(post: Any, *, on: date) -> Exists:
    """THE condition: is this post (its id, or an OuterRef) one of them; in a WHERE it is asked once."""
    return Exists(approved_posts(on).filter(pk=post))


def in_service(on: date, *, of: str = "") -> Q:
    """The offices that work on a day, an outsourced one by a contract that runs; `of` "office__", whose posts these are."""
    own = Q(**{f"{of}is_outsourced": False}) & ~Q(**{f"{of}kind": OfficeKind.SOCIAL_ORGANISATION})
    return own | Q(Exists(Contract.objects.filter(stands(on), office=OuterRef(f"{of}pk"))))


def posts_held(*, staff: Staff, on: date) -> QuerySet[Post]:
    """The posts that a person holds on a day, none in an outsourced office whose contract does not run.

    Each with whether it `is_approved`, and `is_in_charge` of approving.
    """
    held = Post.objects.filter(stands(on), in_service(on, of="office__"), staff_id=staff.pk, staff__is_active=True).select_related(
        "staff", "office", "office__parent", "office__division", "seen"
    )
    answers = Exists(Charge.objects.filter(post=OuterRef("pk"), ended_at=None))
    return held.annotate(is_approved=is_approved(OuterRef("pk"), on=on), is_in_charge=answers)


def staff_at_work(staff_id: Any) -> Staff | None:
    """This person, if they may sign in."""
    return Staff.objects.filter(pk=staff_id, is_active=True).first()


def posts_of_staff(staff: Staff) -> QuerySet[Post]:
    """All that a person held, holds or will hold."""
    return staff.posts.select_related("office")


def post_held(post_id: Any, *, staff: object, on: date) -> Post | None:
    """This post, if this person holds it on that day."""
    return posts_held(staff=staff, on=on).filter(pk=post_id).first() if isinstance(staff, Staff) else None


def post_of_token(token: str, *, on: date) -> Post | None:
    """The post as which a key of an office's software acts: while the key is in use, and the post is held on that day."""
    posts = Post.objects.select_related("staff", "office", "office__parent", "office__division")
    in_use = {"api_tokens__digest": rules.token_digest(token), "api_tokens__ended_at": None}
    return posts.filter(stands(on), in_service(on, of="office__"), staff__is_active=True, **in_use).first()


def at_work(office: Office, *, roles: Iterable[str], at: datetime) -> QuerySet[Post]:
    """Who in these roles did something on a page within the last minutes, each with when: `seen`. The latest first."""
    posts = office.posts.filter(role__in=list(roles), seen__at__gt=at - AT_WORK, staff__is_active=True)
    return posts.select_related("staff", "seen").order_by("-seen__at", "pk")


def posts_to_come(*, staff: Staff, on: date) -> QuerySet[Post]:
    """The posts that a person holds on a day or will hold."""
    return staff.posts.filter(lasts(on)).select_related("office")


def offices_in_reach(by: Post) -> QuerySet[Office]:
    """省级负总责: the offices that an administrator keeps, ended ones too."""
    return at_or_below(by.office).select_related("division", "parent__division")


def posts_in_reach(by: Post) -> QuerySet[Post]:
    """The posts, past ones too, in the offices at or below an administrator's."""
    return Post.objects.filter(office__in=at_or_below(by.office)).select_related("staff", "office")


def staff_in_reach(by: Post) -> QuerySet[Staff]:
    """Whoever has or had a post in the offices at or below an administrator's."""
    return Staff.objects.filter(pk__in=Post.objects.filter(office__in=at_or_below(by.office)).values("staff"))


def tokens_in_reach(by: Post) -> QuerySet[ApiToken]:
    """The keys of software that acts as a post in reach."""
    return ApiToken.objects.filter(post__office__in=at_or_below(by.office)).select_related("post__office", "post__staff")
