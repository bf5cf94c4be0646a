"""Attack 14: nobody seeks, filters or sorts by what they may not read."""

import pytest
from django.urls import reverse

from hutong.hotline.cases.actions import recording
from tests.abuse.attack import attack, patched
from tests.abuse.people import SECRETS, a_case
from tests.cast import post
from tests.clients import signed_in
from tests.desks.api.software import Software
from tests.loop import START

pytestmark = pytest.mark.django_db


@attack(14, patched("hutong.hotline.cases.searching.SILENT", []))
def test_search_and_filters_reach_no_hidden_field() -> None:
    case = a_case()
    recording.psychology_note(case.pk, by=post("zhou"), at=START, text="孩子夜里做噩梦不敢关灯")
    for who in ("xu", "zhou", "wang", "ma", "shi", "song"):
        client, software = signed_in(who), Software.of(who)
        for sought in (*SECRETS, "噩梦"):
            page = client.get(reverse("cases:search", query={"q": sought})).content.decode()
            assert case.number not in page, (who, sought)
            assert software.get("cases", q=sought).json()["cases"] == []
        for name in ("child", "phone", "reporter", "name", "order_by", "fields", "suicide_risk"):
            assert software.get("cases", **{name: "1"}).status_code == 422
    plain = signed_in("song").get(reverse("province:board")).content.decode()
    sorted_by_name = signed_in("song").get(reverse("province:board", query={"sort": "child__name"}))
    assert sorted_by_name.status_code == 200
    assert (case.title in plain) == (case.title in sorted_by_name.content.decode())
