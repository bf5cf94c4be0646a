import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.hotline.kernel import texts
from hutong.hotline.kernel.refusals import Refusal

WITH_HALVES = st.text(alphabet=st.characters(categories=("L", "N", "Cs", "Cc", "So", "Zs")))


def test_half_a_surrogate_is_removed_and_said() -> None:
    found = texts.clean("孩子\ud83d在哭😀")
    assert found.text == "孩子在哭😀"
    assert "1 处" in found.remark


def test_two_halves_that_belong_together_stay() -> None:
    assert texts.clean("\ud83d\ude00") == texts.Text("😀")


def test_what_a_browser_made_of_half_a_surrogate_is_removed_and_said() -> None:
    assert texts.clean("孩子\ufffd在哭") == texts.Text("孩子在哭", removed=1)


def test_line_ends_are_one_kind_and_nul_is_gone() -> None:
    assert texts.clean("一\r\n二\r三\x00四\t五\n") == texts.Text("一\n二\n三四\t五")


def test_twenty_thousand_characters_are_kept() -> None:
    assert len(texts.clean("护" * 20_000).text) == 20_000


def test_a_longer_text_is_refused_with_its_length() -> None:
    with pytest.raises(Refusal) as refused:
        texts.clean("护" * 23_456, field="narrative")
    assert refused.value.reason.code == "too_long"
    assert "23,456" in refused.value.fields["narrative"]
    assert "请删减" in str(refused.value)


@given(WITH_HALVES)
def test_cleaning_twice_is_cleaning_once_and_the_result_can_be_stored(text: str) -> None:
    kept = texts.clean(text)
    assert texts.clean(kept.text) == texts.Text(kept.text)
    assert "\x00" not in kept.text
    kept.text.encode()


@given(st.text(alphabet="护童 hutong\n😀"), st.integers(0, 20))
def test_nothing_but_the_half_is_lost(text: str, place: int) -> None:
    assert texts.storable(f"{text[:place]}\udc00{text[place:]}") == texts.Text(text, removed=1)
