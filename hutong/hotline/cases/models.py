"""The record of a matter about children: where it stands, who must act by when, and all that happened."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases.rules import STAGE_LABELS
from hutong.hotline.clocks.models import RunningClock
from hutong.hotline.contacts.models import CallBack, Contact
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.search import Bigrams
from hutong.hotline.keys.fields import SealedRow, SealedText
from hutong.hotline.network.models import Division, Office, Post, Staff
from hutong.hotline.people.models import Child, Person
from hutong.hotline.rulebook.models import Category, Tier


class Stage(models.TextChoices):
    INTAKE = "intake", STAGE_LABELS["intake"]
    ASSESSMENT = "assessment", STAGE_LABELS["assessment"]
    DISPATCH = "dispatch", STAGE_LABELS["dispatch"]
    ACCEPTANCE = "acceptance", STAGE_LABELS["acceptance"]
    HANDLING = "handling", STAGE_LABELS["handling"]
    REVIEW = "review", STAGE_LABELS["review"]
    REPLY = "reply", STAGE_LABELS["reply"]
    FOLLOW_UP = "follow_up", STAGE_LABELS["follow_up"]
    CLOSED = "closed", STAGE_LABELS["closed"]


class Phase(models.TextChoices):
    """Where protection stands, beside the loop's stages (State Council 2016 No. 13 and 36)."""

    MONITORING = "monitoring", _("监测预防")
    MANDATORY_REPORT = "mandatory_report", _("强制报告")
    EMERGENCY = "emergency", _("应急处置")
    ASSESSMENT_AND_SUPPORT = "assessment_and_support", _("评估帮扶")
    GUARDIANSHIP_INTERVENTION = "guardianship_intervention", _("监护干预")


class Resolution(models.TextChoices):
    RESOLVED = "resolved", _("已解决")
    ANSWERED = "answered", _("当场答复")
    NOT_A_CASE = "not_a_case", _("非个案")
    MERGED = "merged", _("已合并")


# What is closed says when (`case_open_has_deadline`). Asked so, without a value, a prepared statement can use the indexes of open cases.
OPEN = Q(closed_at=None)
SIGHT = ["id", "seen_by", "worker"]  # what the wall asks of a case: an index that has them answers a count alone


