"""Children and other people. What is known of them, on what lawful basis, and whether the guardian may be told."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.ids import new_id
from hutong.hotline.keys.fields import BlindIndex, SealedRow, SealedText
from hutong.hotline.network.models import Division
from hutong.hotline.people.rules import UNNAMED
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


class Human(SealedRow):
    """What is kept of any human being. All of it may be unknown. Who it is and where to be found stands sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = SealedText(_("姓名"))
    sex = models.CharField(_("性别"), max_length=8, choices=Sex, default=Sex.UNKNOWN)
    born_on = models.DateField(_("出生日期"), null=True, blank=True)
    id_number = SealedText(_("身份证号"))
    id_number_verified = models.BooleanField(_("身份证号校验通过"), default=False)
    phone = SealedText(_("电话"))
    address = SealedText(_("地址"))
    lawful_basis = models.CharField(_("处理依据"), max_length=16, choices=LawfulBasis, default=LawfulBasis.STATUTORY_DUTY)
    tell_guardian = models.BooleanField(_("可告知监护人"), default=True)
    consent_by = models.CharField(_("谁同意"), max_length=8, choices=ConsentBy, blank=True)
    consent_how = models.CharField(_("怎样同意"), max_length=8, choices=ConsentHow, blank=True)
    consent_on = models.DateField(_("哪天同意"), null=True, blank=True)

    class Meta:
        abstract = True


class Child(Human):
    """A child whom a case is about. `present_division`: where the child is; `registered_division`: household register."""

    name_index = BlindIndex(of="name", size=2)  # of many children with one mark: what is found is looked at (`people.queries`)
    id_number_index = BlindIndex(of="id_number", size=4)  # by which a hold on a person finds them
    age = models.PositiveSmallIntegerField(_("年龄"), null=True, blank=True)
    statuses = models.JSONField(_("儿童类别"), default=list, blank=True)
    school = SealedText(_("学校"))
    present_division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("现在何处"))
    registered_division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("户籍地"))
    guardianship_risk = models.CharField(_("监护风险"), max_length=8, choices=GuardianshipRisk, default=GuardianshipRisk.UNKNOWN)
    suicide_risk = models.CharField(_("自杀风险"), max_length=8, choices=SuicideRisk, default=SuicideRisk.UNKNOWN)

    class Meta:
        db_table = "people_child"
        indexes = [
            models.Index(fields=["name_index"], name="child_name", condition=~Q(name_index="")),
            models.Index(fields=["id_number_index"], name="child_number", condition=~Q(id_number_index="")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(age=None) | Q(age__lte=17), name="child_age"),
            models.CheckConstraint(condition=CONSENTED, name="child_consent"),
        ]

    def __str__(self) -> str:
        return self.name or str(UNNAMED)

    @property
    def status_labels(self) -> list[str]:
        """What kinds of child this is, in words."""
        return [str(ChildStatus(status).label) for status in self.statuses]


class Person(Human):
    """Anybody else: guardian, suspected person, witness. The marks are there for a hold on a person."""

    name_index = BlindIndex(of="name", size=2)
    id_number_index = BlindIndex(of="id_number", size=4)

    class Meta:
        db_table = "people_person"
        indexes = [
            models.Index(fields=["name_index", "born_on"], name="person_name", condition=~Q(name_index="") & Q(born_on__isnull=False)),
            models.Index(fields=["id_number_index"], name="person_number", condition=~Q(id_number_index="")),
        ]
        constraints = [models.CheckConstraint(condition=CONSENTED, name="person_consent")]

    def __str__(self) -> str:
        return self.name or str(UNNAMED)
