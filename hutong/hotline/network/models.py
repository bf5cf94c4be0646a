"""Divisions, offices, staff and posts: who there is, where, and until when.

`valid_to` is the first day on which a thing no longer stands: a successor's `valid_from` is the same day.
"""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.rules import THREE


class Level(models.TextChoices):
    PROVINCE = "province", _("省级")
    PREFECTURE = "prefecture", _("地市级")
    COUNTY = "county", _("县级")
    TOWNSHIP = "township", _("乡级")
    VILLAGE = "village", _("村级")


class Division(models.Model):
    """An administrative division. `code` has 2, 4, 6, 9 or 12 digits (GB/T 2260; statistics bureau).

    `is_placeholder` marks the rows that exist only in the code system: 市辖区 and 县 below the four
    municipalities, 省直辖县级行政区划 and its like (4190, 4290, 4690, 6590), a city that is written
    once more as its own county (441900).
    """

    code = models.CharField(_("代码"), primary_key=True, max_length=12)
    name = models.CharField(_("名称"), max_length=60)
    full_name = models.CharField(_("全称"), max_length=160)
    level = models.CharField(_("级别"), max_length=10, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", verbose_name=_("上级"))
    is_placeholder = models.BooleanField(_("仅为代码"), default=False)
    valid_from = models.DateField(_("启用日期"))
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name=_("继任区划"))

    class Meta:
        db_table = "network_division"
        indexes = [models.Index(fields=["name"], name="division_name", opclasses=["varchar_pattern_ops"])]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?$"), name="division_code"),
            models.CheckConstraint(
                condition=Q(level="province", parent=None) | Q(parent__isnull=False) & ~Q(level="province"), name="division_parent"
            ),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="division_period"),
            models.CheckConstraint(condition=Q(successor=None) | Q(valid_to__isnull=False), name="division_successor_of_ended"),
        ]

    def __str__(self) -> str:
        return self.full_name


class OfficeKind(models.TextChoices):
    MINISTRY = "ministry", _("部级")
    PROVINCE_BUREAU = "province_bureau", _("省级民政部门")
    HOTLINE_CENTRE = "hotline_centre", _("热线中心")
    COUNTY_BUREAU = "county_bureau", _("县级民政部门")
    TOWNSHIP = "township", _("乡镇街道")
    VILLAGE = "village", _("村居委员会")
    DEPARTMENT = "department", _("部门")
    SHELTER = "shelter", _("救助保护机构")
    SOCIAL_ORGANISATION = "social_organisation", _("社会组织")


class Department(models.TextChoices):
    POLICE = "police", _("公安")
    PROCURATORATE = "procuratorate", _("检察院")
    COURT = "court", _("法院")
    JUSTICE = "justice", _("司法")
    EDUCATION = "education", _("教育")
    HEALTH = "health", _("卫生健康")
    DISABLED_FEDERATION = "disabled_federation", _("残联")
    WOMEN_FEDERATION = "women_federation", _("妇联")
    YOUTH_LEAGUE = "youth_league", _("共青团")
    HUMAN_RESOURCES = "human_resources", _("人力资源社会保障")
    MEDICAL_INSURANCE = "medical_insurance", _("医疗保障")
    CYBERSPACE = "cyberspace", _("网信")
    MARKET_REGULATION = "market_regulation", _("市场监管")


class Office(models.Model):
    """Any body that can hold work. `parent` is the level above: whom a missed limit is told to.

    `is_outsourced`: it works by contract, as a social organisation always does; set for good by its first `Contract`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(_("机构代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("类型"), max_length=20, choices=OfficeKind)
    department = models.CharField(_("部门"), max_length=20, choices=Department, blank=True)
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="offices", verbose_name=_("行政区划"))
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级机构"))
    phone = models.CharField(_("值班电话"), max_length=20, blank=True)
    is_outsourced = models.BooleanField(_("购买服务或委托"), default=False, db_default=False, editable=False)
    valid_from = models.DateField(_("启用日期"))
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta:
        db_table = "network_office"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="department") & ~Q(department="") | ~Q(kind="department") & Q(department=""), name="office_department"
            ),
            models.CheckConstraint(
                condition=Q(kind="ministry", division=None) | ~Q(kind="ministry") & Q(division__isnull=False), name="office_division"
            ),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="office_period"),
            models.UniqueConstraint(
                fields=["division", "kind"],
                condition=Q(valid_to=None, kind__in=["province_bureau", "hotline_centre", "county_bureau"]),
                name="office_one_of_kind",
            ),
            models.UniqueConstraint(
                fields=["division", "department"], condition=Q(valid_to=None, kind="department"), name="office_one_department"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Contract(models.Model):
    """政府购买服务或委托: by what an outsourced office works: for whose cases, from when until before when, with which fields of them.

    `orderer` is who ordered it: a centre, for its own cases, or a province or the ministry, for those of the centres below.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    office = models.ForeignKey(Office, models.PROTECT, related_name="contracts")
    orderer = models.ForeignKey(Office, models.PROTECT, related_name="contracts_ordered", verbose_name=_("委托方"))
    name = models.CharField(_("合同名称或编号"), max_length=80)
    given = ArrayField(models.CharField(max_length=40), verbose_name=_("可见内容"))
    valid_from = models.DateField(_("合同起"))
    valid_to = models.DateField(_("合同止"))

    class Meta:
        db_table = "network_contract"
        indexes = [models.Index(fields=["office", "valid_to"], name="contract_office")]
        constraints = [models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="contract_period")]


