"""The auditor searches the log and knows who saw a child, without reading a case; a shift lead may ask that of their own centre's."""

import csv
import io
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.audit import timers
from hutong.hotline.audit.models import AuditEntry, Sink
from hutong.hotline.cases.actions import recusing
from hutong.hotline.cases.models import Case
from hutong.hotline.network.models import Role
from hutong.hotline.people.models import Child
from tests import cast, network
from tests.clients import signed_in
from tests.loop import START, case_at, opened

pytestmark = pytest.mark.django_db
WHY = "因报告人要求核对身份，需回电确认住址"


def get(username: str, name: str, /, *args: object, **query: object) -> HttpResponse:
    return signed_in(username).get(reverse(f"audit:{name}", args=args, query=query or None))  # type: ignore[return-value]


def post(username: str, name: str, /, *args: object, **typed: str) -> HttpResponse:
    return signed_in(username).post(reverse(f"audit:{name}", args=args), typed)  # type: ignore[return-value]


def text(answer: HttpResponse) -> str:
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def looked_at() -> tuple[Case, Child]:
    """A case that Wang looked at, that Ma saw on her list, and that Qin was refused."""
    case = case_at("handling")
    signed_in("wang").get(reverse("cases:region", args=[case.pk, "file"]))
    signed_in("ma").get(reverse("cases:work"))
    signed_in("qin").get(reverse("cases:case", args=[case.pk]))
    return case, Child.objects.get()


# --- the report


def test_the_auditor_has_it_in_one_click_with_who_when_and_which_part() -> None:
    case, child = looked_at()
    page = text(get("an", "child", child.pk))

    for said in (
        "王海",
        "个案专员",
        "莲湖区民政局",
        "个案页：儿童、人员与来访",
        "马兰",
        "在列表中看到",
        "秦风",
        "被拒绝",
        case.number,
        "谁看过 小* 的资料",
    ):
        assert said in page
    for hidden in ("小雨", case.title, "郑重"):
        assert hidden not in page


def test_it_goes_over_all_the_childs_cases() -> None:
    _case, child = looked_at()
    other = opened(child=child, at=START + timedelta(days=1))
    signed_in("lu").get(reverse("cases:case", args=[other.pk]))
    page = text(get("an", "child", child.pk))

    assert other.number in page
    assert "陆远" in page


def test_why_somebody_saw_who_reported_is_told() -> None:
    case, child = looked_at()
    told = case.contact_links.get().contact_id
    signed_in("song").post(reverse("cases:reveal", args=[case.pk, "reporter", "phone", told]), {"why": "supervise", "words": WHY})
    assert AuditEntry.objects.filter(verb="reveal_reporter").exists()

    assert WHY in text(get("an", "child", child.pk))


def test_a_shift_lead_says_why_first_and_is_a_line_of_it_then() -> None:
    _case, child = looked_at()
    asked = text(get("lu", "child", child.pk))
    assert "请选一个事由" in asked
    assert "王海" not in asked
    assert post("lu", "child", child.pk, why="curiosity").status_code == 422

    assert "王海" in text(post("lu", "child", child.pk, why="guardian_asks"))
    page = text(get("an", "child", child.pk))
    assert "监护人询问" in page
    assert "查谁看过这个孩子" in page
    line = AuditEntry.objects.get(verb="asked_who_saw", post_id=cast.post("lu").pk)
    assert (line.subject, line.subject_id, line.detail["why"]) == ("child", child.pk, "guardian_asks")


@pytest.mark.parametrize("who", sorted(set(cast.PEOPLE) - {"an", "lu"}))
def test_nobody_else_may_ask(who: str) -> None:
    _case, child = looked_at()

    assert [get(who, "child", child.pk).status_code, get(who, "find").status_code, get(who, "index").status_code] == [403] * 3


def test_a_shift_lead_who_must_keep_away_or_of_another_centre_finds_nothing() -> None:
    case, child = looked_at()
    recusing.recuse(case.pk, staff=cast.post("lu").staff, by=cast.post("zhou"), at=START + timedelta(hours=9), seen=None, text="亲属")

    assert post("lu", "child", child.pk, why="own_check").status_code == 404
    assert "没有找到" in text(get("lu", "find", number=case.number))


