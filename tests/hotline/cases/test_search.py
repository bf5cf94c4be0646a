"""Searching a Chinese word over all texts finds every hit, and only those that a person may see."""

import pytest
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from hutong.hotline.cases import searching
from hutong.hotline.cases.actions import recording
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts.models import Contact
from hutong.hotline.kernel.search import sought
from tests.cast import post
from tests.loop import START, case_at, contact, opened

pytestmark = pytest.mark.django_db


def found(text: str, who: str = "zhou") -> set[Case]:
    return set(searching.search(post(who), text))


def test_a_word_is_found_in_title_report_and_story() -> None:
    case = case_at("dispatch")
    recording.note(case.pk, by=post("xu"), at=START, text="外婆住在甜水井")
    assert found("无人照料") == found("楼道里哭") == found("甜水井") == {case}


@pytest.mark.parametrize("text", ["", " ", "没有这个词", "甜井", "水", "'", "\\", "a:*", "& !", "\x00"])
def test_what_is_not_there_is_not_found_and_breaks_nothing(text: str) -> None:
    case = case_at("dispatch")
    recording.note(case.pk, by=post("xu"), at=START, text="外婆住在甜水井")
    assert found(text) == ({case} if not text.strip("\x00 ") or text == "水" else set())


def test_every_word_must_be_there_wherever_it_stands() -> None:
    both, one = opened(), opened()
    recording.note(both.pk, by=post("xu"), at=START, text="外婆住在甜水井")
    assert found("甜水井 楼道") == {both}
    assert found("楼道") == {both, one}


def test_letters_of_either_case_are_the_same() -> None:
    case = opened()
    recording.note(case.pk, by=post("xu"), at=START, text="孩子说 iPad 被收走")
    assert found("IPAD") == found("ipad") == {case}


def test_a_case_is_found_by_its_number() -> None:
    case = opened()
    assert found(case.number.lower()) == {case}


def test_what_a_person_may_not_see_is_not_found() -> None:
    case_at("handling")
    assert found("楼道", "wang") != set()
    assert found("楼道", "bai") == found("楼道", "gao") == set()


def test_the_reporter_is_not_found_by_a_search() -> None:
    opened()
    assert found("郑重") == found("13800001234") == set()


def test_a_search_asks_one_question() -> None:
    for _again in range(3):
        opened()
    with CaptureQueriesContext(connection) as caught:
        assert len(searching.search(post("zhou"), "楼道 哭")) == 3
    assert len(caught) == 2  # the post, and the search


letters = st.text(st.sampled_from("孩子哭aA1 '\\。😀\n"), max_size=12)


class EveryHit(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(texts=st.lists(letters, min_size=1, max_size=6), word=letters.filter(str.strip))
    def test_the_index_finds_what_reading_every_text_finds(self, texts: list[str], word: str) -> None:
        word = "".join(word.split())
        made = [contact(narrative=text, outcome="answered") for text in texts]
        holds = RawSQL("hutong_holds(narrative, %s::tsquery, %s, %s)", sought(word), output_field=BooleanField())
        hits = Contact.objects.filter(pk__in=[each.pk for each in made]).alias(holds=holds).filter(holds=True)
        assert {hit.pk for hit in hits} == {each.pk for each in made if word.lower() in each.narrative.lower()}
