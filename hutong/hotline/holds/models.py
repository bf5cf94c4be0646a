"""Legal holds on a case, and on a person: nothing of a case is erased while one runs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.keys.fields import SealedRow, SealedText
from hutong.hotline.network.models import ENDED_BY_SOMEBODY, Office, Post


class Hold(models.Model):
    """依法留存: why nothing of a case may be erased, and by when that is looked at again. The database itself refuses erasing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="holds")
    reason = models.CharField(_("留存原因"), max_length=200)
    review_on = models.DateField(_("复核日期"))
    by = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("决定人"))
    at = models.DateTimeField(_("开始"))
    ended_at = models.DateTimeField(_("结束"), null=True)
    ended_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    ended_why = models.CharField(_("结束原因"), max_length=200, blank=True)

    class Meta:
        db_table = "holds_hold"
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at=None), name="hold_one_running"),
            models.CheckConstraint(condition=~Q(reason=""), name="hold_has_reason"),
            models.CheckConstraint(condition=ENDED_BY_SOMEBODY, name="hold_ended_by_somebody"),
        ]


class PersonHold(SealedRow):
    """依法留存 of everything about one person: nothing is erased of any case in which they stand, or which they reported, now or later,
    wherever it is.

    They are named by their identity number, or by name and birth date. The marks are those by which the rows of children, of others and
    of reporters are found (`people.models`, `contacts.models`), so that the database itself finds the cases: the view `holds_stands`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    office = models.ForeignKey(Office, models.PROTECT, related_name="person_holds", verbose_name=_("机构"))
    name = SealedText(_("姓名"))
    born_on = models.DateField(_("出生日期"), null=True)
    id_number = SealedText(_("身份证号"))
    child_number = models.BinaryField(default=bytes, editable=False)
    child_name = models.BinaryField(default=bytes, editable=False)
    person_number = models.BinaryField(default=bytes, editable=False)
    person_name = models.BinaryField(default=bytes, editable=False)
    reporter_number = models.BinaryField(default=bytes, editable=False)
    reporter_name = models.BinaryField(default=bytes, editable=False)
    reason = models.CharField(_("留存原因"), max_length=200)
    review_on = models.DateField(_("复核日期"))
    by = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("决定人"))
    at = models.DateTimeField(_("开始"))
    ended_at = models.DateTimeField(_("结束"), null=True)
    ended_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    ended_why = models.CharField(_("结束原因"), max_length=200)

    class Meta:
        db_table = "holds_person"
        constraints = [
            models.UniqueConstraint(
                fields=["office", "child_number", "child_name", "born_on"], condition=Q(ended_at=None), nulls_distinct=False,
                name="person_hold_one_running",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False) | ~Q(child_number=b"") | ~Q(child_name=b"") & Q(born_on__isnull=False),
                name="person_hold_names",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="person_hold_has_reason"),
            models.CheckConstraint(condition=ENDED_BY_SOMEBODY, name="person_hold_ended_by_somebody"),
        ]  # fmt: skip
