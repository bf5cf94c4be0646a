from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.hotline.kernel import numbers
from hutong.hotline.kernel.refusals import Refusal

TODAY = date(2026, 11, 20)
NUMBERISH = st.text(alphabet="0123456789012345678901+-() .转xX#*－０１８６９　", max_size=24)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("  　", ""),
        ("１３８　１２３４　５６７８", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("+86 138 1234 5678", "13812345678"),
        ("0086-13812345678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("13812345678-0042", "13812345678-0042"),
        ("029-87654321", "029-87654321"),
        ("(029)8765 4321", "029-87654321"),
        ("02987654321转６０１", "029-87654321-601"),
        ("029-87654321 ext. 601", "029-87654321-601"),
        ("0471—1234567", None),
        ("0471—4234567", "0471-4234567"),
        ("0471-4234567-8", "0471-4234567-8"),
        ("+86 29 8765 4321", "029-87654321"),
        ("010-6554-1234", "010-65541234"),
        ("400-123-4567", "4001234567"),
        ("87654321", "87654321"),
        ("12349", "12349"),
        ("１１０", "110"),
        ("95588", "95588"),
        ("+852 2123 4567", "+85221234567"),
        ("00852-21234567", "+85221234567"),
        ("12349转1", None),
        ("1381234567", None),
        ("不知道", None),
        ("138123456789", None),
        ("٠١٠٦٥٥٤١٢٣٤", None),
    ],
)
def test_a_telephone_number_has_one_normal_form(typed: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(Refusal) as refused:
            numbers.telephone(typed)
        assert refused.value.reason == numbers.TELEPHONE_UNREADABLE
    else:
        assert numbers.telephone(typed) == kept


@given(NUMBERISH | st.text())
def test_a_telephone_number_is_refused_or_its_normal_form_is_its_own(typed: str) -> None:
    with suppress(Refusal):
        kept = numbers.telephone(typed)
        assert numbers.telephone(kept) == kept
        assert len(kept) <= 20
        assert kept.isascii()


@given(st.from_regex(numbers.LANDLINE, fullmatch=True), st.sampled_from(["-", " ", "－", ""]), st.sampled_from(["", "+86", "0086 "]))
def test_a_landline_is_read_however_it_is_written(number: str, between: str, country: str) -> None:
    area, local = numbers.LANDLINE.fullmatch(number).groups()  # type: ignore[union-attr]
    dialled_area = area.removeprefix("0") if country else area
    assert numbers.telephone(f"{country}{dialled_area}{between}{local}") == f"{area}-{local}"


@pytest.mark.parametrize(
    ("typed", "number", "verified", "remark"),
    [
        ("", "", False, ""),
        ("11010519491231002X", "11010519491231002X", True, ""),
        ("１１０１０５１９４９１２３１００２ｘ", "11010519491231002X", True, ""),
        ("110105 19491231 002x", "11010519491231002X", True, ""),
        ("110105194912310021", "110105194912310021", False, "check"),
        ("110105491231002", "110105491231002", False, "old"),
        ("00010519491231002X", "00010519491231002X", False, "place"),
        ("11010519490231002X", "11010519490231002X", False, "birth"),
        ("11010520991231002X", "11010520991231002X", False, "birth"),
    ],
)
def test_an_identity_number_is_verified_or_kept_with_what_is_wrong(typed: str, number: str, verified: bool, remark: str) -> None:
    found = numbers.identity_number(typed, on=TODAY)
    assert (found.number, found.is_verified) == (number, verified)
    assert found.remark == (str(numbers.NOT_VERIFIED[remark]) if remark else "")


def test_a_verified_identity_number_tells_birth_and_sex() -> None:
    found = numbers.identity_number("11010519491231002X", on=TODAY)
    assert (found.born_on, found.sex) == (date(1949, 12, 31), "female")


@pytest.mark.parametrize("typed", ["1234", "11010519491231002", "X1010519491231002X", "不记得"])
def test_what_can_be_no_identity_number_is_refused(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        numbers.identity_number(typed, on=TODAY)
    assert refused.value.reason == numbers.IDENTITY_UNREADABLE


@given(st.text() | st.text(alphabet="0123456789Xx０１９Ｘ ", min_size=14, max_size=19), st.dates())
def test_an_identity_number_is_refused_or_its_normal_form_is_its_own(typed: str, on: date) -> None:
    with suppress(Refusal):
        kept = numbers.identity_number(typed, on=on)
        assert numbers.identity_number(kept.number, on=on) == kept


@given(
    st.sampled_from(sorted(numbers.PROVINCES)),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
    st.integers(0, 17),
    st.integers(1, 9),
)
def test_one_wrong_digit_is_always_noticed(province: str, born: date, serial: int, place: int, by: int) -> None:
    first17 = f"{province}0104{born:%Y%m%d}{serial:03}"
    number = first17 + numbers.check_digit(first17)
    assert numbers.identity_number(number, on=TODAY).is_verified
    digit = number[place] if number[place] != "X" else "0"
    wrong = f"{number[:place]}{(int(digit) + by) % 10}{number[place + 1 :]}"
    if wrong != number:
        assert not numbers.identity_number(wrong, on=TODAY).is_verified


@given(st.text())
def test_half_width_twice_is_half_width_once(text: str) -> None:
    assert numbers.half_width(numbers.half_width(text)) == numbers.half_width(text)
