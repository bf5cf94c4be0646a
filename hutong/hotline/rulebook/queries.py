"""What holds where and when: row by row that of the nearest division up the chain, in its highest approved version in force."""

from datetime import datetime
from typing import TypeVar

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network.models import Post, Role, Staff
from hutong.hotline.network.rules import up
from hutong.hotline.rulebook import rules
from hutong.hotline.rulebook.models import Limit, Question, Retention, Route, Row, Rulebook, RulebookState, Rung, TierRule
from hutong.hotline.rulebook.tables import Key, Table

R = TypeVar("R", bound=Row)
NEAREST = F("rulebook__division_id").desc(nulls_last=True)  # a longer code sorts after its beginning
WRITING = ("rulebook_begun", "rulebook_row_written", "rulebook_row_removed")

NO_LIMIT = Reason("no_limit", _("制度中没有这个等级和环节当时有效的时限。"), _("请管理员核对制度。"))
NO_RETENTION = Reason("no_retention", _("制度中没有当时有效的保存期限。"), _("请管理员核对制度。"))
NO_TIER = Reason("no_tier", _("制度中没有这个等级当时有效的规定。"), _("请管理员核对制度。"))


def books(division_code: str | None, at: datetime) -> QuerySet[Rulebook]:
    """The versions in force at `at` for a place: one of each division up the chain that has any."""
    here = Q(division=None) | Q(division__in=rules.chain(division_code or ""))
    approved = Rulebook.objects.filter(here, state=RulebookState.APPROVED, valid_from__lte=at)
    return approved.order_by("division", "-number").distinct("division")


def _holding(model: type[R], division_code: str | None, at: datetime) -> QuerySet[R]:
    return model._default_manager.filter(rulebook__in=books(division_code, at).values("pk")).select_related("rulebook__division")


def _nearest(rows: QuerySet[R], *key: str) -> QuerySet[R]:
    return rows.order_by(*key, NEAREST).distinct(*key)


def limit_for(*, tier: str, step: str, division_code: str | None, at: datetime, kind: str = "") -> Limit:
    """逐级继承: the limit of a step there and then. One query. Raises Refusal where there is none."""
    limit = _holding(Limit, division_code, at).filter(tier=tier, step=step, kind=kind).order_by(NEAREST).first()
    if limit is None:
        raise Refusal(NO_LIMIT)
    return limit


def tier_rule_for(*, tier: str, division_code: str | None, at: datetime) -> TierRule:
    """Who is told of a tier, who must act, what the first hour looks like. One query. Raises Refusal where nothing is said."""
    rule = _holding(TierRule, division_code, at).filter(tier=tier).order_by(NEAREST).first()
    if rule is None:
        raise Refusal(NO_TIER)
    return rule


def retention_for(*, what: str, division_code: str | None, at: datetime) -> Retention:
    """For how long something is kept there and then. One query. Raises Refusal where nothing is said."""
    retention = _holding(Retention, division_code, at).filter(what=what).order_by(NEAREST).first()
    if retention is None:
        raise Refusal(NO_RETENTION)
    return retention


def rungs_for(*, tier: str, division_code: str | None, at: datetime) -> list[Rung]:
    """The ladder of a tier, in order of position. One query."""
    return list(_nearest(_holding(Rung, division_code, at).filter(tier=tier), "position"))


def routes_for(*, category: str, division_code: str | None, at: datetime) -> list[Route]:
    """Where matters of a category go: by harm and the child's status; empty ones, which hold for all others, first. One query."""
    return list(_nearest(_holding(Route, division_code, at).filter(category=category), "harm", "status"))


def questions_for(*, division_code: str | None, at: datetime) -> list[Question]:
    """What to ask: first what is asked of every matter, then by category, in order of position. One query."""
    return list(_nearest(_holding(Question, division_code, at), "category", "position"))


def effective(model: type[R], key: tuple[str, ...], *, book: Rulebook, at: datetime) -> list[R]:
    """The rows as they hold in a division with this version as its own, whichever is in force. One query."""
    held = Q(rulebook=book)
    if book.division_id:
        held |= Q(rulebook__in=books(up(book.division_id), at).values("pk"))
    return list(_nearest(model._default_manager.filter(held).select_related("rulebook__division"), *key))


def row(table: Table, key: Key, *, book: Rulebook, at: datetime) -> Row | None:
    """The row of this name, as `effective` has it. One query."""
    return next((row for row in effective(table.model, table.key, book=book, at=at) if table.key_of(row) == key), None)


def in_force(division_code: str | None, at: datetime) -> Rulebook | None:
    """The division's own version in force at `at`."""
    return Rulebook.objects.filter(division=division_code, state=RulebookState.APPROVED, valid_from__lte=at).order_by("-number").first()


# --- versions, and who may do what with them


def keeps(post: Post) -> bool:
    """Whether a post keeps the rulebook of its division: an administrator's, of the ministry, a province, a centre or a county."""
    return post.role == Role.ADMINISTRATOR and post.office.kind in rules.KEEPERS


def readable(post: Post) -> QuerySet[Rulebook]:
    """The versions that a post may look at: all of its own division and of those below it, the approved ones of those above it."""
    own, found = post.office.division_id, Rulebook.objects.select_related("division", "written_by", "approved_by")
    if own is None:
        return found
    above = Q(division=None) | Q(division__in=rules.chain(own)[:-1])
    return found.filter(Q(division__code__startswith=own) | above & Q(state=RulebookState.APPROVED))


def versions(post: Post) -> QuerySet[Rulebook]:
    """All versions of a post's own division, newest first."""
    return readable(post).filter(division=post.office.division_id).order_by("-number")


def books_above(post: Post, at: datetime) -> list[Rulebook]:
    """The versions in force from which a post's division inherits, the nearest first."""
    own = post.office.division_id
    found = books(up(own), at).select_related("division") if own else Rulebook.objects.none()
    return sorted(found, key=lambda book: len(book.division_id or ""), reverse=True)


def drafts_below(post: Post) -> QuerySet[Rulebook]:
    """Drafts of the divisions below, which an administrator here may approve."""
    return readable(post).filter(state=RulebookState.DRAFT).exclude(division=post.office.division_id).order_by("division")


def may_write(post: Post, book: Rulebook) -> bool:
    """Whether a post may change a version: a draft of its own division."""
    return keeps(post) and book.state == RulebookState.DRAFT and book.division_id == post.office.division_id


def may_approve(post: Post, book: Rulebook) -> bool:
    """Whether a post may approve a draft: an administrator of the same or a higher office who wrote nothing in it."""
    return (
        keeps(post)
        and book.state == RulebookState.DRAFT
        and rules.covers(post.office.division_id, book.division_id)
        and not wrote(post.staff, book)
    )


def wrote(staff: Staff, book: Rulebook) -> bool:
    """Whether a person had a hand in a version."""
    return book.written_by_id == staff.pk or AuditEntry.objects.filter(subject_id=book.pk, verb__in=WRITING, staff_id=staff.pk).exists()
