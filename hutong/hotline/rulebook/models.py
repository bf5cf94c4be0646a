"""The rulebook's tables. Each row is data that a division overrides; none is a constant in code.

A rulebook is one version for one division. Its rows are changed while it is a draft and never afterwards.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import Department, Division, OfficeKind, Staff
from hutong.hotline.rulebook.rules import STEP_LABELS


class Tier(models.TextChoices):
    I = "I", _("特急")  # noqa: E741 the field's own name for the highest tier
    II = "II", _("紧急")
    III = "III", _("一般")
    IV = "IV", _("咨询服务")


class Category(models.TextChoices):
    POLICY_CONSULTATION = "policy_consultation", _("政策法规咨询")
    RIGHTS_VIOLATION = "rights_violation", _("侵害未成年人权益案件线索")
    PSYCHOLOGICAL_SUPPORT = "psychological_support", _("心理疏导情绪抚慰")
    REFERRAL_SERVICE = "referral_service", _("帮扶转介")
    HARDSHIP = "hardship", _("生活困难求助")
    OTHER_CIVIL_AFFAIRS = "other_civil_affairs", _("其他民政职责")


class ChildStatus(models.TextChoices):
    ORPHAN = "orphan", _("孤儿")
    DE_FACTO_UNATTENDED = "de_facto_unattended", _("事实无人抚养儿童")
    LEFT_BEHIND = "left_behind", _("农村留守儿童")
    MIGRANT = "migrant", _("流动儿童")
    DIFFICULTY_SELF = "difficulty_self", _("困境儿童（自身）")
    DIFFICULTY_FAMILY = "difficulty_family", _("困境儿童（家庭）")
    DIFFICULTY_GUARDIANSHIP = "difficulty_guardianship", _("困境儿童（监护）")
    STRAY = "stray", _("流浪未成年人")
    DISABLED = "disabled", _("残疾")
    SERIOUSLY_ILL = "seriously_ill", _("重病")
    PARENT_IN_CUSTODY = "parent_in_custody", _("服刑在押人员子女")
    ORDINARY = "ordinary", _("普通儿童")


class Unit(models.TextChoices):
    """`minute` and `day` run day and night; `working_minute` and `working_day` in working time only."""

    MINUTE = "minute", _("分钟")
    DAY = "day", _("自然日")
    WORKING_MINUTE = "working_minute", _("工作分钟")
    WORKING_DAY = "working_day", _("工作日")


class PartKind(models.TextChoices):
    """Which kind of assignment a limit is for."""

    ASSIST = "assist", _("协办")
    REFERRAL = "referral", _("转介")
    CONSULTATION = "consultation", _("会商")


class Told(models.TextChoices):
    """Who hears of a case of a tier at once."""

    POLICE = "police", _("公安110")
    AMBULANCE = "ambulance", _("急救120")
    SHIFT_LEAD = "shift_lead", _("中心值班长")
    COUNTY = "county", _("县级民政部门")
    PROVINCE = "province", _("省级民政部门")


class Target(models.TextChoices):
    """To whom a missed limit climbs."""

    WORKER_HEAD = "worker_head", _("经办机构负责人")
    SHIFT_LEAD = "shift_lead", _("中心值班长")
    COUNTY_HEAD = "county_head", _("县级民政部门负责人")
    PREFECTURE_HEAD = "prefecture_head", _("热线中心负责人")
    PROVINCE = "province", _("省级")


class Kept(models.TextChoices):
    """What is destroyed when the time for which it must be kept is over."""

    RECORDING = "recording", _("通话录音")


class NoticeWay(models.TextChoices):
    APP = "app", _("站内通知")
    URGENT = "urgent", _("紧急通知（须确认）")


# The office of the place that a matter goes to: of a kind, or of a department.
OF_A_KIND = (
    OfficeKind.COUNTY_BUREAU, OfficeKind.HOTLINE_CENTRE, OfficeKind.TOWNSHIP, OfficeKind.SHELTER, OfficeKind.SOCIAL_ORGANISATION,
)  # fmt: skip
RECEIVERS = {kind.value: kind.label for kind in OF_A_KIND} | dict(Department.choices)


class RulebookState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    APPROVED = "approved", _("已批准")
    WITHDRAWN = "withdrawn", _("已作废")


class Rulebook(models.Model):
    """One version of a division's tables (`division` empty: the nation's), in force from `valid_from` once it is approved.

    `changed_at` is when a row last changed, `tried_at` when it was tried as it stands. The system's own has no writer.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="rulebooks", verbose_name=_("适用区划"))
    number = models.PositiveIntegerField(_("版本"))
    state = models.CharField(_("状态"), max_length=10, choices=RulebookState, default=RulebookState.DRAFT)
    changed_at = models.DateTimeField(_("最近修改"))
    tried_at = models.DateTimeField(_("试算"), null=True)
    written_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", verbose_name=_("起草人"))
    approved_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人"))
    approved_at = models.DateTimeField(_("批准时间"), null=True)
    valid_from = models.DateTimeField(_("生效时间"), null=True)

    class Meta:
        db_table = "rulebook_rulebook"
        constraints = [
            models.UniqueConstraint(fields=["division", "number"], name="rulebook_number", nulls_distinct=False),
            models.UniqueConstraint(fields=["division"], condition=Q(state="draft"), name="rulebook_one_draft", nulls_distinct=False),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_at__isnull=False, valid_from__gte=F("approved_at")) | Q(written_by=None),
                name="rulebook_never_in_force_before",
            ),
            models.CheckConstraint(condition=~Q(state="approved") | Q(valid_from__isnull=False), name="rulebook_in_force_from"),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(written_by=None, approved_by=None)
                | Q(written_by__isnull=False, approved_by__isnull=False, tried_at__isnull=False) & ~Q(approved_by=F("written_by")),
                name="rulebook_approved_by_another",
            ),
        ]


