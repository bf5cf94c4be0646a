"""Attack 21: administrators, security administrators and auditors read no case, by no page and no key, not in an emergency either."""

import pytest
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.cases.actions import emergencies
from hutong.hotline.kernel.refusals import Refusal
from tests.abuse.attack import attack, patched
from tests.cast import post
from tests.clients import signed_in
from tests.loop import case_at

pytestmark = pytest.mark.django_db


@attack(21, patched("hutong.hotline.cases.queries.READS_NO_CASES", frozenset()))
def test_who_keeps_the_system_sees_nothing_of_a_case() -> None:
    case = case_at("handling", tier="I")
    for who in ("gao", "ning", "an"):
        client = signed_in(who)
        assert client.get(reverse("cases:case", args=[case.pk])).status_code == 404
        assert client.get(reverse("cases:region", args=[case.pk, "file"])).status_code == 404
        assert case.title not in client.get(reverse("cases:search", query={"q": case.number})).content.decode()
        with pytest.raises(Refusal, match="没有可以紧急查看的个案"):
            emergencies.break_glass(
                number=case.number, why="danger_now", text="系统维护时发现，需要查看这个个案。", by=post(who), at=timezone.now()
            )
