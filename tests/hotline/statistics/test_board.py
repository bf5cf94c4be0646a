"""The province's board on a made-up world: each number as counted by looking at every row, and each list as long as its number."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hutong.hotline.cases.models import Case
from hutong.hotline.cases.queries import visible_to
from hutong.hotline.kernel.rows import counted
from hutong.hotline.network.models import Office
from hutong.hotline.statistics import facts, queries, rules, timers
from hutong.hotline.statistics.models import Day
from hutong.hotline.statistics.queries import LEVELS_OF, Board, Place
from hutong.project.database import Addresses
from hutong.project.synth import paths
from tests.cast import office, post
from tests.conftest import sweep
from tests.hotline.statistics import world
from tests.hotline.statistics.world import NOW, TODAY, Plain
from tests.loop import case_at
from tests.network import network_put_back

__all__ = ["network_put_back"]
BOARDS = ("song", "jing", "bu")  # Shaanxi, Jiangxi, the ministry


@pytest.fixture
def made(committed: Addresses, network_put_back: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The world."""
    monkeypatch.setattr(paths, "SPAN", timedelta(days=125))
    world.make(committed)
    yield
    sweep(committed)  # before the network is put back, which the cases point to


def told(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def check(who: str) -> None:
    """Every number of a board against the rows, at each level and by day."""
    plain, board = Plain(post(who)), Board(post(who), NOW)
    assert {day: told(counts) for day, counts in board.by_day().items()} == {day: told(counts) for day, counts in plain.by_day().items()}
    for level in queries.LEVELS:
        tiles = board.tiles(level, on=TODAY)
        assert {tile.place.office.code: told(tile.counts) for tile in tiles if told(tile.counts)} == {
            code: told(counts) for code, counts in plain.by_place(level).items()
        }


def test_the_numbers_are_what_the_rows_say_however_many_days_are_counted(made: None) -> None:
    for who in BOARDS:
        check(who)
    while timers.sweep(at=NOW):
        pass
    assert Day.objects.filter(office=None).count() == rules.DAYS
    for who in BOARDS:
        check(who)
    Day.objects.filter(day__in=[TODAY - timedelta(days=back) for back in (2, 3, 9)]).delete()
    check("song")
    seen = {name for tile in Board(post("bu"), NOW).tiles("county", on=TODAY) for name in told(tile.counts)}
    assert seen == {*facts.SOURCE_OF, "open", "late"}  # nothing was tried on noughts alone


def test_each_list_is_as_long_as_its_number_and_holds_what_one_may_see(made: None) -> None:
    timers.sweep(at=NOW)
    for who in BOARDS:
        by, board = post(who), Board(post(who), NOW)
        seen = set(visible_to(by).values_list("pk", flat=True))
        for level in LEVELS_OF[by.office.kind]:
            for tile in board.tiles(level, on=TODAY):
                for name in ("open", "late", *facts.SOURCE_OF):
                    rows = queries.listed(by, name, NOW, place=tile.place)
                    assert rows.count() == tile.counts[name], (who, tile.place.office.code, name)
                    assert {getattr(row, "case_id", row.pk) for row in rows} <= seen
        for day, counts in board.by_day().items():
            for name in ("registered", "closed", "missed"):
                assert queries.listed(by, name, NOW, day=day).count() == counts[name]
        for name in queries.NOW:
            count = board.in_all(name) if name in ("open", "late") else counted(queries.NOW[name](by), 1)[1]
            assert queries.listed(by, name, NOW).count() == count


def test_all_places_together_are_the_whole(made: None) -> None:
    by, board = post("song"), Board(post("song"), NOW)
    for level in ("prefecture", "county"):
        tiles = board.tiles(level, on=TODAY)
        assert sum(tile.counts["open"] for tile in tiles) == board.in_all("open")
        for name in facts.SOURCE_OF:
            assert sum(tile.counts[name] for tile in tiles) == queries.listed(by, name, NOW).count()


def test_a_place_within_another_is_the_same_place(made: None) -> None:
    board, xian = Board(post("song"), NOW), office("xian")
    within = {tile.place.office.code: tile.counts for tile in board.tiles("county", within=xian, on=TODAY)}
    whole = {tile.place.office.code: tile.counts for tile in board.tiles("county", on=TODAY)}
    assert within == {code: whole[code] for code in ("xian", "lianhu", "changan")}


def test_places_stand_on_the_board_though_nothing_is_there(db: None) -> None:
    tiles = Board(post("song"), NOW).tiles("county", on=TODAY)
    assert [tile.place.name for tile in tiles] == ["莲湖区", "长安区", "岐山县"]
    assert [tile.good("on_time") for tile in tiles] == [None] * 3


@pytest.mark.parametrize(("who", "level", "code", "found"), [
    ("song", "prefecture", "xian", "西安市"), ("song", "county", "lianhu", "莲湖区"), ("song", "county", "xian", "西安市12349热线中心"),
    ("song", "prefecture", "nobody", None), ("song", "village", "xian", None), ("song", "prefecture", "", None),
    ("song", "prefecture", "mca", None), ("song", "province", "xian", None), ("song", "prefecture", "lianhu", None),
])  # fmt: skip
def test_a_place_is_found_by_its_code_where_it_is_on_the_board(db: None, who: str, level: str, code: str, found: str | None) -> None:
    place = queries.place_named(post(who), level, code)
    assert (place and place.name) == found


def test_another_provinces_place_is_not_on_the_board(committed: Addresses, network_put_back: None) -> None:
    world.network.jiangxi()
    assert queries.place_named(post("song"), "prefecture", "nanchang") is None


def test_the_board_asks_the_same_number_of_questions_however_much_there_is(made: None) -> None:
    counts = []
    while timers.sweep(at=NOW):
        pass
    for _again in range(2):
        with CaptureQueriesContext(connection) as caught:
            board = Board(post("song"), NOW)
            board.by_day(), board.tiles("county", on=TODAY)
        counts.append(len(caught))
        keep = Case.objects.filter(centre=office("xian")).exclude(stage="closed").first()
        assert keep
        world.recusing.recuse(keep.pk, office=office("shaanxi"), by=post("zhou"), at=NOW, seen=None, text="亲属在省厅")
        case_at("handling", at=NOW - timedelta(hours=5))
    assert counts[1] == counts[0]


def test_an_office_moved_to_another_level_keeps_its_number_and_list_alike(made: None) -> None:
    timers.sweep(at=NOW)
    Office.objects.filter(code="changan").update(parent=office("baoji"))
    for code in ("xian", "baoji"):
        place = Place("prefecture", office(code))
        tile = next(each for each in Board(post("song"), NOW).tiles("prefecture", on=TODAY) if each.place == place)
        assert queries.listed(post("song"), "ended", NOW, place=place).count() == tile.counts["ended"]
