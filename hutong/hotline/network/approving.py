"""Who may look at minors' data: named managers approve posts, each for a purpose and a year at the most, and somebody names them.

《未成年人网络保护条例》第三十六条: 工作人员访问未成年人个人信息的，应当经过相关负责人或者其授权的管理人员审批，记录访问情况，
并采取技术措施，避免违法处理未成年人个人信息。
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel import texts
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network import queries, rules
from hutong.hotline.network.models import Approval, Charge, Office, Post

LONGEST = timedelta(days=366)
SOON = timedelta(days=30)  # 30 days before its end, an approval stands at the top of the list
NOT_APPROVED = Reason(
    "not_approved",
    _("您的岗位还没有获准查看未成年人资料，或批准已到期。"),
    _("请找本机构或上级机构的数据负责人批准；指名交给您的个案不受影响。"),
)
NOT_IN_CHARGE = Reason("not_in_charge", _("只有本机构或上级机构的数据负责人可以批准。"))
ONESELF = Reason("approve_oneself", _("不能批准自己。"), _("请由上级机构的数据负责人批准。"))
READS_NOTHING = Reason("approve_administrator", _("系统管理员、安全管理员和审计员不看个案，不能获准，也不能当数据负责人。"))
NO_PURPOSE = Reason("approval_purpose", _("请写明用途。"))
NO_REASON = Reason("approval_why", _("请写明为什么提前结束。"))
TOO_LONG = Reason("approval_too_long", _("批准的期限从今天起，最长一年。"), _("到期前可以续期。"))
OVER = Reason("approval_over", _("这项批准已经结束。"))
IN_CHARGE_ALREADY = Reason("in_charge_already", _("此人已是该机构的数据负责人。"))
NOT_IN_REACH = Reason("charge_reach", _("只有管理该机构岗位的安全管理员可以指定数据负责人。"))
NOT_OF_THE_OFFICE = Reason("charge_elsewhere", _("数据负责人须是本机构在任的岗位。"))


# --- questions


def in_charge_of(post: Post) -> QuerySet[Charge]:
    """What somebody answers for."""
    return Charge.objects.filter(post=post, ended_at=None).select_related("office")


def reach(post: Post) -> QuerySet[Post]:
    """The posts that somebody may approve: those that read cases, in the offices that they answer for and below, but their own."""
    offices = Q(pk__in=())
    for charge in in_charge_of(post):
        offices |= Q(office__in=queries.at_or_below(charge.office))
    return Post.objects.filter(offices).exclude(staff=post.staff_id).exclude(role__in=rules.THREE)


def listed(post: Post, *, on: date) -> QuerySet[Any]:
    """Those of `reach` who hold their post now, each with `until`, the end of what runs, or that they answer for others themselves
    (`is_in_charge`); who has nothing first, then whose approval ends soonest."""
    runs = Q(approvals__ended_at=None, approvals__valid_to__gt=on, approvals__valid_from__lte=on)
    rows = reach(post).filter(queries.stands(on), staff__is_active=True).select_related("staff", "office")
    answers = Exists(Charge.objects.filter(post=OuterRef("pk"), ended_at=None))
    told = rows.annotate(until=Max("approvals__valid_to", filter=runs), is_in_charge=answers)
    return told.order_by("is_in_charge", F("until").asc(nulls_first=True), "office__code", "pk")


def named(posts: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those of them whose name, or whose office's, holds a text."""
    return posts.filter(Q(staff__name__contains=text) | Q(office__name__contains=text)) if text else posts


def counts(posts: QuerySet[Any], *, on: date) -> dict[str, int]:
    """How many of `listed` have no approval, and how many have one that ends soon. Two queries."""
    return {"without": posts.filter(until=None, is_in_charge=False).count(), "soon_count": posts.filter(until__lte=on + SOON).count()}


def approvals_of(posts: Any) -> QuerySet[Approval]:
    """What was ever approved of these posts (their ids), the latest first."""
    return Approval.objects.filter(post__in=posts).select_related("post__staff", "post__office", "by__staff").order_by("-at")


