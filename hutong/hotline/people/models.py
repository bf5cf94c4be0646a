"""Children and other people. What is known of them, on what lawful basis, and whether the guardian may be told."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import Division
from hutong.hotline.rulebook.models import ChildStatus


class Sex(models.TextChoices):
    MALE = "male", _("男")
    FEMALE = "female", _("女")
    UNKNOWN = "unknown", _("未知")


class LawfulBasis(models.TextChoices):
    """Personal Information Protection Law, article 13."""

    STATUTORY_DUTY = "statutory_duty", _("履行法定职责")
    EMERGENCY = "emergency", _("紧急保护生命健康")
    CONSENT = "consent", _("本人或监护人同意")


class ConsentBy(models.TextChoices):
    GUARDIAN = "guardian", _("监护人")
    ONESELF = "oneself", _("本人")


class ConsentHow(models.TextChoices):
    WRITTEN = "written", _("书面")
    RECORDED = "recorded", _("通话录音")
    ORAL = "oral", _("口头，有人在场")


class GuardianshipRisk(models.TextChoices):
    UNKNOWN = "unknown", _("未评估")
    GREEN = "green", _("绿")
    BLUE = "blue", _("蓝")
    YELLOW = "yellow", _("黄")
    RED = "red", _("红")


class SuicideRisk(models.TextChoices):
    UNKNOWN = "unknown", _("未评估")
    NONE = "none", _("无")
    LOW = "low", _("低")
    MEDIUM = "medium", _("中")
    HIGH = "high", _("高")


# Consent is asked for where it is the basis, and only there; then it is told who gave it, how and when.
CONSENTED = Q(lawful_basis=LawfulBasis.CONSENT, consent_on__isnull=False) & ~Q(consent_by="") & ~Q(consent_how="") | ~Q(
    lawful_basis=LawfulBasis.CONSENT
) & Q(consent_by="", consent_how="", consent_on=None)


class Human(models.Model):
    """What is kept of any human being. All of it may be unknown."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    sex = models.CharField(_("性别"), max_length=8, choices=Sex, default=Sex.UNKNOWN)
    born_on = models.DateField(_("出生日期"), null=True, blank=True)
    id_number = models.CharField(_("身份证号"), max_length=18, blank=True)
    id_number_verified = models.BooleanField(_("身份证号校验通过"), default=False)
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    lawful_basis = models.CharField(_("处理依据"), max_length=16, choices=LawfulBasis, default=LawfulBasis.STATUTORY_DUTY)
    tell_guardian = models.BooleanField(_("可告知监护人"), default=True)
    consent_by = models.CharField(_("谁同意"), max_length=8, choices=ConsentBy, blank=True)
    consent_how = models.CharField(_("怎样同意"), max_length=8, choices=ConsentHow, blank=True)
    consent_on = models.DateField(_("哪天同意"), null=True, blank=True)

    class Meta:
        abstract = True


class Child(Human):
    """A child whom a case is about. `present_division`: where the child is; `registered_division`: household register."""

    age = models.PositiveSmallIntegerField(_("年龄"), null=True, blank=True)
    statuses = models.JSONField(_("儿童类别"), default=list, blank=True)
    school = models.CharField(_("学校"), max_length=80, blank=True)
    present_division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("现在何处"))
    registered_division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("户籍地"))
    guardianship_risk = models.CharField(_("监护风险"), max_length=8, choices=GuardianshipRisk, default=GuardianshipRisk.UNKNOWN)
    suicide_risk = models.CharField(_("自杀风险"), max_length=8, choices=SuicideRisk, default=SuicideRisk.UNKNOWN)

    class Meta:
        db_table = "people_child"
        indexes = [models.Index(fields=["name"], name="child_name", condition=~Q(name=""))]
        constraints = [
            models.CheckConstraint(condition=Q(age=None) | Q(age__lte=17), name="child_age"),
            models.CheckConstraint(condition=CONSENTED, name="child_consent"),
        ]

    def __str__(self) -> str:
        return self.name or str(_("姓名不详"))

    @property
    def status_labels(self) -> list[str]:
        """What kinds of child this is, in words."""
        return [str(ChildStatus(status).label) for status in self.statuses]


class Person(Human):
    """Anybody else: guardian, suspected person, witness."""

    class Meta:
        db_table = "people_person"
        constraints = [models.CheckConstraint(condition=CONSENTED, name="person_consent")]

    def __str__(self) -> str:
        return self.name or str(_("姓名不详"))
