"""Writing a rulebook: a draft begun, its rows changed, approved by a second person or withdrawn. What was is never rewritten."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network.models import Division, Post
from hutong.hotline.rulebook import defaults, queries, rules
from hutong.hotline.rulebook.models import Row, Rulebook, RulebookState, Rung
from hutong.hotline.rulebook.tables import TABLES, Key, Table

SINCE_THE_PILOT = datetime(2020, 8, 31, 16, tzinfo=UTC)  # 1 September 2020 in China

OUT_OF_REACH = Reason("out_of_reach", _("这个区划的制度不由您起草。"), _("制度由本级管理员起草，由本级或上级的另一位管理员批准。"))
DRAFT_EXISTS = Reason("draft_exists", _("已有一份草稿。"), _("请接着改那一份，或先作废它。"))
NOT_A_DRAFT = Reason("not_a_draft", _("这一版已不是草稿，不能再改。"), _("要改动，请起草新的一版。"))
NO_ROW = Reason("no_row", _("本级没有这一条。"))
ROW_EXISTS = Reason("row_exists", _("已有这一条。"), _("请在表中找到它再修改。"))
NEEDED = Reason("needed", _("全国制度中的时限、等级和保存期限不能移除。"), _("没有上级可以沿用；请改为合适的数。"))
SECOND_PERSON = Reason("second_person", _("参与起草的人不能批准。"), _("请本级或上级的另一位管理员批准。"))
NOT_TRIED = Reason("not_tried", _("改动后还没有试算。"), _("请先试算，看清影响再批准。"))
NEEDED_BY_THE_NATION = ("tiers", "limits", "retention")


@transaction.atomic
def begin(*, by: Post | None, at: datetime, division: Division | None = None) -> Rulebook:
    """起草: a draft for the writer's own division (the system's: any), with the rows of its newest version. Raises Refusal."""
    if by:
        if not queries.keeps(by):
            raise Refusal(OUT_OF_REACH)
        division = by.office.division
    _one_at_a_time()
    mine = Rulebook.objects.filter(division=division)
    if mine.filter(state=RulebookState.DRAFT).exists():
        raise Refusal(DRAFT_EXISTS)
    newest = mine.filter(state=RulebookState.APPROVED).order_by("-number").first()
    number = (mine.aggregate(last=Max("number"))["last"] or 0) + 1
    draft = Rulebook.objects.create(division=division, number=number, changed_at=at, written_by=by.staff if by else None)
    if newest:
        _copy(newest, draft)
    audit.record("rulebook_begun", by=by, at=at, subject="rulebook", subject_id=draft.pk)
    return draft


def _copy(old: Rulebook, new: Rulebook) -> None:
    for table in TABLES.values():
        rows = table.model._default_manager.filter(rulebook=old)
        table.model._default_manager.bulk_create(table.model(rulebook=new, **table.values(row)) for row in rows)


@transaction.atomic
def write_row(draft_id: UUID, table: Table, written: Mapping[str, Any], *, by: Post | None, at: datetime, is_new: bool = False) -> Row:
    """Set a row of a draft, as written; it takes the place of the row of its name, the division's own or inherited.

    `is_new`: refused where the draft has such a row. Raises Refusal, naming the columns at fault.
    """
    draft = _open(draft_id, by)
    values = table.read(written)
    key = {name: values.pop(name) for name in table.key}
    if is_new and table.model._default_manager.filter(rulebook=draft, **key).exists():
        raise Refusal.at(table.key[-1], ROW_EXISTS)
    row, _new = table.model._default_manager.update_or_create(rulebook=draft, **key, defaults=values)
    _changed("rulebook_row_written", draft, table, tuple(key.values()), by, at)
    return row


@transaction.atomic
def remove_row(draft_id: UUID, table: Table, key: Key, *, by: Post | None, at: datetime) -> None:
    """Take a row out of a draft: what is inherited holds again. Raises Refusal."""
    draft = _open(draft_id, by)
    rows = table.model._default_manager.filter(rulebook=draft, **dict(zip(table.key, key, strict=True)))
    if not rows.exists():
        raise Refusal(NO_ROW)
    if draft.division_id is None and table.name in NEEDED_BY_THE_NATION:
        raise Refusal(NEEDED)
    rows.delete()
    _changed("rulebook_row_removed", draft, table, key, by, at)


@transaction.atomic
def approve(draft_id: UUID, *, valid_from: datetime | None = None, by: Post | None, at: datetime) -> Rulebook:
    """批准: by another administrator than those who wrote it, of the same or a higher office; in force from a moment, at once where
    none is given. Running clocks keep the limit that they were born with. Raises Refusal.
    """
    draft = _held(draft_id)
    if by and not (queries.keeps(by) and rules.covers(by.office.division_id, draft.division_id)):
        raise Refusal(OUT_OF_REACH)
    if by and queries.wrote(by.staff, draft):
        raise Refusal(SECOND_PERSON)
    if by and draft.tried_at is None:
        raise Refusal(NOT_TRIED)
    if faults := draft_faults(draft, at):
        raise Refusal(Reason("inconsistent", faults[0], _("请起草人改正后再批准。")))
    draft.state, draft.approved_by, draft.approved_at = RulebookState.APPROVED, by.staff if by else None, at
    draft.valid_from = rules.in_force_from(valid_from, at) if by else valid_from or at
    draft.save()
    audit.record("rulebook_approved", by=by, at=at, subject="rulebook", subject_id=draft.pk)
    return draft


@transaction.atomic
def withdraw(draft_id: UUID, *, by: Post | None, at: datetime) -> Rulebook:
    """作废: a draft that will not be. Raises Refusal."""
    draft = _open(draft_id, by)
    draft.state = RulebookState.WITHDRAWN
    draft.save(update_fields=["state"])
    audit.record("rulebook_withdrawn", by=by, at=at, subject="rulebook", subject_id=draft.pk)
    return draft


def note_trial(draft_id: UUID, *, of: datetime, at: datetime) -> None:
    """A draft was tried as it stood when it last changed, at `of`; in the caller's transaction."""
    Rulebook.objects.filter(pk=draft_id, state=RulebookState.DRAFT, changed_at=of).update(tried_at=at)