class Case(SealedRow):
    """One matter. At exactly one stage, with one office that must act (`holder`) and one running deadline.

    `lead` is the office that answers for the case; `centre` the hotline centre that took it. `version` counts its
    changes: each is one event with the same number. `touched_at` is when somebody of the holder first did something since
    the case came to it; none yet: nobody has. `seen_by` are the offices on it and above it, kept by the database itself;
    `is_restricted`: of these, only who is named and their heads (`cases.queries.visible_to`). `erased_at`: when its words were erased.
    Changed only through the one door (`cases.door`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(_("个案编号"), max_length=20, unique=True)
    title = models.CharField(_("事由"), max_length=80)
    stage = models.CharField(_("阶段"), max_length=12, choices=Stage)
    tier = models.CharField(_("等级"), max_length=3, choices=Tier)
    category = models.CharField(_("类别"), max_length=24, choices=Category, blank=True)
    phase = models.CharField(_("保护阶段"), max_length=28, choices=Phase, default=Phase.MONITORING)
    plan = models.TextField(_("处置方案"), blank=True, max_length=20_000)
    place = models.ForeignKey(Division, models.PROTECT, null=True, related_name="+", verbose_name=_("儿童所在地"))
    place_text = SealedText(_("详细地点"))
    call_back = models.CharField(_("安全联系方式"), max_length=16, choices=CallBack, default=CallBack.REPORTER_ONLY)

    centre = models.ForeignKey(Office, models.PROTECT, related_name="centre_cases", verbose_name=_("受理中心"))
    lead = models.ForeignKey(Office, models.PROTECT, related_name="lead_cases", verbose_name=_("主办机构"))
    holder = models.ForeignKey(Office, models.PROTECT, related_name="held_cases", verbose_name=_("当前责任机构"))
    worker = models.ForeignKey(Post, models.PROTECT, null=True, related_name="worked_cases", verbose_name=_("经办人"))

    opened_at = models.DateTimeField(_("立案时间"))
    stage_since = models.DateTimeField(_("进入阶段"))
    touched_at = models.DateTimeField(_("交来后首次办理"), null=True)
    deadline = models.OneToOneField("Clock", models.PROTECT, null=True, related_name="deadline_of", verbose_name=_("时限"))
    due_at = models.DateTimeField(_("到期"), null=True)
    missed_at = models.DateTimeField(_("首次逾期"), null=True)

    tier_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", verbose_name=_("定级人"))
    returns = models.PositiveSmallIntegerField(_("退单次数"), default=0)
    is_settled = models.BooleanField(_("上级已裁定"), default=False)
    is_extended = models.BooleanField(_("已延期"), default=False)
    extension_days = models.PositiveSmallIntegerField(_("申请延期工作日"), null=True)
    extension_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    lower_to = models.CharField(_("建议降为"), max_length=3, choices=Tier, blank=True)
    lower_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    reply_tries = models.PositiveSmallIntegerField(_("答复尝试次数"), default=0)
    replied_at = models.DateTimeField(_("已答复"), null=True)
    safe_at = models.DateTimeField(_("确认安全"), null=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True)
    resolution = models.CharField(_("办结方式"), max_length=12, choices=Resolution, blank=True)
    erased_at = models.DateTimeField(_("内容到期删除"), null=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged", verbose_name=_("并入"))
    version = models.PositiveIntegerField(_("版本"), default=0)
    is_restricted = models.BooleanField(_("限制个案"), default=False, db_default=False)
    seen_by = ArrayField(models.UUIDField(), default=list, editable=False)

    class Meta:
        db_table = "cases_case"
        indexes = [
            models.Index(fields=["holder"], name="case_restricted", condition=Q(is_restricted=True), include=["id"]),
            GinIndex(Bigrams("title"), name="case_tokens"),
            models.Index(fields=["holder", "due_at"], name="case_work", condition=OPEN),
            models.Index(fields=["worker", "due_at"], name="case_worker_work", condition=OPEN),
            models.Index(fields=["lead", "due_at"], name="case_lead_work", condition=OPEN),
            models.Index(fields=["centre", "due_at"], name="case_centre_work", condition=OPEN),
            models.Index(fields=["centre", "-opened_at"], name="case_centre_opened"),
            models.Index(fields=["lead"], name="case_extension_asked", condition=Q(extension_days__isnull=False)),
            models.Index(fields=["centre", "missed_at"], name="case_missed", condition=OPEN & Q(missed_at__isnull=False), include=SIGHT),
            models.Index(fields=["centre", "lead"], name="case_counted", condition=OPEN, include=[*SIGHT, "missed_at"]),
            models.Index(fields=["holder", "stage_since"], name="case_untouched", condition=OPEN & Q(touched_at=None), include=SIGHT),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage="closed", deadline=None, due_at=None, closed_at__isnull=False)
                | ~Q(stage="closed") & Q(deadline__isnull=False, due_at__isnull=False, closed_at=None),
                name="case_open_has_deadline",
            ),
            models.CheckConstraint(
                condition=Q(stage="closed") & ~Q(resolution="") | ~Q(stage="closed") & Q(resolution=""), name="case_closed_has_resolution"
            ),
            models.CheckConstraint(
                condition=~Q(resolution="resolved") | Q(replied_at__isnull=False, safe_at__isnull=False),
                name="case_closed_when_answered_and_safe",
            ),
            models.CheckConstraint(
                condition=Q(resolution="merged", merged_into__isnull=False) | ~Q(resolution="merged") & Q(merged_into=None),
                name="case_merged_into",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="case_not_into_itself"),
            models.CheckConstraint(condition=Q(erased_at=None) | Q(stage="closed"), name="case_erased_is_closed"),
            models.CheckConstraint(
                condition=Q(lower_to="", lower_by=None) | ~Q(lower_to="") & Q(lower_by__isnull=False), name="case_lowering_has_proposer"
            ),
            models.CheckConstraint(
                condition=Q(extension_days=None, extension_by=None) | Q(extension_days__range=(1, 10), extension_by__isnull=False),
                name="case_extension_has_asker",
            ),
            models.CheckConstraint(
                condition=~Q(tier__in=["I", "II"]) | Q(is_extended=False, extension_days=None), name="case_no_extension_for_i_and_ii"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Clock(RunningClock):
    """The deadline of a case. Exactly one runs while the case is open; a missed one runs until the stage ends.

    `office` had to act by it: the holder of the case when it started, as the database itself notes. `low_at` is when less
    than a fifth of its time is left.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", editable=False, db_index=False, verbose_name=_("责任机构"))

    class Meta:
        db_table = "clocks_clock"
        indexes = [
            models.Index(fields=["next_alarm_at"], name="clock_alarm", condition=Q(ended_at=None, next_alarm_at__isnull=False)),
            models.Index(fields=["next_rung_at"], name="clock_rung", condition=Q(ended_at=None, next_rung_at__isnull=False)),
            models.Index(fields=["due_at"], name="clock_provisional", condition=Q(ended_at=None, is_provisional=True)),
            models.Index(fields=["case", "started_at"], name="clock_case"),
            models.Index(fields=["low_at"], name="clock_low", condition=Q(ended_at=None, missed_at=None)),
            models.Index(fields=["office", "ended_at"], name="clock_ended", condition=Q(ended_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at=None), name="clock_one_running"),
            models.CheckConstraint(condition=Q(due_at__gte=F("started_at")), name="clock_due_after_start"),
            models.CheckConstraint(condition=~Q(tier__in=["I", "II"]) | Q(unit__in=["minute", "day"]), name="clock_real_time_for_i_and_ii"),
            models.CheckConstraint(condition=Q(replaces=None) | ~Q(why=""), name="clock_replaced_with_why"),
        ]


