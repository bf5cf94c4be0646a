"""Quiet hours against a model that looks at every minute; when it is tried again; addresses; what is said, and what is not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from hutong.hotline.notices import rules
from hutong.hotline.notices.rules import NATIVE, after_quiet, is_quiet, masked, next_try, normal_address, provider_of, way_faults
from tests.hotline.clocks.model import moment

minutes = st.integers(0, rules.MINUTES - 1)
moments = st.integers(0, 2 * 366 * 24 * 3600).map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))


# --- quiet hours


def quiet_minutes(start: int, end: int) -> set[int]:
    """The minutes of the day that are quiet, by walking from the start until the end comes, round the clock."""
    found, minute = set(), start
    while minute != end:
        found.add(minute)
        minute = (minute + 1) % rules.MINUTES
    return found


@given(minutes, minutes)
def test_the_quiet_minutes_are_those_from_the_start_until_before_the_end(start: int, end: int) -> None:
    if start != end:
        assert {minute for minute in range(rules.MINUTES) if is_quiet(minute, start, end)} == quiet_minutes(start, end)


@given(moments, minutes, minutes)
def test_what_is_held_goes_at_the_first_minute_that_is_not_quiet(at: datetime, start: int, end: int) -> None:
    if start == end:
        return
    quiet, found = quiet_minutes(start, end), at
    while (local := timezone.localtime(found)).hour * 60 + local.minute in quiet:
        found = found.replace(second=0, microsecond=0) + timedelta(minutes=1)
    assert after_quiet(at, start, end) == found


@pytest.mark.parametrize(
    ("at", "goes"),
    [
        ("2026-09-14 21:59", "2026-09-14 21:59"),
        ("2026-09-14 22:00", "2026-09-15 07:00"),
        ("2026-09-14 23:59", "2026-09-15 07:00"),
        ("2026-09-15 00:00", "2026-09-15 07:00"),
        ("2026-09-15 06:59", "2026-09-15 07:00"),
        ("2026-09-15 07:00", "2026-09-15 07:00"),
        ("2026-12-31 23:00", "2027-01-01 07:00"),
    ],
)
def test_a_night_from_ten_to_seven(at: str, goes: str) -> None:
    assert after_quiet(moment(at), 22 * 60, 7 * 60) == moment(goes)


def test_without_quiet_hours_everything_goes_at_once() -> None:
    assert after_quiet(moment("2026-09-14 03:00"), None, None) == moment("2026-09-14 03:00")


# --- trying again


def test_it_is_tried_eight_times_ever_later() -> None:
    at = moment("2026-09-14 03:00")
    waits = [again - at if (again := next_try(tries, at)) else None for tries in range(1, 9)]
    assert waits == [*(timedelta(minutes=each) for each in (1, 5, 15, 60, 60, 60, 60)), None]


# --- addresses


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("https://oapi.dingtalk.com/robot/send?access_token=3f9a", "dingtalk://3f9a"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=ab-cd", "wecombot://ab-cd"),
        (" https://open.feishu.cn/open-apis/bot/v2/hook/77e \n", "feishu://77e"),
        ("https://open.larksuite.com/open-apis/bot/v2/hook/77e", "lark://77e"),
        ("mailto://a:b@qq.com", "mailto://a:b@qq.com"),
    ],
)
def test_what_a_providers_page_shows_can_be_pasted(pasted: str, kept: str) -> None:
    assert normal_address(pasted) == kept
    assert provider_of(kept) is not None


def test_each_address_that_can_be_pasted_is_of_a_provider_that_we_know() -> None:
    assert all(provider_of(ours) for ours in NATIVE.values())


@pytest.mark.parametrize("address", ["syslog://", "dbus://", "file:///etc/passwd", "https://example.cn/", "slack://a/b/c", "dingtalk", ""])
def test_nothing_goes_to_a_provider_that_is_not_in_the_table(address: str) -> None:
    assert provider_of(address) is None


@given(st.sampled_from(["dingtalk", "wecombot", "mailto", "jsons"]), st.text("abcdef0123456789", min_size=1, max_size=80))
def test_of_a_secret_at_most_four_characters_are_shown_and_never_more_than_a_quarter(scheme: str, secret: str) -> None:
    shown = masked(f"{scheme}://{secret}").removeprefix(f"{scheme}://****")
    assert len(shown) <= len(secret) / 4
    assert shown in ("", secret[-4:])


WHOLE = {"name": "值班群", "address": "dingtalk://3f9a", "tiers": ["I"], "kinds": ["told"], "quiet_from": None, "quiet_to": None}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"quiet_from": 1320, "quiet_to": 420}, []),
        ({"name": ""}, ["name"]),
        ({"address": ""}, ["address"]),
        ({"address": "dingtalk://"}, ["address"]),
        ({"address": "dingtalk://3f 9a"}, ["address"]),
        ({"address": "json://[::1"}, ["address"]),
        ({"address": "dingtalk://" + "a" * 500}, ["address"]),
        ({"address": "slack://a/b/c"}, ["address"]),
        ({"tiers": []}, ["tiers"]),
        ({"kinds": []}, ["kinds"]),
        ({"quiet_from": 1320}, ["quiet_to"]),
        ({"quiet_from": 60, "quiet_to": 60}, ["quiet_to"]),
        ({"address": "json://10.0.0.5/sms"}, []),
        ({"address": "json://10.0.0.5/sms", "is_own": True}, ["address"]),
    ],
)
def test_what_is_wrong_with_a_way_is_said_by_field(changes: dict[str, object], fields: list[str]) -> None:
    assert list(way_faults(**{"is_own": False, **WHOLE, **changes})) == fields  # type: ignore[arg-type]


# --- what is said


def said(left: timedelta | None, *, acknowledge: bool = False) -> rules.Told:
    return rules.told(
        number="6101-2026-000123", tier="特急", kind="逾期上报", left=left, acknowledge=acknowledge,
        address="https://hotline.example.cn/", mark="3f9a77e1",
    )  # fmt: skip


def test_a_notice_says_which_case_how_urgent_what_and_how_long_is_left() -> None:
    assert said(timedelta(minutes=12)) == (
        "12349 特急：逾期上报",
        "个案 6101-2026-000123，还剩 12 分。\n请登录查看：https://hotline.example.cn/\n通知号 3f9a77e1",
    )
    assert said(timedelta(minutes=-80)).body.startswith("个案 6101-2026-000123，已超 1 小时 20 分。\n")
    assert said(None).body.startswith("个案 6101-2026-000123。\n")
    assert "请登录查看，并按“知道了”：" in said(None, acknowledge=True).body


def test_a_fault_is_a_word_of_ours_and_perhaps_a_number() -> None:
    assert [rules.fault_in_words(fault) for fault in ("refused 403", "unreachable", "")] == [
        "对方拒收（403）",
        "连接不上，或对方没有及时应答",
        "",
    ]
