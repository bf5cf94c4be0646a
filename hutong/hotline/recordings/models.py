"""Recordings of calls: sealed under a key of their own each, with their gaps, and everybody who listened."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.calls.models import Call
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.keys.models import DataKey
from hutong.hotline.network.models import Post
from hutong.hotline.people.models import LawfulBasis


class Recording(models.Model):
    """One talk of a call, the two sides apart. First two plain files; then kept: one sealed object, under a key of its own.

    `size` and `digest` are those of the sealed object `name`, `audio_digest` that of what is in it; `peaks` is sealed as well.
    `case` follows the call's, as the database itself sees to; `told_at` is when the case's story took up the digest.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="recordings")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="recordings")
    caller_file = models.CharField(max_length=400, blank=True)
    operator_file = models.CharField(max_length=400, blank=True)
    started_at = models.DateTimeField(_("开始"))
    ended_at = models.DateTimeField(_("结束"), null=True)
    lawful_basis = models.CharField(_("处理依据"), max_length=16, choices=LawfulBasis, default=LawfulBasis.STATUTORY_DUTY)
    seconds = models.PositiveIntegerField(_("时长"), default=0)
    kept_at = models.DateTimeField(_("加密保存"), null=True)
    lost_at = models.DateTimeField(_("未能保存"), null=True)
    key = models.OneToOneField(DataKey, models.PROTECT, null=True, related_name="recording")
    name = models.CharField(max_length=80, blank=True)
    size = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    audio_digest = models.CharField(max_length=64, blank=True)
    peaks = models.BinaryField(default=bytes)
    told_at = models.DateTimeField(null=True)
    keep_until = models.DateTimeField(_("保存到"), null=True)
    held_at = models.DateTimeField(_("依法留存"), null=True)
    held_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    held_why = models.CharField(_("留存原因"), max_length=200, blank=True)
    destroyed_at = models.DateTimeField(_("销毁"), null=True)

    class Meta:
        db_table = "recordings_recording"
        indexes = [
            models.Index(fields=["started_at"], name="recording_lying", condition=Q(kept_at=None, lost_at=None)),
            models.Index(
                fields=["kept_at"], name="recording_plain", condition=Q(kept_at__isnull=False) & ~Q(caller_file="", operator_file="")
            ),
            models.Index(fields=["kept_at"], name="recording_untold", condition=Q(kept_at__isnull=False, case__isnull=False, told_at=None)),
            models.Index(fields=["keep_until"], name="recording_due", condition=Q(destroyed_at=None, held_at=None)),
            models.Index(fields=["destroyed_at"], name="recording_unlinked", condition=Q(destroyed_at__isnull=False) & ~Q(name="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kept_at=None, key=None, name="", digest="", audio_digest="", keep_until=None, ended_at=None, told_at=None)
                | Q(kept_at__isnull=False, key__isnull=False, keep_until__isnull=False, ended_at__isnull=False, lost_at=None)
                & ~Q(digest="")
                & ~Q(audio_digest="")
                & (~Q(name="") | Q(destroyed_at__isnull=False)),
                name="recording_kept",
            ),
            models.CheckConstraint(condition=Q(told_at=None) | Q(case__isnull=False), name="recording_told_to_a_case"),
            models.CheckConstraint(
                condition=Q(held_at=None, held_by=None, held_why="") | Q(held_at__isnull=False, held_by__isnull=False) & ~Q(held_why=""),
                name="recording_held_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at=None) | Q(destroyed_at__gte=F("keep_until"), held_at=None, peaks=b""),
                name="recording_destroyed_in_time",
            ),
        ]


class Gap(models.Model):
    """Where a recording was paused, by whom, while somebody read out what must not be kept; silence stands there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recording = models.ForeignKey(Recording, models.PROTECT, related_name="gaps")
    started_at = models.DateTimeField(_("从"))
    ended_at = models.DateTimeField(_("到"), null=True)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("暂停人"))
    why = models.CharField(_("原因"), max_length=200, blank=True)

    class Meta:
        db_table = "recordings_gap"
        constraints = [
            models.UniqueConstraint(fields=["recording"], condition=Q(ended_at=None), name="gap_one_open"),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="gap_period"),
        ]


class PlayPurpose(models.TextChoices):
    CASE = "case", _("办理个案")
    QUALITY = "quality", _("质量检查")
    COMPLAINT = "complaint", _("核实投诉")
    EVIDENCE = "evidence", _("依法提供证据")
    OTHER = "other", _("其他（请写明）")


class Play(models.Model):
    """Somebody listens, for a purpose, until the grant ends. Append-only; however often the player asks for a part, it is one play."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recording = models.ForeignKey(Recording, models.PROTECT, related_name="plays")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("收听人"))
    purpose = models.CharField(_("目的"), max_length=10, choices=PlayPurpose)
    text = models.CharField(_("原因"), max_length=200, blank=True)
    at = models.DateTimeField(_("时间"))
    until = models.DateTimeField(_("有效至"))

    class Meta:
        db_table = "recordings_play"
        indexes = [models.Index(fields=["recording", "-at"], name="play_recording")]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="play_period"),
            models.CheckConstraint(condition=~Q(purpose="other") | ~Q(text=""), name="play_other_says_why"),
        ]
