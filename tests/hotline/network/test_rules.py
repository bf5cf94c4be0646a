"""How codes are built, where offices stand, and cells that no spreadsheet runs."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.hotline.network import rules
from hutong.hotline.network.models import Level, OfficeKind, Role

CODES = st.sampled_from([2, 4, 6, 9, 12]).flatmap(lambda length: st.text("0123456789", min_size=length, max_size=length)).filter(
    lambda code: code[:2] != "00"
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "prefecture"),
    [
        ("610104", "6101"), ("610104003", "6101"), ("6101", "6101"), ("61", None),
        ("110101", "11"), ("1101", "11"), ("11", "11"), ("500229", "50"), ("310115004", "31"),
        ("419001", "419001"), ("429004001", "429004"), ("469001", "469001"), ("659001", "659001"), ("4290", None),
        ("441900003", "4419"), ("441900", "4419"), ("620201100", "6202"), ("460400100", "4604"),
    ],
)  # fmt: skip
def test_the_prefecture_that_takes_the_reports(code: str, prefecture: str | None) -> None:
    assert rules.prefecture_of(code) == prefecture


@pytest.mark.parametrize(
    ("code", "chain"),
    [
        ("610104003", ["610104003", "610104", "6101", "61"]),
        ("110101001", ["110101001", "110101", "11"]),
        ("429004001", ["429004001", "429004", "42"]),
        ("441900003", ["441900003", "4419", "44"]),
        ("620201100", ["620201100", "6202", "62"]),
        ("350527000", ["350527", "3505", "35"]),
    ],
)
def test_the_chain_goes_up_without_placeholders(code: str, chain: list[str]) -> None:
    assert rules.chain(code) == chain


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("610104000000", "610104"), ("610104003000", "610104003"), ("610000", "61"), ("610100", "6101"), (" 610104 ", "610104"),
        ("６１０１０４", "610104"), ("441900", "4419"), ("441900003000", "441900003"), ("610104003201", "610104003201"),
        ("61010", None), ("", None), ("61010a", None), ("٦١٠١٠٤", None), ("6.10104E+11", None), ("莲湖区", None),
    ],
)  # fmt: skip
def test_codes_are_taken_in_every_form(typed: str, code: str | None) -> None:
    assert rules.normal_code(typed) == code


@given(CODES)
def test_the_chain_of_any_code_holds_only_real_divisions_each_below_the_next(code: str) -> None:
    chain = rules.chain(code)
    assert chain
    assert not any(map(rules.is_placeholder, chain))
    assert all(lower.startswith(upper) and len(lower) > len(upper) for lower, upper in pairwise(chain))
    assert rules.level_of(chain[-1]) == Level.PROVINCE


@given(CODES)
def test_local_ends_at_the_prefecture_where_there_is_one(code: str) -> None:
    local = rules.local(code)
    assert (local[-1] if local else None) == rules.prefecture_of(code)


@given(st.text())
def test_any_text_is_a_code_in_normal_form_or_none(text: str) -> None:
    code = rules.normal_code(text)
    assert code is None or rules.normal_code(code) == code


@pytest.mark.parametrize(
    ("place", "pieces"),
    [
        ("陕西省西安市莲湖区", ["陕西省", "西安市", "莲湖区"]),
        ("广州市越秀区", ["广州市", "越秀区"]),
        ("市中区", ["市中区"]),
        ("乌鲁木齐市新市区", ["乌鲁木齐市", "新市区"]),
        ("东港市某镇", ["东港市", "某镇"]),
        ("海东市循化撒拉族自治县", ["海东市", "循化撒拉族自治县"]),
        ("西安 莲湖", ["西安", "莲湖"]),
        ("北关街道庆安社区", ["北关街道", "庆安社区"]),
        ("\0\ud800x", []),
    ],
)
def test_a_place_told_in_words_falls_into_its_names(place: str, pieces: list[str]) -> None:
    assert rules.pieces(place) == pieces


@given(st.text())
def test_pieces_are_letters_and_digits_only(text: str) -> None:
    assert all(len(piece) > 1 and piece.replace("_", "a").isalnum() for piece in rules.pieces(text) if piece.isascii())


def test_the_tables_speak_of_every_kind_and_role() -> None:
    assert set(rules.OFFICE_DIVISION) == set(rules.OFFICE_PARENT) == set(OfficeKind.values)
    assert set(rules.POST_OFFICE) == set(Role.values)


def test_an_office_answers_only_to_kinds_above_it_so_that_no_chain_runs_in_a_circle() -> None:
    order = list(rules.OFFICE_PARENT)
    for kind, parents in rules.OFFICE_PARENT.items():
        assert all(order.index(parent) < order.index(kind) for parent in parents)


@pytest.mark.parametrize(
    ("kind", "code", "fits"),
    [
        ("hotline_centre", "6101", True), ("hotline_centre", "610104", False), ("hotline_centre", "11", True),
        ("hotline_centre", "429004", True), ("hotline_centre", "61", False), ("county_bureau", "610104", True),
        ("county_bureau", "429004", True), ("county_bureau", "4419", True), ("county_bureau", "61", False),
        ("ministry", None, True), ("ministry", "11", False), ("department", None, False), ("village", "610104003201", True),
        ("county_bureau", "441900", False), ("department", "620201", False), ("township", "350527000", False), ("shelter", "1101", False),
        ("county_bureau", "4290", False), ("department", "110101", True), ("county_bureau", "620201", False),
        ("county_bureau", "6202", True),
    ],
)  # fmt: skip
def test_where_an_office_may_stand(kind: str, code: str | None, fits: bool) -> None:
    assert rules.office_fits(kind, code) is fits


def test_the_level_above_covers_the_place() -> None:
    assert rules.parent_fits("county_bureau", "610104", "hotline_centre", "6101")
    assert rules.parent_fits("county_bureau", "110101", "hotline_centre", "11")
    assert not rules.parent_fits("county_bureau", "610104", "hotline_centre", "6103")
    assert not rules.parent_fits("county_bureau", "610104", "department", "610104")
    assert not rules.parent_fits("county_bureau", "610104", None, None)


@given(st.text())
def test_a_cell_is_neutral_and_comes_back_as_it_was(text: str) -> None:
    cell = rules.neutral(text)
    assert not cell.startswith(rules.FORMULA)
    assert rules.plain(cell) == text


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-09-18", date(2026, 9, 18)), ("2026/9/8", date(2026, 9, 8)), ("2026.9.18", date(2026, 9, 18)),
        ("2026年9月18日", date(2026, 9, 18)), ("２０２６－０９－１８", date(2026, 9, 18)), (" 2026-09-18 ", date(2026, 9, 18)),
        ("2024-02-29", date(2024, 2, 29)), ("2026-02-29", None), ("2026-13-01", None), ("26-09-18", None), ("0000-01-01", None),
        ("9-18-2026", None), ("", None), ("今天", None), ("9" * 400, None),
    ],
)  # fmt: skip
def test_a_day_is_read_however_people_and_spreadsheets_write_it(typed: str, day: date | None) -> None:
    assert rules.day(typed) == day


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_day_is_read_as_it_is_written(day: date) -> None:
    assert rules.day(day.isoformat()) == rules.day(f"{day.year}/{day.month}/{day.day}") == day


@pytest.mark.parametrize("typed", ["xu", "XU", "ｘｕ", " Xu "])
def test_a_sign_in_name_is_the_same_from_every_keyboard(typed: str) -> None:
    assert rules.sign_in_name(typed) == "xu"


def test_below_each_kind_stand_those_that_may_answer_to_it() -> None:
    assert rules.kinds_below("hotline_centre") == ["county_bureau", "department", "shelter", "social_organisation"]
    assert rules.kinds_below("department") == []