def draft_faults(draft: Rulebook, at: datetime) -> list[str]:
    """What is wrong with a draft as a whole, in sentences: its ladders, with the rungs that it inherits."""
    rungs = queries.effective(Rung, ("tier", "position"), book=draft, at=at)
    return rules.ladder_faults([(rung.tier, rung.position, rung.after) for rung in rungs])


@transaction.atomic
def seed() -> None:
    """The defaults, for the nation, from the pilot's first month on. Safe to run again."""
    _one_at_a_time()
    if Rulebook.objects.filter(division=None, number=1).exists():
        return
    book = Rulebook.objects.create(division=None, number=1, changed_at=SINCE_THE_PILOT)
    for name, rows in defaults.rows().items():
        model = TABLES[name].model
        model._default_manager.bulk_create(model(rulebook=book, **row) for row in rows)
    book.state, book.approved_at, book.valid_from = RulebookState.APPROVED, SINCE_THE_PILOT, SINCE_THE_PILOT
    book.save()


def _held(draft_id: UUID) -> Rulebook:
    draft = Rulebook.objects.select_for_update(of=("self",)).select_related("division").get(pk=draft_id)
    if draft.state != RulebookState.DRAFT:
        raise Refusal(NOT_A_DRAFT)
    return draft


def _open(draft_id: UUID, by: Post | None) -> Rulebook:
    """The draft, locked, if this post may write in it. None is the system."""
    draft = _held(draft_id)
    if by and not queries.may_write(by, draft):
        raise Refusal(OUT_OF_REACH)
    return draft


def _changed(verb: str, draft: Rulebook, table: Table, key: Key, by: Post | None, at: datetime) -> None:
    """What was tried before no longer counts."""
    draft.changed_at, draft.tried_at = at, None
    draft.save(update_fields=["changed_at", "tried_at"])
    audit.record(verb, by=by, at=at, subject="rulebook", subject_id=draft.pk, table=table.name, key=list(key))


def _one_at_a_time() -> None:
    """Two who begin at once: the second finds the first one's draft."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('rulebook'))")
