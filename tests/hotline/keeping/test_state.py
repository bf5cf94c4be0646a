"""How it stands with the backups: what the keeper says, what is logged of it, and who is told what is not well."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.keeping import actions, rules
from hutong.hotline.keeping.models import Keeping
from hutong.hotline.network.models import Office
from hutong.hotline.notices import queries, timers
from hutong.hotline.notices.models import Delivery, Way
from tests import cast
from tests.clients import signed_in

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)


def tell(**changes: Any) -> Keeping:
    at = changes.get("at", AT)
    well = {"at": at, "is_safe": True, "fault": "", "backup": ("b-full", at, 5), "trial": ("b-full", at, "")}
    return actions.tell(**well | changes)


def codes(known: Keeping | None, at: datetime = AT) -> list[str]:
    return [reason.code for reason in rules.faults(known, at)]


@pytest.mark.parametrize(
    ("changes", "later", "said"),
    [
        ({}, timedelta(0), []),
        ({}, timedelta(minutes=3), ["keeper_silent"]),
        ({"is_safe": False}, timedelta(seconds=20), []),
        ({"is_safe": False}, timedelta(seconds=40), ["not_double"]),
        ({"backup": None, "trial": None}, timedelta(0), ["backup_old", "not_tried"]),
        ({"backup": ("b", AT - timedelta(hours=27), 5)}, timedelta(0), ["backup_old"]),
        ({"fault": "disk full"}, timedelta(0), ["backup_failed"]),
        ({"trial": ("b", AT, "a page")}, timedelta(0), ["trial_failed"]),
        ({"trial": ("b", AT - timedelta(days=32), "")}, timedelta(0), ["not_tried"]),
    ],
)
def test_what_is_not_well_is_said(changes: dict[str, Any], later: timedelta, said: list[str]) -> None:
    assert codes(tell(**changes), AT + later) == said


def test_where_nobody_set_up_a_backup_that_is_said() -> None:
    assert codes(None) == ["no_backup"]


def test_since_when_it_is_so_is_kept_and_each_change_is_logged_once() -> None:
    for minute, is_safe in enumerate((True, True, False, False, True)):
        tell(at=AT + timedelta(minutes=minute), is_safe=is_safe, backup=("b-full", AT, 5), trial=None)
    assert Keeping.objects.get().since == AT + timedelta(minutes=4)
    verbs = list(AuditEntry.objects.filter(subject="keeping").order_by("at", "verb").values_list("verb", flat=True))
    assert verbs == ["backed_up", "kept_double", "kept_once", "kept_double"]


@pytest.mark.parametrize("statement", ["DELETE FROM keeping_state", "TRUNCATE keeping_state"])
def test_the_working_role_removes_nothing(statement: str) -> None:
    tell()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_there_is_one_row() -> None:
    with pytest.raises(DatabaseError, match="keeping_one_row"), transaction.atomic():
        Keeping.objects.create(id=2, told_at=AT, is_safe=True, since=AT)


@pytest.mark.parametrize("board", [("lu", "shift:board"), ("song", "province:board")])
def test_boards_say_that_nothing_is_kept_twice_and_no_more(board: tuple[str, str]) -> None:
    tell(at=timezone.now() - timedelta(seconds=40), is_safe=False, backup=None)
    page = signed_in(board[0]).get(reverse(board[1])).content.decode()
    assert "没有同时写入备份" in page
    assert "一天多没有完成备份" not in page


def test_boards_are_silent_where_all_is_well_or_nothing_was_set_up() -> None:
    page = signed_in("lu").get(reverse("shift:board")).content.decode()
    assert "备份" not in page


def test_the_administrator_sees_all_of_it() -> None:
    at = timezone.now()
    tell(at=at, backup=("b", at - timedelta(hours=30), 5_000_000), trial=None)
    page = signed_in("gao").get(reverse("office:index")).content.decode()
    assert [words for words in ("一天多没有完成备份", "还没有试着恢复过备份", "同时写入备份", "4.8") if words not in page] == []


def test_without_a_backup_the_administrator_is_told_what_to_do() -> None:
    assert "还没有设置备份" in signed_in("gao").get(reverse("office:index")).content.decode()


def test_what_is_newly_not_well_goes_out_of_the_app_once_to_those_who_see_to_it() -> None:
    at = timezone.now()
    for owner in (cast.office("shaanxi"), cast.post("gao").staff, cast.office("xian"), cast.post("xu").staff):
        whose = {"office": owner} if isinstance(owner, Office) else {"staff": owner}
        Way.objects.create(name="群", address="json://127.0.0.1/x", busy_until=at, **whose)
    tell(at=at, fault="disk full")
    assert timers.tell_of_backups(at=at) == ["backups: backup_failed"]
    assert timers.tell_of_backups(at=at) == []
    made = list(Delivery.objects.select_related("way__office", "way__staff"))
    assert sorted(str(each.way.office.code if each.way.office else each.way.staff.username) for each in made) == ["gao", "shaanxi"]
    said = queries.told(made[0], address="https://hotline.example/", at=at)
    assert (said.title, "上一次备份没有成功" in said.body) == ("12349 备份告警", True)

    tell(at=at, fault="")
    assert timers.tell_of_backups(at=at) == []
    tell(at=at, fault="disk full")
    assert timers.tell_of_backups(at=at) == ["backups: backup_failed"]


def test_an_alarm_that_could_not_be_sent_is_tried_again_as_a_notice_is() -> None:
    at = timezone.now()
    Way.objects.create(name="群", address="json://127.0.0.1/x", busy_until=at, office=cast.office("shaanxi"))
    tell(at=at, fault="disk full")
    timers.tell_of_backups(at=at)
    delivery = timers.claim(at=at)
    assert delivery
    timers.settle(delivery, "failed", at=at)
    delivery.refresh_from_db()
    assert delivery.next_try_at == at + timedelta(minutes=1)
