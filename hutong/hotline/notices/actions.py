"""What people do with notices: set up the ways by which they leave the app, try them, confirm a notice of tier I."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit import actions as audit
from hutong.hotline.cases.actions import notices
from hutong.hotline.cases.models import NoticeKind
from hutong.hotline.kernel.faults import Faults
from hutong.hotline.kernel.live import tell
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.kernel.texts import clean
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Office, Post, Role, Staff
from hutong.hotline.notices import rules
from hutong.hotline.notices.models import ON_THE_WAY, Acknowledgement, Delivery, DeliveryState, Way
from hutong.hotline.rulebook.models import Tier

OUT_OF_REACH = Reason("out_of_reach", _("这个通知渠道不由您设置。"), _("机构的渠道由本机构或上级机构的管理员设置，个人的由本人设置。"))
STOPPED = Reason("way_stopped", _("这个渠道已停用，不能发送测试。"), _("请先启用。"))
TESTED = Reason("way_tested", _("上一次测试还没有结果。"), _("请稍等片刻。"))


@transaction.atomic
def add_way(*, owner: Office | Staff, by: Post, at: datetime, **said: Any) -> Way:
    """Set up a way. `said` is as for `change_way`; the address must be given. Raises Refusal, naming the fields at fault."""
    _must_reach(owner, by)
    way = Way(busy_until=at, **{"office" if isinstance(owner, Office) else "staff": owner})
    _take(way, **said)
    way.save(force_insert=True)
    audit.record("way_added", by=by, at=at, subject="way", subject_id=way.pk)
    return way


@transaction.atomic
def change_way(*, way: Way, by: Post, at: datetime, **said: Any) -> Way:
    """Change what is said of a way; without an `address` the present one stays. A stopped one lets go what waits for it."""
    _must_reach(owner_of(way), by)
    way = _taken(way)
    before = way.address
    _take(way, **said)
    if way.address != before:
        way.failures, way.last_error = 0, ""
    way.save()
    if not way.is_active:
        _let_go(way)
    audit.record("way_changed", by=by, at=at, subject="way", subject_id=way.pk)
    return way


@transaction.atomic
def remove_way(*, way: Way, by: Post, at: datetime) -> None:
    """Take a way away; its address is forgotten at once."""
    _must_reach(owner_of(way), by)
    way = _taken(way)
    way.address, way.is_active, way.removed_at = "", False, at
    way.save()
    _let_go(way)
    audit.record("way_removed", by=by, at=at, subject="way", subject_id=way.pk)


@transaction.atomic
def test_way(*, way: Way, by: Post, at: datetime) -> Delivery:
    """Send a test by this way, as a notice goes; it is tried once. One at a time."""
    _must_reach(owner_of(way), by)
    way = _taken(way)
    if not way.is_active:
        raise Refusal(STOPPED)
    if way.deliveries.filter(notice=None, alarm="", state__in=ON_THE_WAY).exists():
        raise Refusal(TESTED)
    audit.record("way_tested", by=by, at=at, subject="way", subject_id=way.pk)
    return Delivery.objects.create(way=way, is_urgent=True, made_at=at, next_try_at=at)


@transaction.atomic
def acknowledge(case_id: UUID, *, by: Post, at: datetime) -> None:
    """Somebody of the office knows of the case: its notices are read, and of tier I it is written down who confirmed it, and when."""
    notices.read(by=by, at=at, case=case_id)
    asked = Acknowledgement.objects.filter(case=case_id, office=by.office_id, at=None)
    if asked.update(by=by, at=at, next_at=None):
        audit.record("acknowledged", by=by, at=at, subject="case", subject_id=case_id)
        tell(f"case:{case_id}", f"office:{by.office_id}")


def owner_of(way: Way) -> Office | Staff:
    """Whose way it is."""
    owner = way.office or way.staff
    if owner is None:
        raise ValueError(f"way {way.pk} is nobody's")
    return owner


def _taken(way: Way) -> Way:
    """The way as it stands now, locked. One that was removed meanwhile is no longer anybody's."""
    now = Way.objects.select_for_update(no_key=True, of=("self",)).select_related("office", "staff").get(pk=way.pk)
    if now.removed_at:
        raise Refusal(OUT_OF_REACH)
    return now


def _must_reach(owner: Office | Staff, by: Post) -> None:
    """机构的由管理员设置，个人的由本人设置: nobody reads or changes where another person's notices go."""
    if isinstance(owner, Staff):
        reaches = owner.pk == by.staff_id
    else:
        reaches = by.role == Role.ADMINISTRATOR and network.answers_to(owner, by.office)
    if not reaches:
        raise Refusal(OUT_OF_REACH)


def _take(
    way: Way, *, name: str, address: str, tiers: Collection[str], kinds: Collection[str], quiet_from: int | None, quiet_to: int | None,
    is_active: bool = True,
) -> None:  # fmt: skip
    """Write on a way what was said of it. Raises Refusal, naming the fields at fault."""
    faults = Faults()
    way.name = faults.of("name", lambda: clean(" ".join(name.split()), field="name", limit=40).text, "?")
    way.address = rules.normal_address(address) or way.address
    way.tiers = [str(tier) for tier in Tier.values if tier in tiers]
    way.kinds = [str(kind) for kind in NoticeKind.values if kind in kinds]
    way.quiet_from, way.quiet_to, way.is_active = quiet_from, quiet_to, is_active
    found = rules.way_faults(
        name=way.name, address=way.address, tiers=way.tiers, kinds=way.kinds, quiet_from=quiet_from, quiet_to=quiet_to,
        is_own=way.staff_id is not None,
    )  # fmt: skip
    faults |= {field: sentence for field, sentence in found.items() if field not in faults}
    faults.refuse()


def _let_go(way: Way) -> None:
    """What waits for a way that stops does not go out of date with it: it is given up."""
    way.deliveries.filter(state__in=ON_THE_WAY).update(state=DeliveryState.GIVEN_UP, next_try_at=None, last_error="stopped")
