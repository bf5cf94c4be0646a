"""When somebody cannot sign in: a new password, told once and good for choosing another; and, by two people, factors set up anew.

Nobody but the person ever sees or chooses a factor's secret, and no password that an administrator knows opens more than one page.
"""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network import factors, queries, rules, sessions
from hutong.hotline.network.actions import must_reach_all_posts
from hutong.hotline.network.models import FactorReset, Post, Staff
from hutong.hotline.network.storing import hold, refuse, save

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
ONESELF = Reason("oneself", gettext_lazy("不能为自己办理。"), gettext_lazy("请由另一位管理员办理。"))
NO_FACTOR = Reason("no_factor", gettext_lazy("此人没有验证方式，不用重置。"), gettext_lazy("忘了密码的，请安全管理员设置密码。"))
ASKED = Reason("asked", gettext_lazy("已有申请等待安全管理员确认。"))
DECIDED = Reason("decided", gettext_lazy("这个申请已有结果。"))
NO_PROOF = Reason("missing", gettext_lazy("请写明怎样核实了是本人，至少 5 个字。"))


@transaction.atomic
def set_password(*, staff: Staff, by: Post | None, at: datetime) -> str:
    """A new password of 12 random characters, told once: for three days it opens the page on which to choose another. Sessions end."""
    hold(staff)
    must_reach_all_posts(by, staff, at)
    if not staff.is_active:
        raise refuse("inactive", _("“%(name)s”已停用。") % {"name": staff.name}, _("给予岗位后再设置密码。"))
    password = "-".join("".join(secrets.choice(LETTERS) for _letter in range(4)) for _group in range(3))
    staff.set_password(password)
    staff.password_until = at + rules.TOLD_HOLDS
    save(staff)
    sessions.end_all(staff, by=by, at=at, why="password")
    audit.record("password_set", by=by, at=at, subject="staff", subject_id=staff.pk)
    return password


@transaction.atomic
def end_sessions(*, staff: Staff, by: Post | None, at: datetime) -> None:
    """End all of a person's sessions, wherever they are."""
    must_reach_all_posts(by, staff, at)
    sessions.end_all(staff, by=by, at=at, why="administrator")


@transaction.atomic
def ask_reset(*, staff: Staff, proof: str, by: Post, at: datetime) -> FactorReset:
    """A system administrator saw who it is, and asks that their factors be set up anew."""
    hold(staff)
    must_reach_all_posts(by, staff, at, keeps="network")
    if by.staff_id == staff.pk:
        raise Refusal(ONESELF)
    if len(proof.strip()) < 5:
        raise Refusal.at("proof", NO_PROOF)
    if not factors.kinds(staff):
        raise Refusal(NO_FACTOR)
    if FactorReset.objects.filter(staff=staff, decided_at=None).exists():
        raise Refusal(ASKED)
    row = FactorReset.objects.create(staff=staff, asked_by=by, asked_at=at, proof=proof.strip()[:200])
    audit.record("factor_reset_asked", by=by, at=at, subject="staff", subject_id=staff.pk)
    return row


@transaction.atomic
def decide_reset(reset_id: UUID, *, agreed: bool, by: Post, at: datetime) -> None:
    """A security administrator, having seen who it is as well, agrees: the factors are forgotten, and every session ends. Or does not."""
    row = FactorReset.objects.select_for_update().select_related("staff").get(pk=reset_id)
    must_reach_all_posts(by, row.staff, at)
    if row.decided_at:
        raise Refusal(DECIDED)
    if by.staff_id in {row.staff_id, row.asked_by.staff_id}:
        raise Refusal(ONESELF)
    row.decided_by, row.decided_at, row.is_agreed = by, at, agreed
    row.save()
    if agreed:
        factors.forget(row.staff)
        sessions.end_all(row.staff, by=by, at=at, why="factors")
    audit.record("factor_reset_agreed" if agreed else "factor_reset_refused", by=by, at=at, subject="staff", subject_id=row.staff_id)


def in_reach(by: Post) -> QuerySet[FactorReset]:
    """The resets that wait for somebody in reach."""
    rows = FactorReset.objects.filter(staff__in=queries.staff_in_reach(by), decided_at=None)
    return rows.select_related("staff", "asked_by__staff")


def waiting(staff: Staff) -> FactorReset | None:
    """The reset of a person that waits for its second person."""
    return FactorReset.objects.filter(staff=staff, decided_at=None).select_related("asked_by__staff").first()
