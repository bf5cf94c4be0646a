"""The pages on which a place keeps its hours and its own holidays."""

from collections.abc import Iterator
from datetime import date, timedelta

import psycopg
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from hutong.hotline.clocks import actions, queries
from hutong.hotline.clocks.models import LocalDay, WorkHours
from hutong.hotline.clocks.rules import SpecialDay
from hutong.hotline.network.models import Division
from hutong.project.database import Addresses
from tests import cast
from tests.browser import DESK, PHONE, Site, look
from tests.clients import signed_in
from tests.network import AT, administrator

TODAY = timezone.localdate()
YEAR = TODAY.year
BASIS = "市防汛抗旱指挥部关于停工停业的通知"
DAYS = f"{YEAR}-03-10 休 台风\n{YEAR},3,14 班"
PASTED = f"{YEAR}-03-10,休,台风\n{YEAR}/3/11 至 {YEAR}/3/12,休,台风"


def hours_page(client: Client, office: str, **typed: str) -> HttpResponse:
    address = reverse("office:hours", args=[cast.office(office).pk])
    return client.post(address, typed) if typed else client.get(address)  # type: ignore[return-value]


def days_page(client: Client, code: int = 610104, **typed: str) -> HttpResponse:
    address = reverse("office:days", args=[code])
    return client.post(address, {"days": PASTED, "basis": BASIS} | typed) if typed else client.get(address)  # type: ignore[return-value]


def decide(code: str, *days: tuple[int, int, bool], name: str = "台风") -> None:
    special = [SpecialDay(date(YEAR, month, day), works, name) for month, day, works in days]
    actions.set_local_days(division=Division.objects.get(pk=code), days=special, basis=BASIS, by=None, at=AT)


# --- hours


@pytest.mark.django_db
def test_an_office_is_given_hours_and_gives_them_back() -> None:
    client = signed_in("gao")
    assert "不填则沿用上级（全国通用）：09:00-12:00，13:30-17:30。" in hours_page(client, "xian").content.decode()
    assert hours_page(client, "xian", windows="08:00-12:00，18:00-24:00").headers["Location"] == reverse(
        "office:office", args=[cast.office("xian").pk]
    )
    assert list(queries.windows(cast.office("lianhu"))) == [(480, 720), (1080, 1440)]
    shown = client.get(reverse("office:office", args=[cast.office("lianhu").pk])).content.decode()
    for said in ("08:00–12:00", "18:00–24:00", "沿用西安市12349热线中心"):
        assert said in shown
    assert 'value="08:00-12:00，18:00-24:00"' in hours_page(client, "xian").content.decode()
    hours_page(client, "xian", windows="", seen="{}")
    assert not WorkHours.objects.filter(office__code="xian", ended_at=None).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("上午", "看不懂“上午”"),
        ("13:30-17:30，09:00-12:00", "各段要按先后写，不能重叠。"),
        ("22:00-06:00", "跨过午夜的请分成两段"),
        ("09:00-24:30", "时刻应在 00:00 到 24:00 之间。"),
    ],
)
def test_hours_that_cannot_be_are_explained_and_kept_on_the_page(typed: str, said: str) -> None:
    answer = hours_page(signed_in("gao"), "xian", windows=typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert typed in answer.content.decode()
    assert WorkHours.objects.count() == 1


@pytest.mark.django_db
def test_two_administrators_at_once_do_not_overwrite_one_another_unseen() -> None:
    mine, seen = signed_in("gao"), hours_page(signed_in("gao"), "xian").context["form"].initial["seen"]  # type: ignore[attr-defined]
    actions.set_hours(office=cast.office("xian"), windows=[(0, 1440)], by=None, at=AT)
    answer = hours_page(mine, "xian", windows="08:00-12:00", seen=seen)
    assert "刚有他人改为“00:00-24:00”" in answer.content.decode()
    assert hours_page(mine, "xian", windows="08:00-12:00", seen=answer.context["form"].data["seen"]).status_code == 302  # type: ignore[attr-defined]


# --- days


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "codes"),
    [("ping", (61, 6101, 610104, 3601)), ("gao", (61, 6101, 610104)), ("nan", (6101, 610104)), ("lan", (610104,)), ("police", ())],
)
def test_an_administrator_decides_for_the_own_division_and_below(who: str, codes: tuple[int, ...]) -> None:
    offices = {"ping": "mca", "nan": "xian", "lan": "lianhu"}
    if who in offices:
        administrator(who, offices[who])
    if who == "police":
        administrator("lan", "lianhu-police")
    client = signed_in({"police": "lan"}.get(who, who))
    reached = tuple(code for code in (61, 6101, 610104, 3601) if days_page(client, code).status_code == 200)
    assert reached == codes
    assert {days_page(client, code, publish="yes").status_code for code in {61, 6101, 610104, 3601} - set(codes)} <= {404}
    own = reverse("office:days", args=[cast.post({"police": "lan"}.get(who, who)).office.division_id or 61])
    tab = f'href="{own}"' in client.get(reverse("office:divisions")).content.decode()
    assert tab == (who not in ("police", "ping"))