def whom_to_ask(post: Post) -> list[Post]:
    """Who may approve a post: those in charge of its office, or of the nearest office above that has somebody."""
    for office in (post.office, *queries.above(post.office)):
        found = [charge.post for charge in charges_of(office) if charge.post.staff_id != post.staff_id]
        if found:
            return found
    return []


def charges_of(office: Office) -> QuerySet[Charge]:
    """Who answers for an office now."""
    return Charge.objects.filter(office=office, ended_at=None).select_related("post__staff", "post__office", "by__staff").order_by("at")


def charges_in_reach(by: Post) -> QuerySet[Charge]:
    """Who answers for the offices that a security officer keeps the posts of."""
    rows = Charge.objects.filter(ended_at=None, office__in=queries.at_or_below(by.office))
    return rows.select_related("post__staff", "post__office", "office")


# --- deeds


@transaction.atomic
def approve(post: Post, *, purpose: str, until: date, by: Post, at: datetime) -> Approval:
    """Let a post look at minors' data from today until before a day; also how an approval is extended. Raises Refusal."""
    today = timezone.localdate(at)
    _must_answer_for(by, post)
    purpose = texts.needed(purpose, NO_PURPOSE, field="purpose", limit=200)
    if not today < until <= today + LONGEST:
        raise Refusal.at("until", TOO_LONG)
    made = Approval.objects.create(post=post, purpose=purpose, valid_from=today, valid_to=until, by=by, at=at)
    audit.record("access_approved", by=by, at=at, subject="post", subject_id=post.pk, until=until.isoformat())
    return made


@transaction.atomic
def end(approval: Approval, *, why: str, by: Post, at: datetime) -> None:
    """Take an approval back: from now on the post reaches no case but those given to it by name. Raises Refusal."""
    _must_answer_for(by, approval.post)
    why = texts.needed(why, NO_REASON, field="why", limit=200)
    ended = Approval.objects.filter(pk=approval.pk, ended_at=None).update(ended_at=at, ended_by=by, ended_why=why)
    if not ended:
        raise Refusal(OVER)
    audit.record("access_ended", by=by, at=at, subject="post", subject_id=approval.post_id)


def _must_answer_for(by: Post, post: Post) -> None:
    if by.staff_id == post.staff_id:
        raise Refusal(ONESELF)
    if post.role in rules.THREE:
        raise Refusal(READS_NOTHING)
    if not reach(by).filter(pk=post.pk).exists():
        raise Refusal(NOT_IN_CHARGE)


@transaction.atomic
def put_in_charge(post: Post, *, by: Post | None, at: datetime) -> Charge:
    """Name who answers for an office; the security officer does. Raises Refusal."""
    if post.role in rules.THREE:
        raise Refusal(READS_NOTHING)
    if by and by.staff_id == post.staff_id:
        raise Refusal(ONESELF)
    _must_keep_rights(by, post)
    today = timezone.localdate(at)
    if post.valid_from > today or (post.valid_to and post.valid_to <= today):
        raise Refusal(NOT_OF_THE_OFFICE)
    if Charge.objects.filter(office=post.office_id, post=post, ended_at=None).exists():
        raise Refusal(IN_CHARGE_ALREADY)
    made = Charge.objects.create(office=post.office, post=post, by=by, at=at)
    audit.record("put_in_charge", by=by, at=at, subject="post", subject_id=post.pk)
    return made


@transaction.atomic
def end_charge(charge: Charge, *, by: Post | None, at: datetime) -> None:
    """Somebody answers for an office no more. What they approved runs on to its end. Raises Refusal."""
    _must_keep_rights(by, charge.post)
    if not Charge.objects.filter(pk=charge.pk, ended_at=None).update(ended_at=at, ended_by=by):
        raise Refusal(OVER)
    audit.record("charge_ended", by=by, at=at, subject="post", subject_id=charge.post_id)


def _must_keep_rights(by: Post | None, post: Post) -> None:
    """Who names is the security officer at or above the office (`rules.KEEPS`); nobody, where the command line does."""
    if by and (by.role != rules.KEEPS["rights"] or not queries.posts_in_reach(by).filter(pk=post.pk).exists()):
        raise Refusal(NOT_IN_REACH)
