"""Trials of drafts: what would have been, had a draft held."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import Post
from hutong.hotline.rulebook.models import Rulebook


class TrialState(models.TextChoices):
    WAITING = "waiting", _("等待")
    RUNNING = "running", _("试算中")
    DONE = "done", _("完成")
    FAILED = "failed", _("未能完成")


class RulebookTrial(models.Model):
    """The cases opened in the last `days` days before `asked_at`, replayed against a draft as it stood at `of`.

    Done in portions by whichever worker comes, in the order of the cases' ids: `after` is the last one done, `result` the sums so far.
    A portion and its sums are one transaction, so that a trial goes on where it stood, whoever was killed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rulebook = models.ForeignKey(Rulebook, models.PROTECT, related_name="trials")
    days = models.PositiveSmallIntegerField(_("天数"))
    state = models.CharField(_("状态"), max_length=8, choices=TrialState, default=TrialState.WAITING)
    of = models.DateTimeField()
    after = models.UUIDField(null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField()
    result = models.JSONField(default=dict)
    asked_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rulebook_trial"
        indexes = [models.Index(fields=["asked_at"], name="trial_to_do", condition=Q(done_at=None))]
        constraints = [
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="trial_done_of_total"),
            models.CheckConstraint(
                condition=Q(state__in=["done", "failed"], done_at__isnull=False) | Q(state__in=["waiting", "running"], done_at=None),
                name="trial_done_at",
            ),
        ]
