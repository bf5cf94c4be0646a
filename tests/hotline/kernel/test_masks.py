import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.hotline.kernel import masks


@pytest.mark.parametrize(("full", "masked"), [("", ""), ("张", "张*"), ("张三丰", "张*")])
def test_a_name_shows_its_first_character(full: str, masked: str) -> None:
    assert masks.name(full) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("", ""),
        ("13812341234", "138****1234"),
        ("13812341234-0042", "138****1234-****"),
        ("029-87654321", "029-****4321"),
        ("029-87654321-601", "029-****4321-***"),
        ("87654321", "****4321"),
        ("12349", "***"),
    ],
)
def test_a_telephone_number_hides_its_middle(number: str, masked: str) -> None:
    assert masks.telephone(number) == masked


def test_an_identity_number_hides_place_and_birth() -> None:
    assert masks.identity_number("11010519491231002X") == "1101**********002X"
    assert masks.identity_number("") == ""


@given(st.text(alphabet="0123456789-+", max_size=20))
def test_no_number_is_shown_whole(number: str) -> None:
    assert not number.strip("-+") or masks.telephone(number) != number


@pytest.mark.parametrize(
    ("full", "masked"),
    [("环城西路 3 号", "环城西路****"), ("莲湖区北院门街道大皮院 12 号", "莲湖区北院门街道****"), ("三单元", "****"), ("", "")],
)
def test_an_address_is_shown_to_the_street(full: str, masked: str) -> None:
    assert masks.address(full) == masked


def test_of_a_day_the_year_is_shown() -> None:
    assert masks.day("2017-03-01") == "2017-**-**"
    assert masks.day("") == ""
