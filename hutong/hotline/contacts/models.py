"""What reached us, on any channel; who told us (kept apart); and what an operator has typed but not yet saved."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.search import Bigrams
from hutong.hotline.keys.fields import BlindIndex, SealedJson, SealedRow, SealedText
from hutong.hotline.network.models import Division, Office, Post
from hutong.hotline.people.models import LawfulBasis


class Channel(models.TextChoices):
    PHONE = "phone", _("电话")
    WALK_IN = "walk_in", _("来访")
    LETTER = "letter", _("来信")
    STAFF_VISIT = "staff_visit", _("入户走访")
    WEB = "web", _("网页")
    WECHAT = "wechat", _("微信")
    MANDATED_REPORT = "mandated_report", _("强制报告")
    WORK_ORDER = "work_order", _("12345 工单")


class Outcome(models.TextChoices):
    PENDING = "pending", _("待处理")
    CASE_OPENED = "case_opened", _("已立案")
    CASE_ADDED = "case_added", _("并入已有个案")
    ANSWERED = "answered", _("当场答复")
    NOT_A_CASE = "not_a_case", _("非个案")


WITH_CASE = (Outcome.CASE_OPENED, Outcome.CASE_ADDED)


class NotACase(models.TextChoices):
    SILENT = "silent", _("无声")
    PRANK = "prank", _("玩笑或骚扰")
    WRONG_NUMBER = "wrong_number", _("错拨")
    TEST = "test", _("测试")
    OTHER_BUSINESS = "other_business", _("其他业务")


class Contact(SealedRow):
    """One communication that reached us. It ends linked to a case, answered, or marked with a reason.

    `pending` only while a person has yet to look at it (a web report, a work order), and then until `due_at`.
    `paper_slip` is the number of the slip on which it was written while the platform was down; it was entered later.
    `sender` is the office whose own software sent it: it gives the idempotency keys, and is told what became of it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    centre = models.ForeignKey(Office, models.PROTECT, related_name="contacts", verbose_name=_("受理中心"))
    sender = models.ForeignKey(Office, models.PROTECT, null=True, related_name="contacts_sent", verbose_name=_("报送机构"))
    channel = models.CharField(_("渠道"), max_length=20, choices=Channel)
    received_at = models.DateTimeField(_("收到时间"))
    taken_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="contacts", verbose_name=_("接待人"))
    narrative = models.TextField(_("反映内容"), blank=True, max_length=20_000)
    place = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("事发地"))
    place_text = SealedText(_("详细地点"))
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome)
    not_a_case = models.CharField(_("非个案原因"), max_length=16, choices=NotACase, blank=True)
    answer = models.TextField(_("答复内容"), blank=True, max_length=20_000)
    due_at = models.DateTimeField(_("处理期限"), null=True)
    paper_slip = models.CharField(_("纸质登记表"), max_length=20, blank=True)
    lawful_basis = models.CharField(_("处理依据"), max_length=16, choices=LawfulBasis, default=LawfulBasis.STATUTORY_DUTY)
    idempotency_key = models.CharField(max_length=100, blank=True)
    idempotency_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "contacts_contact"
        indexes = [
            GinIndex(Bigrams("narrative"), name="contact_tokens"),
            models.Index(fields=["centre", "-received_at"], name="contact_centre_time"),
            models.Index(fields=["taken_by", "-received_at"], name="contact_taker_time"),
            models.Index(fields=["centre", "due_at"], name="contact_pending", condition=Q(outcome="pending")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "idempotency_key"], condition=~Q(idempotency_key="") & Q(sender=None), name="contact_idempotency"
            ),
            models.UniqueConstraint(
                fields=["sender", "idempotency_key"], condition=~Q(idempotency_key=""), name="contact_sender_idempotency"
            ),
            models.UniqueConstraint(fields=["centre", "paper_slip"], condition=~Q(paper_slip=""), name="contact_slip_once"),
            models.CheckConstraint(
                condition=Q(outcome="not_a_case") & ~Q(not_a_case="") | ~Q(outcome="not_a_case") & Q(not_a_case=""), name="contact_reason"
            ),
            models.CheckConstraint(condition=~Q(outcome="answered") | ~Q(answer=""), name="contact_answer"),
            models.CheckConstraint(condition=~Q(outcome="pending") | Q(due_at__isnull=False), name="contact_pending_is_due"),
        ]


class WantsAnswer(models.TextChoices):
    NO = "no", _("不需要答复")
    PHONE = "phone", _("电话答复")
    MESSAGE = "message", _("短信答复")
    LETTER = "letter", _("书面答复")


class CallBack(models.TextChoices):
    """How one may safely reach the reporter or the family, so that asking does not expose the child."""

    REPORTER_ONLY = "reporter_only", _("只联系报告人")
    MESSAGE_ONLY = "message_only", _("只发短信")
    SOCIAL_WORKER = "social_worker", _("经社工联系")
    NOT_AT_ALL = "not_at_all", _("不要联系")
    FREE = "free", _("可以联系")


class Reporter(SealedRow):
    """Who told us. Apart from the contact and the case: the centre alone sees it, others for a recorded reason. By the marks of name and
    number a hold on a person finds them."""

    contact = models.OneToOneField(Contact, models.PROTECT, primary_key=True, related_name="reporter")
    is_anonymous = models.BooleanField(_("匿名"), default=True)
    name = SealedText(_("姓名"))
    name_index = BlindIndex(of="name", size=2)
    phone = SealedText(_("电话"))
    phone_index = BlindIndex(of="phone")
    id_number = SealedText(_("身份证号"))
    id_number_index = BlindIndex(of="id_number", size=4)
    id_number_verified = models.BooleanField(_("身份证号校验通过"), default=False)
    relation = models.CharField(_("与儿童关系"), max_length=40, blank=True)
    wants_answer = models.CharField(_("答复方式"), max_length=8, choices=WantsAnswer, default=WantsAnswer.NO)
    call_back = models.CharField(_("安全联系方式"), max_length=16, choices=CallBack, default=CallBack.REPORTER_ONLY)

    class Meta:
        db_table = "contacts_reporter"
        indexes = [
            models.Index(fields=["phone_index"], name="reporter_phone", condition=~Q(phone_index="")),
            models.Index(fields=["name_index"], name="reporter_name", condition=~Q(name_index="")),
            models.Index(fields=["id_number_index"], name="reporter_number", condition=~Q(id_number_index="")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(is_anonymous=False) | Q(name="", id_number=""), name="reporter_anonymous"),
        ]


class Draft(SealedRow):
    """What is being typed, as the form holds it. Kept until the contact is saved or the writer throws it away."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    post = models.ForeignKey(Post, models.CASCADE, related_name="drafts")
    form = models.CharField(max_length=20)
    subject_id = models.UUIDField(null=True)
    fields = SealedJson()
    saved_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "contacts_draft"
        indexes = [models.Index(F("post"), F("saved_at").desc(), name="draft_post_saved")]