class PartClock(RunningClock):
    """A limit beside the deadline: what one office must do by when. Ends when it is done, or when the part or the stage ends."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="part_clocks")
    office = models.ForeignKey(Office, models.PROTECT, related_name="part_clocks", verbose_name=_("责任机构"))

    class Meta:
        db_table = "clocks_part_clock"
        indexes = [
            models.Index(fields=["next_alarm_at"], name="part_clock_alarm", condition=Q(ended_at=None, next_alarm_at__isnull=False)),
            models.Index(fields=["due_at"], name="part_clock_provisional", condition=Q(ended_at=None, is_provisional=True)),
            models.Index(fields=["case", "started_at"], name="part_clock_case"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "office", "step"], condition=Q(ended_at=None), name="part_clock_one_running"),
            models.CheckConstraint(condition=Q(due_at__gte=F("started_at")), name="part_clock_due_after_start"),
            models.CheckConstraint(
                condition=~Q(tier__in=["I", "II"]) | Q(unit__in=["minute", "day"]), name="part_clock_real_time_for_i_and_ii"
            ),
            models.CheckConstraint(condition=Q(replaces=None) | ~Q(why=""), name="part_clock_replaced_with_why"),
        ]


class PauseState(models.TextChoices):
    ASKED = "asked", _("待批准")
    GRANTED = "granted", _("已批准")
    REFUSED = "refused", _("不同意")
    ENDED = "ended", _("已结束")


class Pause(models.Model):
    """A span in which a deadline does not run: asked for with a reason, granted by the level above, no longer than the limit allows.

    It lasts from `granted_at` to `ends_at`, which an earlier return to work brings forward; half-open.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="pauses")
    step = models.CharField(_("环节"), max_length=20)
    days = models.PositiveSmallIntegerField(_("申请暂停天数"))
    reason = models.TextField(_("理由"), max_length=20_000)
    state = models.CharField(_("状态"), max_length=8, choices=PauseState, default=PauseState.ASKED)
    asked_by = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    asked_at = models.DateTimeField(_("申请时间"))
    decided_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人"))
    granted_at = models.DateTimeField(_("开始"), null=True)
    ends_at = models.DateTimeField(_("结束"), null=True)

    class Meta:
        db_table = "clocks_pause"
        indexes = [models.Index(fields=["ends_at"], name="pause_lasting", condition=Q(state="granted"))]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(state__in=["asked", "granted"]), name="pause_one_at_a_time"),
            models.CheckConstraint(condition=Q(days__range=(1, 60)), name="pause_days"),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "refused"], granted_at=None, ends_at=None)
                | Q(state__in=["granted", "ended"], decided_by__isnull=False, ends_at__gte=F("granted_at")),
                name="pause_granted_is_a_span",
            ),
            models.CheckConstraint(condition=~Q(decided_by=F("asked_by")), name="pause_decided_by_another"),
        ]


# The events that are counted by day: a beginning, an end, and what went wrong.
COUNTED_EVENTS = Q(stage_before="") | Q(stage_after="closed") | Q(action__in=["return", "reopen", "miss"])


