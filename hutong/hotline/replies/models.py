"""The centre's answers to the reporter, and the asking afterwards."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import Office, Post


class ReplyOutcome(models.TextChoices):
    ANSWERED = "answered", _("已答复")
    NOT_WANTED = "not_wanted", _("报告人不需要答复")
    NOT_REACHED = "not_reached", _("未联系上")


class Answered(models.TextChoices):
    """The outcomes that end the stage: the loop goes on to the follow-up."""

    ANSWERED = ReplyOutcome.ANSWERED.value, ReplyOutcome.ANSWERED.label
    NOT_WANTED = ReplyOutcome.NOT_WANTED.value, ReplyOutcome.NOT_WANTED.label


class Reply(models.Model):
    """One try to answer the reporter."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="replies")
    outcome = models.CharField(_("结果"), max_length=12, choices=ReplyOutcome)
    text = models.TextField(_("答复内容"), blank=True, max_length=20_000)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "replies_reply"


class Satisfaction(models.TextChoices):
    SATISFIED = "satisfied", _("满意")
    MOSTLY = "mostly", _("基本满意")
    DISSATISFIED = "dissatisfied", _("不满意")
    NOT_ASKED = "not_asked", _("未询问")


class FollowUp(models.Model):
    """One look back: is the child safe, is the matter solved, was the reporter satisfied with what `lead` did, and how we know."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="follow_ups")
    is_safe = models.BooleanField(_("儿童安全"))
    is_solved = models.BooleanField(_("问题解决"))
    satisfaction = models.CharField(_("满意度"), max_length=12, choices=Satisfaction, default=Satisfaction.NOT_ASKED)
    assessment = models.TextField(_("安全评估"), max_length=20_000)
    lead = models.ForeignKey(Office, models.PROTECT, related_name="+", db_index=False, verbose_name=_("主办机构"))
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "replies_follow_up"
        indexes = [models.Index(fields=["at"], name="follow_up_time")]
