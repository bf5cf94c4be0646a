"""Two people on one case see each other."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.cases.models import Case, Presence
from tests.cast import post
from tests.clients import signed_in
from tests.loop import case_at

pytestmark = pytest.mark.django_db


def here(who: str, case: Case, **said: str) -> str:
    return signed_in(who).post(reverse("cases:here", args=[case.pk]), said).content.decode()


def test_whoever_opens_a_case_is_seen_by_the_others() -> None:
    case = case_at("handling")
    signed_in("wang").get(reverse("cases:case", args=[case.pk]))
    shown = signed_in("zhou").get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "同时在看" in shown
    assert "王海" in here("zhou", case)
    assert "周敏" not in here("zhou", case)


def test_the_others_see_which_form_is_being_filled_in() -> None:
    case = case_at("handling")
    here("wang", case, doing="report")
    assert "正在填“提交处置报告”" in here("zhou", case)
    here("wang", case, doing="<script>")
    assert "正在填" not in here("zhou", case)


def test_who_has_left_or_gone_silent_is_not_seen() -> None:
    case = case_at("handling")
    here("wang", case)
    here("wang", case, leave="")
    assert "王海" not in here("zhou", case)
    Presence.objects.create(case=case, post=post("ma"), seen_at=timezone.now() - timedelta(seconds=41))
    assert "马兰" not in here("zhou", case)


def test_nobody_is_here_who_may_not_see_the_case() -> None:
    case = case_at("handling")
    assert signed_in("bai").post(reverse("cases:here", args=[case.pk])).status_code == 404
    assert not Presence.objects.exists()
