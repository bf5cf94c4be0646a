"""Who was let in beside the rule, and what was shown: admissions to restricted cases, emergencies, and single values shown."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases import sight
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import Post


class Admission(models.Model):
    """Somebody named to see a restricted case, until they are named no more."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="admissions")
    post = models.ForeignKey(Post, models.PROTECT, related_name="admissions", verbose_name=_("指定可看的人"))
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_admission"
        constraints = [models.UniqueConstraint(fields=["case", "post"], condition=Q(ended_at=None), name="admission_once")]


class Emergency(models.Model):
    """紧急查看: somebody not on a case of tier I opened it for an hour, and why. It waits for a second person's word until `due_at`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="emergencies")
    post = models.ForeignKey(Post, models.PROTECT, related_name="emergencies", verbose_name=_("查看人"))
    why = models.CharField(_("理由"), max_length=16, choices=list(sight.EMERGENCY_WHY.items()))
    words = models.CharField(_("具体情况"), max_length=400)
    at = models.DateTimeField(_("开始"))
    until = models.DateTimeField(_("到"))
    due_at = models.DateTimeField(_("复核期限"))
    missed_at = models.DateTimeField(_("逾期未复核"), null=True)
    reviewed_at = models.DateTimeField(_("复核时间"), null=True)
    reviewed_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", verbose_name=_("复核人"))
    verdict = models.CharField(_("复核结论"), max_length=12, blank=True, choices=list(sight.VERDICTS.items()))

    class Meta:
        db_table = "cases_emergency"
        indexes = [
            models.Index(fields=["post", "until"], name="emergency_open"),
            models.Index(fields=["due_at"], name="emergency_unreviewed", condition=Q(reviewed_at=None, missed_at=None)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("at"), due_at__gt=F("at")), name="emergency_period"),
            models.CheckConstraint(condition=Q(until__lte=F("at") + sight.LASTS), name="emergency_lasts"),
            models.CheckConstraint(condition=GreaterThanOrEqual(Length("words"), sight.ENOUGH_WORDS), name="emergency_words"),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None, verdict="")
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(verdict=""),
                name="emergency_review_is_whole",
            ),
            models.CheckConstraint(condition=~Q(reviewed_by=F("post")), name="emergency_reviewed_by_another"),
        ]


class Reveal(models.Model):
    """One value of one person that was shown to somebody who said why. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="reveals")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    section = models.CharField(_("内容"), max_length=12)
    field = models.CharField(_("项目"), max_length=12)
    of = models.UUIDField()
    why = models.CharField(_("理由"), max_length=12, choices=list(sight.WHY.items()))
    words = models.CharField(_("具体原因"), max_length=200)
    at = models.DateTimeField()

    class Meta:
        db_table = "cases_reveal"
        indexes = [
            models.Index(fields=["case", "-at"], name="reveal_case"),
            models.Index(fields=["post", "at"], name="reveal_post"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="reveal_words")]

    @property
    def what(self) -> str:
        """What was shown, in words."""
        return f"{sight.SECTION_LABELS[self.section]}{sight.FIELD_LABELS[self.field]}"
