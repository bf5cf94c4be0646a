"""Orders of a superior office, each with a clock of its own and a story that is only added to."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases.models import Case, Clock
from hutong.hotline.clocks.models import RunningClock
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.live import tell
from hutong.hotline.network.models import Office, Post
from hutong.hotline.rulebook.models import Tier
from hutong.hotline.supervision import rules


class State(models.TextChoices):
    ISSUED = "issued", rules.STATE_LABELS["issued"]
    RECEIVED = "received", rules.STATE_LABELS["received"]
    ANSWERED = "answered", rules.STATE_LABELS["answered"]
    ACCEPTED = "accepted", rules.STATE_LABELS["accepted"]
    WITHDRAWN = "withdrawn", rules.STATE_LABELS["withdrawn"]


class Order(models.Model):
    """督办单: what a superior office wants done, about a case or (`case` empty) about the office that it is addressed to.

    `post` is empty where a ladder issued it: then `missed` is the deadline that was missed and `rung` how far it had climbed.
    `version` counts its changes: each is one `OrderEvent`. While it is open exactly one of its clocks runs.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(_("发文字号"), max_length=80)
    year = models.PositiveSmallIntegerField(_("年份"))
    serial = models.PositiveIntegerField(_("序号"))
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="orders", verbose_name=_("个案"))
    office = models.ForeignKey(Office, models.PROTECT, related_name="orders", verbose_name=_("主送机构"))
    issuer = models.ForeignKey(Office, models.PROTECT, related_name="orders_issued", verbose_name=_("发出机构"))
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", verbose_name=_("签发人"))
    missed = models.ForeignKey(Clock, models.PROTECT, null=True, related_name="orders", verbose_name=_("逾期时限"))
    rung = models.PositiveSmallIntegerField(_("第几级"), null=True)
    tier = models.CharField(_("等级"), max_length=3, choices=Tier)
    subject = models.CharField(_("事由"), max_length=80)
    text = models.TextField(_("督办要求"), max_length=20_000)
    answer = models.TextField(_("答复"), blank=True, max_length=20_000)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.ISSUED)
    issued_at = models.DateTimeField(_("发出时间"))
    received_at = models.DateTimeField(_("签收时间"), null=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    ended_at = models.DateTimeField(_("了结时间"), null=True)
    deadline = models.OneToOneField("OrderClock", models.PROTECT, null=True, related_name="deadline_of", verbose_name=_("时限"))
    due_at = models.DateTimeField(_("到期"), null=True)
    version = models.PositiveIntegerField(_("版本"), default=0)

    class Meta:
        db_table = "supervision_order"
        indexes = [
            models.Index(fields=["office", "due_at"], name="order_to", condition=Q(ended_at=None)),
            models.Index(fields=["issuer", "due_at"], name="order_from", condition=Q(ended_at=None)),
            models.Index(fields=["office", "-issued_at"], name="order_to_all"),
            models.Index(fields=["issuer", "-issued_at"], name="order_from_all"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "year", "serial"], name="order_numbered_once"),
            models.UniqueConstraint(fields=["missed", "rung"], condition=Q(missed__isnull=False), name="order_once_a_rung"),
            models.CheckConstraint(condition=~Q(issuer=F("office")), name="order_to_another"),
            models.CheckConstraint(
                condition=Q(post__isnull=False, missed=None, rung=None) | Q(post=None, missed__isnull=False, rung__isnull=False),
                name="order_by_a_person_or_a_ladder",
            ),
            models.CheckConstraint(condition=Q(missed=None) | Q(case__isnull=False), name="order_of_a_ladder_has_a_case"),
            models.CheckConstraint(
                condition=Q(state__in=rules.OPEN, ended_at=None, deadline__isnull=False, due_at__isnull=False)
                | Q(state__in=["accepted", "withdrawn"], ended_at__isnull=False, deadline=None, due_at=None),
                name="order_open_has_deadline",
            ),
            models.CheckConstraint(
                condition=Q(state="issued", received_at=None) | Q(state="withdrawn") | Q(received_at__isnull=False), name="order_received"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "accepted"]) | ~Q(answer="") & Q(answered_at__isnull=False), name="order_answered"
            ),
            models.CheckConstraint(condition=~Q(subject="") & ~Q(text=""), name="order_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    def change(
        self, code: str, state: str, *, by: Post | None, at: datetime, text: str = "", clock: "OrderClock | None" = None
    ) -> "OrderEvent":
        """The next version, with its one event. With another state or a new clock the old clock ends; both offices hear of it."""
        if clock or state != self.state:
            self.clocks.filter(ended_at=None).update(ended_at=at)
            self.deadline, self.due_at = clock, clock.due_at if clock else None
            self.ended_at = None if clock else at
        self.state, self.version = state, self.version + 1
        self.save(force_insert=self.version == 1)
        if clock:
            clock.save(force_insert=True)
        tell(f"orders:{self.office_id}", f"orders:{self.issuer_id}")
        return self.events.create(
            seq=self.version, at=at, action=code, by=by, office_id=by.office_id if by else None, text=text, state=state
        )  # fmt: skip


class OrderClock(RunningClock):
    """The limit of an order's present state: to be signed for, to be answered, the answer to be judged."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="clocks")

    class Meta:
        db_table = "supervision_clock"
        indexes = [
            models.Index(fields=["next_alarm_at"], name="order_clock_alarm", condition=Q(ended_at=None, next_alarm_at__isnull=False)),
            models.Index(fields=["due_at"], name="order_clock_provisional", condition=Q(ended_at=None, is_provisional=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(ended_at=None), name="order_clock_one_running"),
            models.CheckConstraint(condition=Q(due_at__gte=F("started_at")), name="order_clock_due_after_start"),
            models.CheckConstraint(
                condition=~Q(tier__in=["I", "II"]) | Q(unit__in=["minute", "day"]), name="order_clock_real_time_for_i_and_ii"
            ),
            models.CheckConstraint(condition=Q(replaces=None) | ~Q(why=""), name="order_clock_replaced_with_why"),
        ]


class OrderEvent(models.Model):
    """One thing that happened to an order. Append-only; `seq` is the order's version after it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField(_("序号"))
    at = models.DateTimeField(_("时间"))
    action = models.CharField(_("动作"), max_length=30)
    by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", verbose_name=_("经手人"))
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+", verbose_name=_("机构"))
    text = models.TextField(_("内容"), blank=True, max_length=20_000)
    state = models.CharField(_("状态"), max_length=10, choices=State)
    xact = models.BigIntegerField(editable=False, default=0)

    class Meta:
        db_table = "supervision_event"
        constraints = [models.UniqueConstraint(fields=["order", "seq"], name="order_event_one_per_version")]