@pytest.mark.django_db
def test_days_are_pasted_previewed_and_decided() -> None:
    client = signed_in("gao")
    preview = days_page(client, look="yes")
    assert preview.status_code == 200
    changes = [(str(special.day), before) for special, before in preview.context["changes"]]  # type: ignore[attr-defined]
    assert changes == [(f"{YEAR}-03-{day}", f"{'周末' if date(YEAR, 3, day).weekday() > 4 else '工作日'}") for day in (10, 11, 12)]
    assert ("已过去" in preview.content.decode()) == (date(YEAR, 3, 10) < TODAY)
    assert not LocalDay.objects.exists()
    assert days_page(client, publish="yes", stood=preview.context["stood"]).status_code == 302  # type: ignore[attr-defined]
    assert [(each.day.day, each.is_workday, each.name, each.basis) for each in LocalDay.objects.order_by("day")] == [
        (day, False, "台风", BASIS) for day in (10, 11, 12)
    ]
    page = days_page(client).content.decode()
    assert BASIS in page
    assert "高洁" in page


@pytest.mark.django_db
def test_what_changed_since_the_preview_is_shown_first() -> None:
    client = signed_in("gao")
    stood = days_page(client, look="yes").context["stood"]  # type: ignore[attr-defined]
    decide("6101", (3, 10, False), name="停电")
    answer = days_page(client, publish="yes", stood=stood)
    assert "您预览之后，这些日子有了变化" in answer.content.decode()
    assert "本地放假 停电" in answer.content.decode()
    assert LocalDay.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"basis": " "}, "请写明依据"),
        ({"days": " "}, "没有列出任何日子。"),
        ({"days": "台风"}, "看不懂这一行"),
        ({"days": f"{YEAR}-02-30 休 台风"}, f"没有 {YEAR} 年 02 月 30 日这一天。"),
        ({"days": "2004-03-10 休 台风"}, "2004-03-10 不属于"),
        ({"days": f"{YEAR}-03-10 休 台风\n3月10日 班 台风"}, "在第 1 行已经写过"),
        ({"days": f"{YEAR}-03-10 休"}, "写明节日名称"),
        ({"basis": "长" * 201}, "文字有 201 字"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(changes: dict[str, str], said: str) -> None:
    answer = days_page(signed_in("gao"), publish="yes", **changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    for typed in ({"days": PASTED, "basis": BASIS} | changes).values():
        assert typed.strip() in answer.content.decode()
    assert not LocalDay.objects.exists()


@pytest.mark.django_db
def test_what_was_decided_above_is_shown_and_can_only_be_taken_back_there() -> None:
    administrator("lan", "lianhu")
    decide("61", (3, 10, False), (3, 11, False))
    decide("610104", (3, 10, True), name="照常上班")
    client = signed_in("lan")
    page = days_page(client).content.decode()
    assert page.count("以下级决定为准") == 1
    own, above = (LocalDay.objects.get(division=code, day=date(YEAR, 3, 10)) for code in ("610104", "61"))
    ends = {each: reverse("office:end_day", args=[each.pk]) for each in (own, above)}
    assert [ends[each] in page for each in (own, above)] == [True, False]
    assert client.post(ends[above]).status_code == 404
    assert client.post(ends[own], {"sure": "yes"}).headers["Location"] == reverse("office:days", args=[610104])
    assert client.post(ends[own], {"sure": "yes"}).status_code == 404
    assert "照常上班" not in days_page(client).content.decode().partition("<main")[2]


@pytest.mark.django_db
def test_the_page_asks_the_same_number_of_questions_however_much_there_is() -> None:
    counts = []
    for month in (3, 4, 5):
        decide("610104", *((month, day, False) for day in range(2, 2 + month * 3)))
        decide("61", *((month, day, False) for day in range(2, 2 + month * 3)))
        client = signed_in("gao")
        with CaptureQueriesContext(connection) as caught:
            days_page(client)
        counts.append(len(caught))
    assert counts == [9, 9, 9]


# --- in a browser


@pytest.fixture
def taken_out_again(committed: Addresses) -> Iterator[None]:
    """The calendar and the hours belong to the template: what a test commits there is taken out by the owner."""
    yield
    with psycopg.connect(committed.owner) as owner:
        owner.execute("DELETE FROM clocks_local_day")
        owner.execute("DELETE FROM clocks_work_hours WHERE office_id IS NOT NULL")


@pytest.mark.browser
@pytest.mark.usefixtures("taken_out_again")
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_typhoon_is_decided_and_hours_are_set(site: Site, size: dict[str, int]) -> None:
    page = site.sign_in("gao", size)
    day = TODAY + timedelta(days=30)
    page.goto(site.url("office:days", 6101))
    page.get_by_label("哪些日子放假或上班").fill(f"{day} 休 台风\n昨天 休 台风")
    page.get_by_label("依据").fill(BASIS)
    page.get_by_role("button", name="预览").click()
    page.get_by_text("看不懂这一行").wait_for()
    page.get_by_label("哪些日子放假或上班").fill(f"{day} 休 台风")
    page.get_by_role("button", name="预览").click()
    page.get_by_text("决定前请核对").wait_for()
    look(page, "days-preview")
    page.get_by_role("button", name="决定", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("已决定 1 天。")
    look(page, "days-decided")

    page.goto(site.url("office:office", cast.office("xian").pk))
    page.get_by_role("link", name="设定").click()
    page.get_by_label("工作时间").fill("00:00-24:00")
    look(page, "days-hours")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("00:00–24:00")
    look(page, "days-office")