def test_the_file_holds_the_same_and_nothing_in_it_runs_as_a_formula() -> None:
    case, child = looked_at()
    staff = cast.post("wang").staff
    staff.name = "=HYPERLINK(1)"
    staff.save()
    answer = post("an", "child", child.pk, **{"as": "csv"})
    content = text(answer)
    rows = list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))

    assert content.startswith("\ufeff时间")
    assert "attachment" in answer["Content-Disposition"]
    assert {"'=HYPERLINK(1)", "马兰"} <= {row["人员"] for row in rows}
    assert {row["个案"] for row in rows if row["动作"] == "看了"} == {case.number}
    assert AuditEntry.objects.filter(verb="exported", subject="child", subject_id=child.pk).count() == 1


def test_a_case_is_found_by_its_number_and_its_children_are_named_in_part() -> None:
    case, child = looked_at()
    page = text(get("an", "find", number=case.number.lower()))

    assert reverse("audit:child", args=[child.pk]) in page
    assert "小*" in page
    assert "小雨" not in page


def test_the_case_says_who_looked_at_what_and_leads_a_shift_lead_to_the_report() -> None:
    case, child = looked_at()
    page = signed_in("lu").get(reverse("cases:case", args=[case.pk])).content.decode()
    other = signed_in("zhou").get(reverse("cases:case", args=[case.pk])).content.decode()

    assert "个案页：儿童、人员与来访" in page
    assert reverse("audit:child", args=[child.pk]) in page
    assert reverse("audit:child", args=[child.pk]) not in other


# --- the search


def rows(**query: object) -> str:
    return text(get("an", "index", **query))


def test_the_log_is_searched_by_person_case_kind_and_day() -> None:
    case, _child = looked_at()
    today = timezone.localdate()

    assert "王海" in rows(who="wang", kind="looks")
    assert "马兰" not in rows(who="wang").partition("<tbody>")[2]
    assert "被拒绝" in rows(case=case.number, kind="refusals")
    assert "没有符合的记录" in rows(who="wang", first=today + timedelta(days=1))
    assert "王海" in rows(who="王海", first=today, last=today)
    assert "没有符合的记录" in rows(case="no such case")


def test_what_other_provinces_do_is_not_found() -> None:
    looked_at()
    network.post("bo", "柏森", Role.AUDITOR, "baoji")
    page = text(get("bo", "index"))

    assert "秦风" in page
    assert "王海" not in page


def test_each_question_of_the_auditor_is_a_line() -> None:
    looked_at()
    rows(who="wang", kind="looks")
    get("an", "seals")
    own = AuditEntry.objects.filter(post_id=cast.post("an").pk).order_by("at")

    assert [(line.verb, line.detail.get("fields")) for line in own] == [("searched_log", ["kind", "who"]), ("looked", None)]
    assert "查审计记录" in rows(kind="audits")


def test_long_results_go_on_with_earlier_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    from hutong.desks.audit import views

    monkeypatch.setattr(views, "ON_A_PAGE", 2)
    looked_at()
    assert "更早的记录" in rows()


def test_the_auditor_reads_no_case() -> None:
    case, _child = looked_at()

    assert signed_in("an").get(reverse("cases:case", args=[case.pk])).status_code == 404


# --- what proves it


def test_where_checkpoints_cannot_be_laid_down_the_auditor_is_told() -> None:
    looked_at()
    Sink.objects.create(name="http", tries=3, fault="refused 503")

    assert "检查点存不到外部服务器（refused 503，已试 3 次）" in rows()
    assert "检查点存不到外部服务器" in text(get("an", "seals"))


def test_how_far_it_is_sealed_and_which_checkpoints_there_are(settings: object, tmp_path: object) -> None:
    settings.AUDIT_KEY = tmp_path / "audit.key"  # type: ignore[attr-defined,operator]
    looked_at()
    timers.sweep(at=timezone.now() - timedelta(hours=3))
    page = text(get("an", "seals"))

    assert f"{AuditEntry.objects.count() - 1} 行" in page
    assert "两小时没有新的检查点" in page
