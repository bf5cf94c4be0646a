"""The page on which ministry and provinces keep the holidays."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.clocks import actions, queries
from hutong.hotline.clocks.models import CalendarYear
from hutong.hotline.clocks.rules import SpecialDay
from hutong.hotline.network.models import Post, Role, Staff
from hutong.project.database import Addresses
from tests import cast
from tests.browser import DESK, PHONE, Site, check_accessibility, fits, shoot
from tests.clients import signed_in
from tests.hotline.clocks.model import moment
from tests.loop import case_at

SOURCE = "国务院办公厅关于2027年部分节假日安排的通知（国办发明电〔2026〕9号）"
DAYS = "2027-01-01 休 元旦\n2027-02-06 至 2027-02-12 休 春节\n2027-02-20 班 春节调休"
WRONG = "2027-01-01 休 元旦\n2027-02-30 休 春节\n春节"


def administrator(office: str) -> str:
    """The sign-in of an administrator of an office of the cast that has none."""
    staff = Staff.objects.create(username=f"admin-{office}", name="管理员")
    Post.objects.create(staff=staff, office=cast.office(office), role=Role.ADMINISTRATOR, valid_from=date(2020, 1, 1))
    return staff.username


def send(client: Client, *, year: int = 2027, **changes: Any) -> HttpResponse:
    return client.post(reverse("office:calendar_year", args=[year]), {"source": SOURCE, "days": DAYS} | changes)  # type: ignore[return-value]


def previewed(client: Client, **changes: Any) -> dict[str, Any]:
    """What a preview shows."""
    answer = send(client, **changes)
    assert answer.status_code == 200
    return answer.context  # type: ignore[attr-defined, no-any-return]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("office", "status"), [("mca", 200), ("shaanxi", 200), ("xian", 403), ("lianhu", 403)], ids=["ministry", "province", "centre", "county"]
)
def test_the_page_belongs_to_administrators_of_ministry_and_provinces(office: str, status: int) -> None:
    client = signed_in("gao" if office == "shaanxi" else administrator(office))
    for address in (reverse("office:calendar"), reverse("office:calendar_year", args=[2027])):
        assert client.get(address).status_code == status
    assert send(client).status_code == status
    assert (reverse("office:calendar") in client.get(reverse("office:index")).content.decode()) == (status == 200)


@pytest.mark.django_db
def test_a_year_is_shown_month_by_month_with_its_source() -> None:
    page = signed_in("gao").get(reverse("office:calendar"), {"year": "2025"})
    months = dict(page.context["months"])
    days = {day[0]: day[1:] for week in months[10] for day in week if day}
    assert (days[1], days[11], days[12], days[13]) == (("off", "国庆节"), ("work", "国庆节调休"), ("weekend", ""), ("", ""))
    assert page.context["workdays"] == 248
    assert "国务院办公厅关于2025年部分节假日安排的通知" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/office/calendar/?year=1990", "/office/calendar/?year=x", "/office/calendar/1999/", "/office/calendar/2100/"]
)
def test_a_year_that_is_not_there_is_not_found(address: str) -> None:
    assert signed_in("gao").get(address).status_code == 404


@pytest.mark.django_db
def test_a_preview_shows_what_would_change_and_changes_nothing() -> None:
    case_at("handling", at=moment("2026-12-21 10:00"))
    shown = previewed(signed_in("gao"))
    changes = [(str(day), before, after and after.name) for day, before, after in shown["preview"].changes]
    spring = [(f"2027-02-{day:02}", None, "春节") for day in (8, 9, 10, 11, 12)]
    assert changes == [("2027-01-01", None, "元旦"), *spring, ("2027-02-20", None, "春节调休")]
    assert (shown["preview"].workdays, shown["provisional"]) == (261 - 6 + 1, 1)
    assert not CalendarYear.objects.filter(year=2027).exists()


@pytest.mark.django_db
def test_what_was_previewed_is_published() -> None:
    client = signed_in("gao")
    stood = previewed(client)["stood"]
    answer = send(client, stood=stood, publish="yes")
    assert answer.headers["Location"] == "/office/calendar/?year=2027"
    assert CalendarYear.objects.get(year=2027).source == SOURCE
    assert len(queries.special_days(2027)) == 7
    assert "2027 年放假安排已公布。" in client.get(answer.headers["Location"]).content.decode()


@pytest.mark.django_db
def test_publishing_the_same_twice_changes_nothing_and_says_so() -> None:
    client = signed_in("gao")
    stood = previewed(client)["stood"]
    send(client, stood=stood, publish="yes")
    page = send(client, stood=stood, publish="yes").content.decode()
    assert "与现在相同，没有要公布的。" in page
    assert 'name="publish"' not in page


@pytest.mark.django_db
def test_a_year_that_somebody_changed_since_the_preview_is_shown_again_first() -> None:
    client = signed_in("gao")
    stood = previewed(client)["stood"]
    other = [SpecialDay(date(2027, 1, 1), False, "新年"), SpecialDay(date(2027, 5, 3), False, "劳动节")]
    actions.publish_year(year=2027, source="别人的", days=other, by=None, at=datetime.now(UTC))
    answer = send(client, stood=stood, publish="yes")
    changes = {str(day): (before and before.name, after and after.name) for day, before, after in answer.context["preview"].changes}  # type: ignore[attr-defined]
    assert "您预览之后，有人改过这一年" in answer.content.decode()
    assert (changes["2027-01-01"], changes["2027-05-03"]) == (("新年", "元旦"), ("劳动节", None))
    assert CalendarYear.objects.get(year=2027).source == "别人的"
    assert send(client, stood=answer.context["stood"], publish="yes").status_code == 302  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_published_year_is_amended_from_how_it_stands() -> None:
    page = signed_in("gao").get(reverse("office:calendar_year", args=[2026])).content.decode()
    assert "2026-01-04 班 元旦调休" in page
    assert "2026-10-01 休 国庆节" in page


@pytest.mark.django_db
def test_every_error_stands_beside_its_line_and_all_that_was_typed_is_kept() -> None:
    answer = send(signed_in("gao"), days=WRONG, publish="yes", stood=" ")
    page = answer.content.decode()
    assert answer.status_code == 422
    faults = [(line.number, line.fault) for line in answer.context["lines"]]  # type: ignore[attr-defined]
    assert faults == [
        (1, ""),
        (2, "没有 2027 年 02 月 30 日这一天。"),
        (3, "看不懂这一行。请写“日期 休或班 节日名称”，如：2027-01-01 休 元旦"),
    ]
    for said in (*(fault for _number, fault in faults), "有 2 行需要改正", SOURCE, WRONG):
        assert said in page
    assert not CalendarYear.objects.filter(year=2027).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": " "}, "请写明通知的名称和文号。"),
        ({"days": " "}, "没有列出任何放假或调休的日子。"),
        ({"days": "2027-01-02 休 元旦"}, "没有列出任何放假或调休的日子。"),
        ({"source": "长" * 201}, "文字有 201 字"),
        ({"source": "a\x00b", "days": "\ufffd\x00"}, "看不懂这一行"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(changes: dict[str, str], said: str) -> None:
    answer = send(signed_in("gao"), **changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("on", "missing"),
    [("2026-10-31", None), ("2026-11-01", 2027), ("2026-12-31", 2027), ("2027-01-01", 2027), ("2025-12-31", None), ("2028-11-01", 2028)],
)
def test_from_november_on_next_year_is_missed(on: str, missing: int | None) -> None:
    assert queries.missing_year(date.fromisoformat(on)) == missing


@pytest.fixture
def years_of_today_taken_out() -> int:
    """The year that must be entered by today, whenever that is, and is not."""
    today = timezone.localdate()
    year = today.year + (today.month >= 11)
    for earlier in range(2027, year):
        publish(earlier)
    CalendarYear.objects.filter(year=year).delete()
    return year


def publish(year: int) -> None:
    actions.publish_year(
        year=year, source="通知", days=[SpecialDay(date(year, 5, day), date(year, 5, day).weekday() > 4, "节") for day in range(1, 8)],
        by=None, at=datetime.now(UTC),
    )  # fmt: skip


DESKS = {
    "song": "province:board", "lu": "operator:desk", "zhou": "cases:work", "ma": "county:work", "gao": "office:index",
    "xu": "operator:desk", "wang": "county:work", "shi": "county:work", "an": "cases:work",
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("who", DESKS)
def test_every_desk_of_those_who_see_to_it_says_so_and_no_other_page(who: str, years_of_today_taken_out: int) -> None:
    missing, client = f"{years_of_today_taken_out} 年的放假安排还没有录入", signed_in(who)
    shown = client.get(reverse(DESKS[who]), follow=True).content.decode()
    assert (missing in shown) == (who in ("song", "lu", "zhou", "ma", "gao"))
    assert ("请联系省级管理员录入。" in shown) == (who in ("song", "lu", "zhou", "ma"))
    if who == "zhou":
        case = case_at("handling")
        assert missing not in client.get(reverse("cases:case", args=[case.pk])).content.decode()
    publish(years_of_today_taken_out)
    assert missing not in client.get(reverse(DESKS[who]), follow=True).content.decode()


@pytest.mark.django_db
def test_the_start_page_and_the_calendar_say_so(years_of_today_taken_out: int) -> None:
    missing = f"{years_of_today_taken_out} 年的放假安排还没有录入"
    for address in (reverse("office:index"), reverse("office:calendar")):
        assert missing in signed_in("gao").get(address).content.decode()
    page = signed_in(administrator("xian")).get(reverse("office:index")).content.decode()
    assert missing in page
    assert "请联系省级管理员录入。" in page
    publish(years_of_today_taken_out)
    assert missing not in signed_in("gao").get(reverse("office:index")).content.decode()


# --- in a browser


@pytest.fixture
def calendar_taken_out_again(committed: Addresses) -> Iterator[None]:
    """The calendar belongs to the template: what a test commits there is taken out by the owner."""
    yield
    with psycopg.connect(committed.owner) as owner:
        owner.execute("DELETE FROM clocks_calendar_day WHERE year_id = 2027")
        owner.execute("DELETE FROM clocks_calendar_year WHERE year = 2027")


@pytest.mark.browser
@pytest.mark.usefixtures("calendar_taken_out_again")
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_year_is_entered_from_a_wrong_line_to_the_published_calendar(site: Site, size: dict[str, int]) -> None:
    page = site.sign_in("gao", size)
    page.goto(site.url("office:calendar"))
    shoot(page, f"calendar-{size['width']}")
    check_accessibility(page)

    page.goto(site.url("office:calendar_year", 2027))
    page.get_by_label("通知名称和文号").fill(SOURCE)
    page.get_by_label("放假和调休").fill(f"{DAYS}\n2027-02-30 休 春节")
    page.get_by_role("button", name="预览").click()
    page.get_by_text("没有 2027 年 02 月 30 日这一天。").wait_for()
    shoot(page, f"calendar-wrong-{size['width']}")
    check_accessibility(page)

    page.get_by_label("放假和调休").fill(DAYS)
    page.get_by_role("button", name="预览").click()
    page.get_by_text("公布前请核对").wait_for()
    shoot(page, f"calendar-preview-{size['width']}")
    check_accessibility(page)

    page.get_by_role("button", name="公布").click()
    page.get_by_role("heading", name="2027 年放假安排").wait_for()
    shoot(page, f"calendar-published-{size['width']}")
    fits(page)
    assert CalendarYear.objects.get(year=2027).source == SOURCE
