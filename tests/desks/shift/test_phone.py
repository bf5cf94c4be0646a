"""The telephone on the shift's board."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.calls.models import Wish
from tests import cast
from tests.clients import signed_in
from tests.desks.phone.playing import answered, call_in, hang_up, open_line, ring, sit_down, talk

pytestmark = pytest.mark.django_db
NOW = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def line() -> None:
    open_line()


def region(who: str = "lu") -> str:
    return signed_in(who).get(reverse("shift:phone"), headers=NOW).content.decode()


def test_who_asks_for_help_stands_first_and_no_longer_once_somebody_came() -> None:
    for name, number in (("xu", "13900000001"), ("he", "13900000002")):
        talk(number, name)
    second = talk("13900000003", "zhou")
    signed_in("zhou").post(reverse("phone:ask", args=[second.pk, "help"]), headers=NOW)
    shown = region()
    assert shown.index("13900000003") < shown.index("13900000001")
    assert "求助" in shown
    sit_down("lu")
    signed_in("lu").post(reverse("phone:ask", args=[second.pk, "whisper"]), headers=NOW)
    answered(second, "lu")
    shown = region()
    assert "求助</span>" not in shown
    assert "陆远 耳语" in shown


def test_listening_whispering_and_joining_are_a_shift_leads_and_are_told_afterwards() -> None:
    call = talk()
    assert "旁听" not in region("he")
    refused = signed_in("he").post(reverse("phone:ask", args=[call.pk, "listen"]), headers=NOW)
    assert "只限值班长" in refused.content.decode()
    shown = region()
    for asked in ("listen", "whisper", "join"):
        assert reverse("phone:ask", args=[call.pk, asked]) in shown
    assert "话机窗口没有打开" in signed_in("lu").post(reverse("phone:ask", args=[call.pk, "listen"]), headers=NOW).content.decode()
    sit_down("lu")
    assert signed_in("lu").post(reverse("phone:ask", args=[call.pk, "listen"]), headers=NOW).status_code == 200
    answered(call, "lu")
    hang_up(call)
    page = signed_in("xu").get(reverse("phone:call", args=[call.pk])).content.decode()
    assert "旁听" in page
    assert "陆远" in page
    assert Wish.objects.get().by == cast.post("lu")


def test_those_who_sit_and_those_who_wait_are_shown() -> None:
    assert "没有人上机" in region()
    sit_down("he")
    sit_down("xu")
    call_in()
    ring()
    call_in("13900007777")
    shown = region()
    for word in ("何静", "徐宁", "空闲", "振铃", "13900007777", "排队"):
        assert word in shown


def test_the_figures_are_held_against_the_targets() -> None:
    now = timezone.now()
    talk()
    for number, seconds in (("13900000001", 40), ("13900000002", 50)):
        hang_up(call_in(number, at=now - timedelta(seconds=seconds)))
    shown = region()
    assert '<strong class="missed">33%</strong><span>15 秒接通率</span>' in shown
    assert '<strong class="missed">33%</strong><span>接通率</span>' in shown
    assert "<strong>2</strong><span>等候中挂断</span>" in shown
    assert shown.count("西安 12349") >= 2
    assert "新设 12349" in shown


def test_a_wall_shows_figures_and_no_number_and_nobody() -> None:
    talk()
    call_in("13900007777")
    wall = signed_in("lu").get(reverse("shift:board", query={"wall": 1})).content.decode()
    assert "15 秒接通率" in wall
    for word in ("13900001234", "13900007777", "徐宁"):
        assert word not in wall


def test_the_region_on_the_page_is_the_region_alone_and_asks_no_more_for_more() -> None:
    client = signed_in("lu")

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("shift:phone"), headers=NOW)
        return len(caught)

    talk()
    few = asked()
    talk("13900000002", "he")
    for number in range(3):
        call_in(f"1390000100{number}")
    assert asked() == few
    assert "1390000100" in signed_in("lu").get(reverse("shift:board")).content.decode()


def test_another_centres_calls_are_not_there() -> None:
    call = talk()
    assert "13900001234" not in region("qin")
    assert signed_in("qin").get(reverse("phone:call", args=[call.pk])).status_code == 404
