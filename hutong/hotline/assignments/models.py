"""The parts of a case that are given to offices, and the moves of a case from one office to another."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import Office, Post


class Kind(models.TextChoices):
    LEAD = "lead", _("主办")
    ASSIST = "assist", _("协办")
    REFERRAL = "referral", _("转介")
    CONSULTATION = "consultation", _("会商")


class State(models.TextChoices):
    OFFERED = "offered", _("待签收")
    ACCEPTED = "accepted", _("办理中")
    DONE = "done", _("已办结")
    RETURNED = "returned", _("已退回")
    WITHDRAWN = "withdrawn", _("已收回")


class ChildState(models.TextChoices):
    """How the child is, as the office that acted found it."""

    SAFE = "safe", _("安全")
    WATCHED = "watched", _("暂时安全，需继续关注")
    MOVED = "moved", _("已转移安置")
    UNSAFE = "unsafe", _("仍有危险")
    NOT_SEEN = "not_seen", _("没有见到孩子")


LIVE = (State.OFFERED, State.ACCEPTED)


class Assignment(models.Model):
    """One part of a case given to one office. Live while offered or accepted; at most one live lead per case."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="assignments")
    office = models.ForeignKey(Office, models.PROTECT, related_name="assignments", verbose_name=_("承办机构"))
    kind = models.CharField(_("类型"), max_length=12, choices=Kind)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.OFFERED)
    request = models.TextField(_("交办要求"), blank=True, max_length=20_000)
    report = models.TextField(_("办理情况"), blank=True, max_length=20_000)
    child_state = models.CharField(_("儿童现状"), max_length=8, choices=ChildState, blank=True)
    given_by = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("交办人"))
    given_at = models.DateTimeField(_("交办时间"))
    accepted_at = models.DateTimeField(_("签收时间"), null=True)
    worker = models.ForeignKey(Post, models.PROTECT, null=True, related_name="assignments", verbose_name=_("经办人"))
    ended_at = models.DateTimeField(_("结束时间"), null=True)

    class Meta:
        db_table = "assignments_assignment"
        indexes = [models.Index(fields=["office", "given_at"], name="assignment_live", condition=Q(state__in=["offered", "accepted"]))]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(kind="lead", state__in=["offered", "accepted"]), name="assignment_one_lead"
            ),
            models.UniqueConstraint(
                fields=["case", "office"], condition=Q(state__in=["offered", "accepted"]), name="assignment_one_part_per_office"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["offered", "accepted"], ended_at=None)
                | ~Q(state__in=["offered", "accepted"]) & Q(ended_at__isnull=False),
                name="assignment_ended",
            ),
            models.CheckConstraint(condition=~Q(state="accepted") | Q(accepted_at__isnull=False), name="assignment_accepted"),
        ]


class TransferState(models.TextChoices):
    PROPOSED = "proposed", _("待裁定")
    SETTLED = "settled", _("待接收")
    ACCEPTED = "accepted", _("已接收")
    REFUSED = "refused", _("不同意")
    DECLINED = "declined", _("未接收")
    WITHDRAWN = "withdrawn", _("已撤回")


class Transfer(models.Model):
    """A move to another county (the centre decides) or prefecture (the province settles).

    The sender stays responsible until the receiver accepts.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="transfers")
    sender = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("移送方"))
    receiver = models.ForeignKey(Office, models.PROTECT, related_name="transfers_in", verbose_name=_("接收方"))
    decider = models.ForeignKey(Office, models.PROTECT, related_name="transfers_to_settle", verbose_name=_("裁定方"))
    state = models.CharField(_("状态"), max_length=10, choices=TransferState, default=TransferState.PROPOSED)
    reason = models.TextField(_("理由"), max_length=20_000)
    proposed_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "assignments_transfer"
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(state__in=["proposed", "settled"]), name="transfer_one_open"),
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="transfer_elsewhere"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "settled"], ended_at=None)
                | ~Q(state__in=["proposed", "settled"]) & Q(ended_at__isnull=False),
                name="transfer_ended",
            ),
        ]
