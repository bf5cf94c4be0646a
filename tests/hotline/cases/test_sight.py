"""Which offices see a case is kept with the case by the database, whoever writes."""

import pytest

from hutong.hotline.cases import queries
from hutong.hotline.cases.models import Case
from hutong.hotline.network.models import Office
from tests.cast import office, post
from tests.loop import case_at

pytestmark = pytest.mark.django_db


def test_a_case_follows_an_office_to_another_above_it() -> None:
    case = case_at("handling")
    assert case in queries.visible_to(post("zhou"))
    Office.objects.filter(pk=case.centre_id).update(parent=office("mca"))
    case.refresh_from_db()
    assert office("shaanxi").pk not in case.seen_by
    assert office("mca").pk in case.seen_by


def test_nobody_writes_by_hand_who_sees_a_case() -> None:
    case = case_at("handling")
    before = Case.objects.get(pk=case.pk).seen_by
    Case.objects.filter(pk=case.pk).update(seen_by=[office("changan").pk])
    assert Case.objects.get(pk=case.pk).seen_by == before