class Row(models.Model):
    """What every row carries. `basis` says where it comes from."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rulebook = models.ForeignKey(Rulebook, models.PROTECT, related_name="+")
    basis = models.CharField(_("依据"), max_length=200)

    class Meta:
        abstract = True


class TierRule(Row):
    """What a tier sets off: who is told at once, who must act, what the first hour looks like."""

    tier = models.CharField(_("等级"), max_length=3, choices=Tier)
    told = models.JSONField(_("立即告知"), default=list)
    acts = models.CharField(_("谁必须行动"), max_length=200)
    first_hour = models.TextField(_("第一个小时"))

    class Meta:
        db_table = "rulebook_tier"
        constraints = [models.UniqueConstraint(fields=["rulebook", "tier"], name="tier_rule_once")]


class Limit(Row):
    """How long one step may take: tier × step (× kind of assignment) → amount and unit.

    `ends_on_workday`: natural days that end on a day off run on to the next working day. `pause_days`: how long it may be paused in all.
    """

    tier = models.CharField(_("等级"), max_length=3, choices=Tier)
    step = models.CharField(_("环节"), max_length=20, choices=STEP_LABELS)
    kind = models.CharField(_("办件种类"), max_length=12, choices=PartKind, blank=True)
    amount = models.PositiveIntegerField(_("时限"))
    unit = models.CharField(_("单位"), max_length=15, choices=Unit)
    warn_at = models.JSONField(_("预警百分比"), default=list)
    ends_on_workday = models.BooleanField(default=False, db_default=False)
    pause_days = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "rulebook_limit"
        constraints = [
            models.UniqueConstraint(fields=["rulebook", "tier", "step", "kind"], name="limit_once"),
            models.CheckConstraint(condition=~Q(tier__in=["I", "II"]) | Q(unit__in=["minute", "day"]), name="limit_real_time_for_i_and_ii"),
            models.CheckConstraint(
                condition=Q(ends_on_workday=False) | Q(unit="day") & ~Q(tier__in=["I", "II"]), name="limit_extends_natural_days_only"
            ),
            models.CheckConstraint(condition=~Q(tier="I") | Q(pause_days=0), name="limit_tier_i_never_pauses"),
        ]


class Route(Row):
    """Where a matter goes: category × harm (empty: any other) × the child's status (empty: any) → lead and referred offices."""

    category = models.CharField(_("类别"), max_length=24, choices=Category)
    harm = models.CharField(_("情形"), max_length=40, blank=True)
    status = models.CharField(_("儿童类别"), max_length=24, choices=ChildStatus, blank=True)
    lead = models.CharField(_("主办"), max_length=20, choices=RECEIVERS)
    referred = models.JSONField(_("转介"), default=list)

    class Meta:
        db_table = "rulebook_route"
        constraints = [models.UniqueConstraint(fields=["rulebook", "category", "harm", "status"], name="route_once")]


class Rung(Row):
    """One rung of the ladder that a missed limit climbs: so long after the miss, this level is told and must do this."""

    tier = models.CharField(_("等级"), max_length=3, choices=Tier)
    position = models.PositiveSmallIntegerField(_("步序"))
    after = models.PositiveIntegerField(_("逾期后分钟"))
    target = models.CharField(_("上报到"), max_length=16, choices=Target)
    notice = models.CharField(_("通知方式"), max_length=8, choices=NoticeWay)
    orders = models.BooleanField(_("自动督办"), default=False)
    next_step = models.CharField(_("这一级要做什么"), max_length=200)

    class Meta:
        db_table = "rulebook_rung"
        constraints = [
            models.UniqueConstraint(fields=["rulebook", "tier", "position"], name="rung_once"),
            models.CheckConstraint(condition=Q(position__range=(1, 9)), name="rung_position"),
        ]


class Question(Row):
    """What to ask next on the telephone; `category` empty: first, whatever it is about."""

    category = models.CharField(_("类别"), max_length=24, choices=Category, blank=True)
    position = models.PositiveSmallIntegerField(_("序号"))
    text = models.CharField(_("问题"), max_length=200)

    class Meta:
        db_table = "rulebook_question"
        constraints = [models.UniqueConstraint(fields=["rulebook", "category", "position"], name="question_once")]


class Retention(Row):
    """保存期限: for how many months something is kept; then it is destroyed, unless the law needs it longer."""

    what = models.CharField(_("保存什么"), max_length=16, choices=Kept)
    months = models.PositiveSmallIntegerField(_("保存几个月"))

    class Meta:
        db_table = "rulebook_retention"
        constraints = [
            models.UniqueConstraint(fields=["rulebook", "what"], name="retention_once"),
            models.CheckConstraint(condition=Q(months__range=(1, 600)), name="retention_months"),
        ]
