"""Taking a case's package out on the pages, a second person's agreement, and a legal hold."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.archive import rules
from hutong.hotline.archive.models import Export
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases.models import Case
from hutong.hotline.holds.models import Hold
from hutong.hotline.people.models import Child
from tests.clients import signed_in
from tests.loop import case_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "AUDIT_KEY", tmp_path / "audit.key")


def ask(case: Case, who: str, purpose: str = "移交档案馆") -> object:
    return signed_in(who).post(reverse("cases:archive", args=[case.pk]), {"purpose": purpose})


def test_the_coordinator_of_the_centre_takes_it_out_with_a_purpose_once() -> None:
    case = case_at("closed")
    assert "导出归档包" in signed_in("zhou").get(reverse("cases:case", args=[case.pk])).content.decode()
    assert ask(case, "zhou", purpose="").status_code == 422  # type: ignore[attr-defined]
    there = ask(case, "zhou")["Location"]  # type: ignore[index]
    assert "下载" in signed_in("zhou").get(there).content.decode()
    answer = signed_in("zhou").post(there)
    assert answer["Content-Type"] == "application/zip"
    assert answer.content[:2] == b"PK"
    again = signed_in("zhou").post(there)
    assert (again.status_code, "已下载过一次" in again.content.decode()) == (422, True)
    assert list(AuditEntry.objects.filter(subject_id=case.pk, verb__startswith="export").order_by("at").values_list("verb", flat=True)) == [
        "export_asked",
        "exported",
    ]


@pytest.mark.parametrize("who", ["wang", "ma", "xu", "qin"])
def test_nobody_else_does(who: str) -> None:
    case = case_at("closed")
    assert ask(case, who).status_code == 404  # type: ignore[attr-defined]
    assert not Export.objects.exists()


def test_an_open_case_is_not_taken_out() -> None:
    assert ask(case_at("handling"), "zhou").status_code == 404  # type: ignore[attr-defined]


def test_much_waits_for_a_colleague(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "ALONE", 3)
    case = case_at("closed")
    there = ask(case, "zhou")["Location"]  # type: ignore[index]
    assert signed_in("zhou").post(there).status_code == 422
    assert signed_in("zhou").post(there, {"agree": "yes"}).status_code == 422
    assert "同意导出" in signed_in("lu").get(there).content.decode()
    assert signed_in("lu").post(there, {"agree": "yes"}).status_code == 302
    assert signed_in("zhou").post(there)["Content-Type"] == "application/zip"


def test_a_hold_is_begun_shown_and_ended() -> None:
    case = case_at("handling")
    there = reverse("cases:hold", args=[case.pk])
    until = timezone.localdate() + timedelta(days=60)
    assert signed_in("zhou").get(there).status_code == 200
    assert signed_in("zhou").post(there, {"reason": "法院调取", "review_on": until}).status_code == 302
    page = signed_in("wang").get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "依法留存，到期不删除：法院调取" in page
    assert "结束留存" not in page
    assert signed_in("wang").post(there, {"reason": "x", "review_on": until}).status_code == 422
    end = reverse("cases:end_hold", args=[case.pk, Hold.objects.get().pk])
    assert "须由另一人结束" in signed_in("zhou").get(reverse("cases:case", args=[case.pk])).content.decode()
    alone = signed_in("zhou").post(end, {"why": "已结"})
    assert alone.status_code == 422
    assert "留存须由登记人以外的人结束" in alone.content.decode()
    assert end in signed_in("lu").get(reverse("cases:case", args=[case.pk])).content.decode()
    assert signed_in("lu").post(end, {"why": "已结"}).status_code == 302
    assert Hold.objects.get().ended_why == "已结"
    assert signed_in("zhou").get(end).status_code == 404


def test_the_case_and_each_deed_say_that_the_guardian_must_not_be_told() -> None:
    case = case_at("reply")
    told = "不得告知监护人：不答复、不通知"
    assert told not in signed_in("zhou").get(reverse("cases:case", args=[case.pk])).content.decode()
    Child.objects.update(tell_guardian=False)
    for address in (reverse("cases:case", args=[case.pk]), reverse("cases:act", args=[case.pk, "answer"])):
        assert told in signed_in("he").get(address).content.decode()
