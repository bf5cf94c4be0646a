"""The ways by which notices leave the app, each notice on its way, and who of an office has answered for one of tier I."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases.models import Case, Notice, NoticeKind
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.keys.fields import SealedRow, SealedText
from hutong.hotline.network.models import Office, Post, Staff
from hutong.hotline.notices import rules
from hutong.hotline.rulebook.models import Tier


def every_tier() -> list[str]:
    """What a new way takes."""
    return [str(tier) for tier in Tier.values]


def every_kind() -> list[str]:
    """What a new way takes."""
    return [str(kind) for kind in NoticeKind.values]


class Way(SealedRow):
    """An address outside the app to which an office, or one person, wants its notices sent. The address is a secret.

    `quiet_from`, `quiet_to`: minutes of the day, half-open, perhaps across midnight. `busy_until`: one notice at a time goes this
    way, so that a provider that hangs holds up nobody else. `failures` in a row; a removed way has no address any more.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="ways")
    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="ways")
    name = models.CharField(_("名称"), max_length=40)
    address = SealedText(_("地址"))
    tiers = models.JSONField(_("等级"), default=every_tier)
    kinds = models.JSONField(_("通知类型"), default=every_kind)
    quiet_from = models.PositiveSmallIntegerField(_("免打扰开始"), null=True)
    quiet_to = models.PositiveSmallIntegerField(_("免打扰结束"), null=True)
    is_active = models.BooleanField(_("启用"), default=True)
    busy_until = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=40, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_way"
        indexes = [
            models.Index(fields=["office"], name="way_of_office", condition=Q(removed_at=None, office__isnull=False)),
            models.Index(fields=["staff"], name="way_of_staff", condition=Q(removed_at=None, staff__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(office__isnull=False, staff=None) | Q(office=None, staff__isnull=False), name="way_of_one"),
            models.CheckConstraint(
                condition=Q(removed_at=None) & ~Q(address="") | Q(removed_at__isnull=False, address="", is_active=False),
                name="way_removed_is_forgotten",
            ),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_to=None)
                | Q(quiet_from__lt=rules.MINUTES, quiet_to__lt=rules.MINUTES) & ~Q(quiet_from=models.F("quiet_to")),
                name="way_quiet_hours",
            ),
        ]

    @property
    def provider(self) -> object:
        """Who carries it."""
        provider = rules.provider_of(self.address)
        return provider.label if provider else "—"

    @property
    def masked(self) -> str:
        """The address as it may be shown."""
        return rules.masked(self.address)

    @property
    def kind_labels(self) -> list[object]:
        """What it takes, in words."""
        return [NoticeKind(kind).label for kind in self.kinds]

    @property
    def quiet(self) -> str:
        """22:00–07:00; empty where nothing is held."""
        hours = (self.quiet_from, self.quiet_to)
        return "–".join(f"{minute // 60:02}:{minute % 60:02}" for minute in hours if minute is not None)

    @property
    def fault(self) -> str:
        """What went wrong last, in words."""
        return rules.fault_in_words(self.last_error)

    @property
    def is_failing(self) -> bool:
        """Whether the provider has failed again and again."""
        return self.failures >= rules.FAILING


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("待发")
    FAILED = "failed", _("将重试")
    SENT = "sent", _("已发出")
    GIVEN_UP = "given_up", _("未能发出")


ON_THE_WAY = (DeliveryState.WAITING, DeliveryState.FAILED)


class Delivery(models.Model):
    """One notice on one way. Without one it is an `alarm` about the backups or an account (a code of `keeping.rules` or of
    `notices.rules.ALARMS`), or else a test.
    `last_error` is a word of `rules.FAULTS` and perhaps a number.

    `is_urgent`: tier I, or a test that somebody is waiting for. `tries` counts those begun, also by a sender that was killed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="deliveries")
    alarm = models.CharField(max_length=20, blank=True)
    way = models.ForeignKey(Way, models.PROTECT, related_name="deliveries")
    is_urgent = models.BooleanField()
    state = models.CharField(_("状态"), max_length=8, choices=DeliveryState, default=DeliveryState.WAITING)
    made_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(_("次数"), default=0)
    next_try_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=40, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_delivery"
        indexes = [
            models.Index(fields=["-is_urgent", "next_try_at"], name="delivery_due", condition=Q(state__in=["waiting", "failed"])),
            models.Index(fields=["way", "-made_at"], name="delivery_of_way"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["notice", "way"], name="delivery_once"),
            models.CheckConstraint(condition=Q(alarm="") | Q(notice=None), name="delivery_of_one_thing"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at=None), name="delivery_sent_when"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "failed"], next_try_at__isnull=False)
                | Q(state__in=["sent", "given_up"], next_try_at=None),
                name="delivery_open_has_next_try",
            ),
        ]

    @property
    def fault(self) -> str:
        """What went wrong last, in words."""
        return rules.fault_in_words(self.last_error)

    @property
    def mark(self) -> str:
        """Stands in the message: one that comes twice can be told from two."""
        return self.id.hex[-8:]


class Acknowledgement(models.Model):
    """An office is asked to confirm that it knows of a tier I case; `by` and `at` once somebody there has.

    One is open per office and case: a further notice joins it. `next_at`: when the next one is told; then `second`, a person
    of the office, then `above`, the office above it; each once.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    notice = models.OneToOneField(Notice, models.PROTECT, related_name="acknowledgement")
    case = models.ForeignKey(Case, models.PROTECT, related_name="acknowledgements")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    second = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    second_at = models.DateTimeField(null=True)
    above = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+")
    above_at = models.DateTimeField(null=True)
    by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_acknowledgement"
        indexes = [
            models.Index(fields=["next_at"], name="acknowledgement_next", condition=Q(at=None, next_at__isnull=False)),
            models.Index(fields=["office"], name="acknowledgement_open", condition=Q(at=None)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "office"], condition=Q(at=None), name="acknowledgement_one_open"),
            models.CheckConstraint(condition=Q(by=None, at=None) | Q(by__isnull=False, at__isnull=False), name="acknowledgement_by_one"),
            models.CheckConstraint(condition=Q(at=None) | Q(next_at=None), name="acknowledged_asks_no_more"),
        ]
