"""Somebody listens to what was said on the telephone: asked for what, seen by the others, with the keyboard alone."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hutong.hotline.cases.models import Case
from hutong.hotline.recordings import actions
from hutong.hotline.recordings.models import Play, Recording
from tests.browser import PHONE, Site, check_accessibility, fits, shoot, wait_until
from tests.cast import post
from tests.loop import START, case_at
from tests.talks import a_call, begun, end

pytestmark = pytest.mark.browser
DRAWN = """canvas => {
  const {width, height} = canvas, seen = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  const lane = (from, to) => seen.slice(from * width * 4, to * width * 4).filter((value, at) => at % 4 === 3 && value > 0).length;
  return [lane(0, Math.floor(height / 2)), lane(Math.floor(height / 2), height)];
}"""
NOW = "element => element.audio.currentTime"


@pytest.fixture
def case(committed: object, tmp_path: Path) -> Case:
    """A case that came by a call of forty seconds, paused for six of them."""
    case = case_at("handling")
    call = a_call(case=case, ended=False)
    recording_id = begun(call, tmp_path, seconds=40)
    actions.pause(call, by=post("xu"), at=START + timedelta(seconds=12), why="读身份证号")
    actions.resume(call, by=post("xu"), at=START + timedelta(seconds=18))
    end(call, START + timedelta(seconds=40))
    actions.keep(recording_id, at=START + timedelta(seconds=41))
    return case


def open_player(page: Page, purpose: str) -> None:
    """From the case to the player."""
    page.locator("#recordings").get_by_role("link", name="收听").click()
    dialog = page.locator("#deed")
    expect(dialog.get_by_text("每次收听都会记录")).to_be_visible()
    dialog.get_by_label(purpose).check()
    dialog.get_by_role("button", name="收听").click()
    expect(dialog.locator("call-recording")).to_be_visible()


def test_a_shift_lead_listens_and_the_coordinator_sees_it(site: Site, case: Case) -> None:
    zhou, lu = site.sign_in("zhou"), site.sign_in("lu")
    for page in (zhou, lu):
        page.goto(site.url("cases:case", case.pk))
    expect(zhou.locator("#recordings").get_by_text("暂停过 1 次")).to_be_visible()
    expect(zhou.locator("#recordings").get_by_role("link", name="收听")).to_have_count(0)
    open_player(lu, "质量检查")
    shoot(lu, "recording-dialog")
    player = lu.locator("call-recording")
    wait_until(lambda: lu.wait_for_timeout(50) or min(player.locator("canvas").evaluate(DRAWN)) > 500)  # both sides are drawn,
    loud, quiet = player.locator("canvas").evaluate(DRAWN)
    assert loud > quiet  # the caller's taller
    assert player.evaluate(NOW) == 0
    player.get_by_role("button", name="播放").click()
    wait_until(lambda: lu.wait_for_timeout(50) or player.evaluate(NOW) > 0.2)
    expect(player.get_by_role("button", name="暂停")).to_be_visible()
    expect(zhou.locator("#recordings").get_by_text("听过 1 次")).to_be_visible()
    zhou.get_by_text("听过 1 次").click()
    expect(zhou.locator("#recordings").get_by_text("陆远 · 西安市12349热线中心 · 质量检查")).to_be_visible()
    shoot(zhou, "recording-case")
    lu.keyboard.press("Escape")
    expect(lu.locator("call-recording")).to_have_count(0)
    assert Play.objects.count() == 1


def test_the_keyboard_is_enough(site: Site, case: Case) -> None:
    page = site.sign_in("lu")
    page.goto(site.url("cases:case", case.pk))
    open_player(page, "核实投诉")
    player, wave = page.locator("call-recording"), page.get_by_role("slider", name="播放位置")
    expect(wave).to_be_focused()
    for key, there in (("ArrowRight", 5), ("PageUp", 35), ("ArrowLeft", 30), ("End", 40), ("PageDown", 10), ("Home", 0)):
        page.keyboard.press(key)
        expect(wave).to_have_attribute("aria-valuenow", str(there))
    page.keyboard.press("Space")
    wait_until(lambda: page.wait_for_timeout(50) or player.evaluate(NOW) > 0.2)
    page.keyboard.press("Space")
    expect(player.get_by_role("button", name="播放")).to_be_visible()
    player.get_by_label("速度").select_option("2")
    assert player.evaluate("element => element.audio.playbackRate") == 2
    check_accessibility(page)


def test_it_plays_on_from_portion_to_portion_to_its_end(site: Site, case: Case) -> None:
    page = site.sign_in("lu")
    page.goto(site.url("cases:case", case.pk))
    answers: list[str] = []
    page.on("response", lambda answer: answers.append(answer.headers.get("content-range", "")) if "/audio" in answer.url else None)
    open_player(page, "质量检查")
    player = page.locator("call-recording")
    player.get_by_role("button", name="播放").click()
    player.evaluate("element => { element.audio.playbackRate = 16; }")
    wait_until(lambda: page.wait_for_timeout(50) or player.evaluate("element => element.audio.ended"))
    assert len({each for each in answers if each}) >= 3
    assert Play.objects.count() == 1


def test_a_click_into_the_wave_goes_there_and_gaps_are_named(site: Site, case: Case) -> None:
    page = site.sign_in("lu", PHONE)
    page.goto(site.url("cases:case", case.pk))
    fits(page)
    open_player(page, "质量检查")
    page.locator("canvas").click()
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuenow", "20")
    expect(page.locator("#deed").get_by_text("0:12–0:18")).to_be_visible()
    expect(page.locator("#deed").get_by_text("读身份证号")).to_be_visible()
    fits(page)
    shoot(page, "recording-phone")


def test_when_the_quarter_of_an_hour_is_over_the_player_says_so_and_asks_again(site: Site, case: Case) -> None:
    page = site.sign_in("lu")
    page.clock.install()
    page.goto(site.url("cases:case", case.pk))
    open_player(page, "质量检查")
    page.clock.fast_forward("16:00")
    expect(page.get_by_text("收听时间已到，或录音无法打开。")).to_be_visible()
    page.get_by_role("link", name="重新选择目的").click()
    expect(page.get_by_label("质量检查")).to_be_visible()
    recording = Recording.objects.get()
    page.get_by_label("质量检查").check()
    page.get_by_role("button", name="收听").click()
    expect(page.locator("call-recording")).to_be_visible()
    assert recording.plays.count() == 2