class Staff(AbstractBaseUser):
    """A person with a sign-in. What they may do comes from their posts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(_("登录名"), max_length=40, unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    language = models.CharField(_("界面语言"), max_length=10, default="zh-hans", choices=[("zh-hans", "中文"), ("en", "English")])
    is_active = models.BooleanField(_("在职"), default=True)
    password_until = models.DateTimeField(null=True, blank=True)  # of one that somebody else was told: to choose another with, once

    objects = BaseUserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        db_table = "network_staff"

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OPERATOR = "operator", _("接线员")
    SHIFT_LEAD = "shift_lead", _("值班长")
    COORDINATOR = "coordinator", _("协调员")
    CASE_WORKER = "case_worker", _("个案专员")
    LIAISON = "liaison", _("部门联络员")
    INSPECTOR = "inspector", _("质检员")
    SUPERVISOR = "supervisor", _("督导员")
    EXPERT = "expert", _("专家")
    VOLUNTEER = "volunteer", _("志愿者")
    CHILD_DIRECTOR = "child_director", _("儿童主任")
    ADMINISTRATOR = "administrator", _("管理员")
    SECURITY_OFFICER = "security_officer", _("安全管理员")
    AUDITOR = "auditor", _("审计员")


class Post(models.Model):
    """A staff member's role in one office, for a time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="posts", verbose_name=_("工作人员"))
    office = models.ForeignKey(Office, models.PROTECT, related_name="posts", verbose_name=_("机构"))
    role = models.CharField(_("岗位"), max_length=20, choices=Role)
    valid_from = models.DateField(_("任职日期"))
    valid_to = models.DateField(_("离任日期"), null=True, blank=True)

    class Meta:
        db_table = "network_post"
        constraints = [
            models.UniqueConstraint(fields=["staff", "office", "role"], condition=Q(valid_to=None), name="post_once"),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="post_period"),
        ]

    def __str__(self) -> str:
        return f"{self.staff.name} · {self.office.name} · {self.get_role_display()}"

    @property
    def reads_cases(self) -> bool:
        """Whether it is none of the three administrators' (三员分立)."""
        return self.role not in THREE


class Seen(models.Model):
    """When the person in a post last did something on a page, to the minute: who is at work now."""

    post = models.OneToOneField(Post, models.CASCADE, primary_key=True, related_name="seen")
    at = models.DateTimeField()

    class Meta:
        db_table = "network_seen"


class ApiToken(models.Model):
    """A key of an office's own software. It acts as `post`; only its SHA-256 is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("用途"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "network_api_token"


class Charge(models.Model):
    """负责人: the person in a post answers for who in an office, and below it, may look at minors' data; named by somebody else.

    Whoever answers for others is approved by that naming.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    office = models.ForeignKey(Office, models.PROTECT, related_name="charges", verbose_name=_("机构"))
    post = models.ForeignKey(Post, models.PROTECT, related_name="charges", verbose_name=_("负责人"))
    by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", verbose_name=_("指定人"))
    at = models.DateTimeField(_("指定时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    ended_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "network_charge"
        constraints = [models.UniqueConstraint(fields=["office", "post"], condition=Q(ended_at=None), name="charge_once")]


# It runs, or somebody ended it and said why.
ENDED_BY_SOMEBODY = Q(ended_at=None, ended_by=None, ended_why="") | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_why="")


class Approval(models.Model):
    """批准: a post may look at minors' data, for a purpose, from one day until before another, a year at the most.

    《未成年人网络保护条例》第三十六条: 应当经过相关负责人或者其授权的管理人员审批，记录访问情况。
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="approvals", verbose_name=_("岗位"))
    purpose = models.CharField(_("用途"), max_length=200)
    valid_from = models.DateField(_("自"))
    valid_to = models.DateField(_("至"))
    by = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("批准人"))
    at = models.DateTimeField(_("批准时间"))
    ended_at = models.DateTimeField(_("提前结束"), null=True)
    ended_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    ended_why = models.CharField(_("结束原因"), max_length=200, blank=True)

    class Meta:
        db_table = "network_approval"
        indexes = [models.Index(fields=["post", "valid_to"], name="approval_running", condition=Q(ended_at=None))]
        constraints = [
            models.CheckConstraint(condition=~Q(purpose=""), name="approval_has_purpose"),
            models.CheckConstraint(condition=ENDED_BY_SOMEBODY, name="approval_ended_by_somebody"),
        ]


class Session(models.Model):
    """One sign-in of a person at one browser: by what it began, since when it is idle, and why it ended. It is ended, never removed.

    `machine` is the mark that the browser bears since somebody signed in there. `is_limited`: the person has yet to set up what their
    post demands, and reaches nothing else. `is_wall`: it reads boards alone.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="sessions")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="sessions")
    begun_by = models.CharField(max_length=20)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    proved_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=200, blank=True)
    machine = models.UUIDField(null=True)
    is_limited = models.BooleanField(default=False)
    is_wall = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "network_session"
        indexes = [models.Index(fields=["staff"], name="session_running", condition=Q(ended_at=None))]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_why="") | Q(ended_at__isnull=False) & ~Q(ended_why=""), name="session_ended_why"
            ),
        ]


class FactorReset(models.Model):
    """That somebody lost what they prove themselves with: one person asks after seeing who it is, a second one agrees or does not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="factor_resets")
    asked_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    proof = models.CharField(_("如何核实了本人"), max_length=200)
    decided_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_agreed = models.BooleanField(default=False)

    class Meta:
        db_table = "network_factor_reset"
        constraints = [
            models.UniqueConstraint(fields=["staff"], condition=Q(decided_at=None), name="factor_reset_one_open"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, is_agreed=False)
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decided_by=F("asked_by")),
                name="factor_reset_two_people",
            ),
        ]
