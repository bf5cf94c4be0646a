"""The report of who saw a child, as somebody reads it who has never seen the platform: whole, in words, and on paper."""

import ast
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from docx import Document

import hutong
from hutong.desks.components import log
from hutong.hotline.archive.models import Export
from hutong.hotline.cases import pace
from hutong.hotline.cases.actions import emergencies, recusing
from hutong.hotline.cases.models import Case
from hutong.hotline.people.models import Child
from tests import cast
from tests.clients import signed_in
from tests.desks.audit.test_desk import get, post, text
from tests.loop import START, case_at, opened
from tests.talks import a_call, kept

pytestmark = pytest.mark.django_db
URGENT = "派出所民警现场核对孩子身份和住址情况"


def seen_in_every_way(folder: Path) -> tuple[Case, Child]:
    """A case that was looked at, stood in lists, was heard, revealed, opened in an emergency, taken out and refused."""
    case = case_at("handling", tier="I")
    child = Child.objects.get()
    talk = kept(a_call(case=case), folder)
    wang, ma, qin, lu = (signed_in(who) for who in ("wang", "ma", "qin", "lu"))
    wang.get(reverse("cases:case", args=[case.pk]))
    ma.get(reverse("cases:work"))
    ma.post(reverse("cases:reveal", args=[case.pk, "child", "name", child.pk]), {"why": "visit", "words": "上门前核对姓名"})
    lu.post(reverse("recordings:ask", args=[talk.pk]), {"purpose": "other", "text": "家长投诉接线员态度"})
    lu.get(reverse("phone:call", args=[talk.call_id]))
    qin.get(reverse("cases:case", args=[case.pk]))
    qin.get(reverse("recordings:ask", args=[talk.pk]))
    emergencies.break_glass(number=case.number, why="police_asks", text=URGENT, by=cast.post("fang"), at=timezone.now())
    signed_in("an").get(reverse("audit:find", query={"number": case.number}))
    return case, child


def main(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2]))


def test_it_tells_every_way_in_which_somebody_saw_it_in_words(tmp_path: Path) -> None:
    _case, child = seen_in_every_way(tmp_path)
    post("an", "child", child.pk, **{"as": "csv"})
    page = main(text(get("an", "child", child.pk)))
    for said in (
        "王海 · 个案专员 莲湖区民政局 看了 个案页",
        "马兰 · 协调员 莲湖区民政局 在列表中看到 工作列表",
        "看了隐去的内容 儿童 · 姓名",
        "上门、接送、护送 · 上门前核对姓名",
        "陆远 · 值班长 西安市12349热线中心 听了录音",
        "其他（请写明） · 家长投诉接线员态度",
        "看了 通话详情",
        "公安机关正在现场，需要核对 · " + URGENT,
        "导出 谁看过这个孩子 · 序号 DC",
        "查谁看过这个孩子",
        "谁打开过这个孩子的个案",
    ):
        assert said in page, page
    assert page.count("被拒绝 个案页") == 1
    assert "被拒绝 收听录音" in page
    assert not re.search(r"[a-z]+(_|:)[a-z]+", page)  # no code stands for a word


def test_it_counts_who_did_how_much_and_when_first_and_last(tmp_path: Path) -> None:
    _case, child = seen_in_every_way(tmp_path)
    page = main(text(get("an", "child", child.pk)))
    today = f"{timezone.localtime():%Y-%m-%d}"
    for said in (
        "人员 看 列表 隐去的内容 录音 导出 紧急查看 被拒绝 办理 全部 第一次 最后一次",
        "秦风 · 协调员 宝鸡市12349热线中心 — — — — — — 2 — 2 " + today,
        "王海 · 个案专员 莲湖区民政局 1 — — — — — — 1 2 2026-09-14 10:30 " + today,
    ):
        assert said in page, page


def test_it_is_handed_over_on_paper_marked_and_in_the_ledger(tmp_path: Path) -> None:
    case, child = seen_in_every_way(tmp_path)
    answer = post("an", "child", child.pk, **{"as": "docx"})
    document = Document(io.BytesIO(answer.content))
    export = Export.objects.get()
    assert export.serial in document.sections[0].header.paragraphs[0].text
    assert [paragraph.text for paragraph in document.paragraphs if paragraph.style.name.startswith("Heading")] == [
        "谁看过 小* 的资料", "这是什么", "谁看过", "逐条记录",
    ]  # fmt: skip
    assert document.sections[0].page_width > document.sections[0].page_height
    assert document.element.xml.count("<w:tblHeader/>") == len(document.tables) == 3
    cells = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    for said in (case.number, "家长投诉接线员态度", "秦风", "只增不改"):
        assert said in cells
    assert "小雨" not in cells
    assert post("an", "child", child.pk, **{"as": "exe"})["Content-Type"].startswith("text/html")


def test_who_must_keep_away_from_one_case_is_told_that_it_is_left_out() -> None:
    case = case_at("handling")
    other = opened(child=Child.objects.get(), at=START)
    recusing.recuse(other.pk, staff=cast.post("an").staff, by=cast.post("zhou"), at=START, seen=None, text="亲属")
    page = main(text(get("an", "child", Child.objects.get().pk)))
    assert "您须回避的 1 件个案不在其中" in page
    assert case.number in page
    assert other.number not in page


def test_a_case_refused_as_one_too_many_in_the_hour_is_a_line_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PACES", dict.fromkeys(pace.PACES, pace.Pace(0, 0, "")))
    case = case_at("handling")
    assert signed_in("zhou").get(reverse("cases:case", args=[case.pk])).status_code == 429
    assert "被拒绝 个案页 " + case.number + " 一小时内打开的个案太多" in main(text(get("an", "child", Child.objects.get().pk)))


def test_it_asks_the_same_number_of_questions_however_many_lines_there_are(tmp_path: Path) -> None:
    case, child = seen_in_every_way(tmp_path)
    counts, client = [], signed_in("an")
    for _again in range(2):
        client.get(reverse("audit:child", args=[child.pk]))
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("audit:child", args=[child.pk]))
        counts.append(len(caught))
        for who in ("wang", "zhou", "song", "lu"):
            signed_in(who).get(reverse("cases:case", args=[case.pk]))
    assert counts[0] == counts[1]


def test_each_deed_of_the_log_has_words() -> None:
    codes = {
        call.args[0].value
        for file in Path(hutong.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in {"record", "line"}
        if isinstance(call.func.value, ast.Name) and call.func.value.id in {"audit", "actions"}
        if call.args and isinstance(call.args[0], ast.Constant)
    }
    assert {"looked", "recording_played", "key_rotated"} <= codes
    assert [code for code in sorted(codes) if log.verb(code) == code] == []


def named(patterns: Iterable[URLPattern | URLResolver], within: str = "") -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from named(each.url_patterns, f"{each.namespace}:" if each.namespace else within)
        else:
            yield f"{within}{each.name}"


def test_each_page_that_has_words_is_there_and_every_desk_has_some() -> None:
    names = set(named(get_resolver().url_patterns))
    assert {code.partition("/")[0] for code in log.PARTS} - names == set()
    assert {name.partition(":")[0] for name in names if ":" in name} - log.DESKS.keys() == set()