class Event(models.Model):
    """One thing that happened to a case. Append-only; `seq` is the case's version after it.

    `action` is a row of the table in `cases.rules`; `text` is what a person wrote; `detail` what changed, before and after (what
    the case holds sealed, sealed by the case's key); `lead` the office that answered for the case when it happened.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField(_("序号"))
    at = models.DateTimeField(_("时间"))
    action = models.CharField(_("动作"), max_length=30)
    by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", verbose_name=_("经手人"))
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+", verbose_name=_("机构"))
    lead = models.ForeignKey(Office, models.PROTECT, related_name="+", db_index=False, verbose_name=_("当时的主办机构"))
    stage_before = models.CharField(max_length=12, choices=Stage, blank=True)
    stage_after = models.CharField(max_length=12, choices=Stage)
    text = models.TextField(_("内容"), blank=True, max_length=20_000)
    detail = models.JSONField(_("变化"), default=dict)
    xact = models.BigIntegerField(editable=False, default=0)

    class Meta:
        db_table = "cases_event"
        indexes = [
            GinIndex(Bigrams("text"), name="event_tokens"),
            models.Index(fields=["lead", "at"], name="event_counted", condition=COUNTED_EVENTS),
        ]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="event_one_per_version")]


class CaseContact(models.Model):
    """A contact belongs to one case at most."""

    contact = models.OneToOneField(Contact, models.PROTECT, primary_key=True, related_name="link")
    case = models.ForeignKey(Case, models.PROTECT, related_name="contact_links")
    at = models.DateTimeField()

    class Meta:
        db_table = "cases_contact"


class CaseChild(models.Model):
    """Several children in one case; one child in several cases."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="child_links")
    child = models.ForeignKey(Child, models.PROTECT, related_name="case_links")

    class Meta:
        db_table = "cases_child"
        constraints = [models.UniqueConstraint(fields=["case", "child"], name="case_child_once")]


class PartyRole(models.TextChoices):
    GUARDIAN = "guardian", _("监护人")
    SUSPECTED = "suspected", _("被反映人")
    WITNESS = "witness", _("知情人")
    RELATIVE = "relative", _("亲属")
    CARER = "carer", _("照料人")


class Party(models.Model):
    """The role that a person has in a case."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="parties")
    person = models.ForeignKey(Person, models.PROTECT, related_name="parties")
    role = models.CharField(_("角色"), max_length=12, choices=PartyRole)
    relation = models.CharField(_("与儿童关系"), max_length=40, blank=True)

    class Meta:
        db_table = "cases_party"
        constraints = [models.UniqueConstraint(fields=["case", "person", "role"], name="party_once")]


class Recusal(models.Model):
    """An office, or a person, that must never receive the case, because the accused stands near it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="recusals")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="recusals", verbose_name=_("回避机构"))
    staff = models.ForeignKey(Staff, models.PROTECT, null=True, blank=True, related_name="recusals", verbose_name=_("回避人员"))
    reason = models.CharField(_("回避原因"), max_length=200)
    by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "cases_recusal"
        constraints = [
            models.CheckConstraint(
                condition=Q(office__isnull=False, staff=None) | Q(office=None, staff__isnull=False), name="recusal_of_one"
            ),
            models.UniqueConstraint(fields=["case", "office"], condition=Q(office__isnull=False), name="recusal_office_once"),
            models.UniqueConstraint(fields=["case", "staff"], condition=Q(staff__isnull=False), name="recusal_staff_once"),
        ]


class NoticeKind(models.TextChoices):
    HANDED_OVER = "handed_over", _("新交办")
    WARNED = "warned", _("时限预警")
    MISSED = "missed", _("逾期上报")
    REGISTERED_HERE = "registered_here", _("户籍儿童知会")
    ASKED = "asked", _("待审批")
    CLIMBED = "climbed", _("逐级督促")
    ORDERED = "ordered", _("督办")
    TOLD = "told", _("告知")
    UNCONFIRMED = "unconfirmed", _("无人确认")
    EMERGENCY = "emergency", _("紧急查看")


class Notice(models.Model):
    """Something an office is told, in the app; `to` names who of it is meant, where one person is.

    `is_handed_on` is set once it is with the ways out of the app (`notices.timers`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    office = models.ForeignKey(Office, models.PROTECT, related_name="notices")
    case = models.ForeignKey(Case, models.PROTECT, related_name="notices")
    kind = models.CharField(_("类型"), max_length=16, choices=NoticeKind)
    event = models.ForeignKey(Event, models.PROTECT, related_name="notices")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    to = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    is_handed_on = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "cases_notice"
        indexes = [
            models.Index(fields=["office", "-at"], name="notice_unread", condition=Q(read_at=None)),
            models.Index(fields=["office", "at"], name="notice_to_hand_on", condition=Q(is_handed_on=False)),
        ]


class Presence(models.Model):
    """Who has a case open now, and which of its forms. Kept fresh by the page; a row older than 40 seconds is somebody who left."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="presences")
    post = models.ForeignKey(Post, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    doing = models.CharField(max_length=30, blank=True)

    class Meta:
        db_table = "cases_presence"
        constraints = [models.UniqueConstraint(fields=["case", "post"], name="presence_once")]
