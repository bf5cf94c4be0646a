"""How many cases somebody opens within an hour: told to who watches, refused at last, and no child waits for it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.audit import actions as audit
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import pace, queries
from hutong.hotline.cases.actions import emergencies
from hutong.hotline.cases.models import Case, Event
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import Role
from hutong.hotline.notices.models import Delivery, Way
from tests.cast import post
from tests.clients import signed_in
from tests.desks.api.software import Software
from tests.loop import case_at

pytestmark = pytest.mark.django_db
TOLD, MOST = 2, 4


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PACES", dict.fromkeys(pace.PACES, pace.Pace(TOLD, MOST, "")))
    monkeypatch.setattr(pace, "SOFTWARE", pace.Pace(1, 2, ""))


def page(case: Case) -> str:
    return reverse("cases:case", args=[case.pk])


def handled(count: int) -> list[Case]:
    return [case_at("handling") for _case in range(count)]


def lines(verb: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(verb=verb))


def test_from_a_mark_on_who_watches_is_told_once_an_hour() -> None:
    way = Way.objects.create(staff=post("ning").staff, name="手机", address="json://127.0.0.1/x", busy_until=timezone.now())
    ning, zhou = signed_in("ning"), signed_in("zhou")
    for number, case in enumerate(handled(4), 1):
        assert zhou.get(page(case)).status_code == 200
        assert len(lines("many_cases")) == (number > TOLD)
    assert lines("many_cases")[0].subject_id == post("zhou").staff_id
    assert {line.subject_id for line in lines("many_cases_told")} == {post("ning").staff_id, post("song").staff_id}
    assert Delivery.objects.get().way == way
    assert "有人一小时内打开的个案比通常多" in ning.get(reverse("audit:shown")).content.decode()
    assert "周敏 · 协调员" in ning.get("/account/security").content.decode()
    assert "周敏" in signed_in("an").get(reverse("audit:shown")).content.decode()


def test_above_the_most_further_ones_are_refused_kindly_and_those_at_hand_go_on() -> None:
    ma, cases = signed_in("ma"), handled(6)
    answers = [ma.get(page(case)).status_code for case in cases]
    assert answers == [200] * MOST + [429] * 2
    shown = ma.get(page(cases[5])).content.decode()
    for words in ("一小时内打开的个案太多", "陆远 · 西安市12349热线中心", "致电值班长", "先拨 110"):
        assert words in shown
    assert cases[5].title not in shown
    assert ma.get(page(cases[5]), headers={"HX-Request": "true"}).status_code == 429
    assert ma.get(page(cases[0])).status_code == 200
    assert [line.subject_id for line in lines("too_many_cases")] == [post("ma").staff_id]
    assert {line.detail["reason"] for line in lines("refused")} == {"too_many_cases"}


def test_a_deed_on_a_further_case_is_refused_too_and_on_one_at_hand_is_done() -> None:
    ma, cases = signed_in("ma"), handled(5)
    for case in cases[:MOST]:
        ma.get(page(case))
    for case, status in ((cases[4], 429), (cases[0], 302)):
        sheet = {"text": "已联系学校", "once": str(new_id()), "seen": case.version}
        assert ma.post(reverse("cases:act", args=[case.pk, "note"]), sheet).status_code == status
    assert [event.case for event in Event.objects.filter(action="note")] == [cases[0]]


def test_what_was_given_to_oneself_is_opened_however_many() -> None:
    cases = handled(MOST + 2)
    assert {case.worker for case in cases} == {post("wang")}
    wang = signed_in("wang")
    assert {wang.get(page(case)).status_code for case in cases} == {200}
    assert lines("too_many_cases") == []


def test_what_is_opened_in_an_emergency_is_never_refused() -> None:
    fang, at = post("fang"), timezone.now()
    cases = [case_at("handling", tier="I") for _case in range(MOST + 2)]
    for case in cases:
        emergencies.break_glass(number=case.number, why="came_here", text="民警在现场，需要马上知道孩子住在哪一户。", by=fang, at=at)
    client = signed_in("fang")
    assert {client.get(page(case)).status_code for case in cases} == {200}


def test_an_hour_later_it_counts_no_more_and_another_persons_looks_never_do() -> None:
    cases, now = handled(MOST + 2), timezone.now()
    for case in cases[:MOST]:
        audit.record("looked", by=post("ma"), at=now - timedelta(minutes=61), subject="case", subject_id=case.pk, part="cases:case")
        audit.record("looked", by=post("zhou"), at=now, subject="case", subject_id=case.pk, part="cases:case")
    ma = signed_in("ma")
    assert [ma.get(page(case)).status_code for case in cases[MOST:]] == [200, 200]
    found = queries.visible_to(post("ma")).annotate(**pace.opened_by(post("ma"), at=now + timedelta(hours=13))).get(pk=cases[0].pk)
    assert (found.opened, found.was_open) == (None, False)


def test_software_has_a_pace_of_its_own() -> None:
    software, cases = Software.of("ma"), handled(3)
    answers = [software.get(f"cases/{case.pk}") for case in cases]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "too_many_cases"  # type: ignore[attr-defined]
    assert len(lines("many_cases")) == 1


def test_a_page_asks_no_more_however_much_was_opened() -> None:
    ma, cases, counts = signed_in("ma"), handled(TOLD), []
    for case in cases:
        ma.get(page(case))
        with CaptureQueriesContext(connection) as caught:
            ma.get(page(case))
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_everybody_who_reads_cases_has_a_pace_and_a_reason_for_it() -> None:
    assert set(pace.PACES) == {role for role in Role if role not in queries.READS_NO_CASES}


def test_forms_that_come_back_count_as_cases_that_were_opened() -> None:
    cases, zhou = handled(MOST + 1), signed_in("zhou")
    answers = [zhou.post(reverse("cases:act", args=[case.pk, "note"]), {}).status_code for case in cases]

    assert answers == [422] * MOST + [429]
