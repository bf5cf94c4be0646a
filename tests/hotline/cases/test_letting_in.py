"""Restricted cases, contracts and emergencies: who sees a case then, in the query and in the database alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import looks, queries, sight, timers
from hutong.hotline.cases.actions import emergencies, recusing, restricting
from hutong.hotline.cases.letting_in import Emergency, Reveal
from hutong.hotline.cases.models import Case, Notice, NoticeKind
from hutong.hotline.kernel import wall
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import contracting, contracts
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Contract, Office, Post, Role, Staff
from hutong.hotline.people.models import Child
from tests.cast import PEOPLE, SINCE, approve, office, post
from tests.clients import signed_in
from tests.loop import START, case_at, opened

pytestmark = pytest.mark.django_db
WORDS = "民警在现场，需要马上知道孩子住在哪一户。"


def seen(case: Case) -> set[str]:
    """Who of the cast sees a case; the database says the same."""
    case.refresh_from_db()
    found = {who for who in PEOPLE if queries.visible_to(post(who)).filter(pk=case.pk).exists()}
    asked = "SELECT hutong_case_visible(id, centre_id, worker_id, is_restricted, seen_by, %s, now()) FROM cases_case WHERE id = %s"
    with connection.cursor() as cursor:
        told = {who for who in PEOPLE if cursor.execute(asked, [post(who).pk, case.pk]).fetchone() == (True,)}
        kept, opened = set(), set()
        for who in PEOPLE:
            wall.enter(post(who).pk)
            cursor.execute("SELECT hutong_post() IS NULL OR %s = ANY (hutong_kept()), %s = ANY (hutong_held())", [case.pk, case.pk])
            is_kept, is_open = cursor.fetchone()
            kept |= {who} if is_kept else set()
            opened |= {who} if is_open else set()
        wall.leave()
    near = {who for who in PEOPLE if post(who).office_id in case.seen_by and post(who).role not in queries.READS_NO_CASES}
    assert told == (near - kept) | opened == found
    return found


def now() -> datetime:
    return datetime.now(UTC)


def contract(
    where: str, orderer: str, *, first: date = SINCE, last: date | None = None, given: tuple[str, ...] = ("child.name",)
) -> Contract:
    last = last or timezone.localdate() + timedelta(days=100)
    return contracting.add_contract(
        office=office(where),
        orderer=office(orderer),
        name="购买服务",
        given=given,
        valid_from=first,
        valid_to=last,
        by=post("gao"),
        at=now(),
    )


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refusal) as raised:
        yield
    assert raised.value.reason.code == code


# --- restricted


def test_a_restricted_case_is_seen_by_heads_its_worker_and_who_is_named() -> None:
    case = case_at("handling")
    assert seen(case) >= {"xu", "he", "lu", "wang", "ma", "zhou", "tan", "song"}
    restricting.restrict(case.pk, by=post("lu"), at=START, seen=None, text="同事的孩子")
    assert seen(case) == {"lu", "zhou", "tan", "wang", "ma"}
    restricting.admit(case.pk, by=post("zhou"), at=START, seen=None, text="由其答复", admitted=post("he"))
    assert seen(case) == {"lu", "zhou", "tan", "wang", "ma", "he"}
    restricting.shut_out(case.pk, by=post("zhou"), at=START, seen=None, text="换人", admitted=post("he"))
    restricting.unrestrict(case.pk, by=post("zhou"), at=START, seen=None, text="已无必要")
    assert seen(case) >= {"xu", "he", "song"}


def test_nobody_is_named_who_is_not_on_the_case_or_must_keep_away() -> None:
    case = case_at("handling")
    restricting.restrict(case.pk, by=post("zhou"), at=START, seen=None, text="公众人物的孩子")
    recusing.recuse(case.pk, staff=post("he").staff, by=post("zhou"), at=START, seen=None, text="亲属")
    for who, code in (("bai", "admitted_not_on_it"), ("he", "admitted_recused")):
        with refused(code):
            restricting.admit(case.pk, by=post("zhou"), at=START, seen=None, text="查看", admitted=post(who))


def test_a_restricted_case_stands_on_no_list_and_is_counted_without_a_word() -> None:
    case = case_at("dispatch")
    restricting.restrict(case.pk, by=post("zhou"), at=START, seen=None, text="公众人物的孩子")
    for address in ("cases:work", "shift:board"):
        page = signed_in("lu").get(reverse(address)).content.decode()
        assert case.title not in page
        assert case.number not in page
    assert "另有 1 件限制个案" in signed_in("lu").get(reverse("cases:work")).content.decode()
    assert "限制个案：只有指定的人" in signed_in("zhou").get(reverse("cases:case", args=[case.pk])).content.decode()


def test_who_is_not_let_in_can_do_nothing_to_it_either() -> None:
    case = case_at("review")
    restricting.restrict(case.pk, by=post("zhou"), at=START, seen=None, text="公众人物的孩子")
    assert not queries.situation(queries.with_offices(Case.objects.all()).get(pk=case.pk), post("lu")).relations


# --- contracts


def test_an_outsourced_centre_works_while_its_contract_runs_and_not_a_day_longer() -> None:
    case = case_at("assessment")
    made = contract("xian", "shaanxi")
    assert {"xu", "zhou"} <= seen(case)
    assert signed_in("xu").get(reverse("cases:work")).status_code == 200
    contracting.end_contract(contract=made, on=timezone.localdate(), by=post("gao"), at=now())
    assert not {"xu", "zhou", "lu"} & seen(case)
    assert network.post_held(post("xu").pk, staff=post("xu").staff, on=timezone.localdate()) is None
    assert signed_in("xu").get(reverse("cases:work")).status_code == 302
    assert {"song"} <= seen(case)


def test_it_sees_the_cases_of_who_ordered_it_and_no_others() -> None:
    case = case_at("handling")
    society = Office.objects.create(
        code="society", name="护苗社工", kind="social_organisation", division_id="610104", parent=office("lianhu"), valid_from=SINCE
    )
    somebody = Post.objects.create(
        staff=Staff.objects.create(username="she", name="佘工"), office=society, role=Role.CASE_WORKER, valid_from=SINCE
    )
    approve(somebody)
    with refused("out_of_reach"):
        assignments.assist(case.pk, office=society, by=post("zhou"), at=START, seen=None, text="请陪伴孩子")
    here = a_contract(society, "xian")
    assignments.assist(case.pk, office=society, by=post("zhou"), at=START, seen=None, text="请陪伴孩子")
    assert list(queries.visible_to(somebody)) == [case]
    sees = queries.sight_of(queries.situation(queries.with_offices(Case.objects.all()).get(pk=case.pk), somebody), somebody)
    assert sees.is_plain("child", "name")
    assert {sees.level(*field) for field in sight.TABLE if field != ("child", "name")} == {sight.HIDDEN}
    Contract.objects.filter(pk=here.pk).update(valid_to=timezone.localdate())
    a_contract(society, "baoji")
    assert not queries.visible_to(somebody).exists()


def a_contract(society: Office, orderer: str) -> Contract:
    return Contract.objects.create(
        office=society, orderer=office(orderer), name="陪伴服务", given=["child.name"], valid_from=SINCE, valid_to=date(2099, 1, 1)
    )


def test_a_contract_is_only_cut_short_and_its_end_is_told_in_time() -> None:
    made = contract("xian", "shaanxi", last=timezone.localdate() + timedelta(days=20))
    assert list(contracts.ending(office("shaanxi"), on=timezone.localdate())) == [made]
    assert "还没有接续的合同" in signed_in("song").get(reverse("province:board")).content.decode()
    with pytest.raises(DatabaseError, match="only cut short"), transaction.atomic():
        Contract.objects.filter(pk=made.pk).update(valid_to=date(2099, 1, 1))
    with pytest.raises(DatabaseError, match="stays an outsourced one"), transaction.atomic():
        Office.objects.filter(pk=office("xian").pk).update(is_outsourced=False)
    contract("xian", "shaanxi", first=made.valid_to)
    assert not contracts.ending(office("shaanxi"), on=timezone.localdate()).exists()


def test_the_administrator_of_the_level_above_makes_one_on_a_page() -> None:
    client = signed_in("gao")
    page = client.get(reverse("office:new_contract", args=[office("xian").pk]))
    assert "儿童 · 姓名" in page.content.decode()
    sheet = {
        "name": "2026 购买服务",
        "orderer": office("shaanxi").name,
        "given": ["child.name"],
        "valid_from": "2026-01-01",
        "valid_to": "2099-01-01",
    }
    assert client.post(reverse("office:new_contract", args=[office("xian").pk]), sheet).status_code == 302
    assert office("xian").is_outsourced
    assert "2026 购买服务" in client.get(reverse("office:office", args=[office("xian").pk])).content.decode()
    made = Contract.objects.get()
    assert client.post(reverse("office:end_contract", args=[made.pk]), {"on": timezone.localdate().isoformat()}).status_code == 302
    assert signed_in("xu").get(reverse("cases:work")).status_code == 302


# --- emergencies


def urgent() -> Case:
    return case_at("acceptance", tier="I", at=now() - timedelta(minutes=40))


def broken(case: Case, who: str, **changed: str) -> Emergency:
    given = {"number": case.number, "why": "police_asks", "text": WORDS} | changed
    return emergencies.break_glass(by=post(who), at=now(), **given)


def test_a_case_of_tier_i_is_opened_for_an_hour_and_its_centre_is_told_at_once() -> None:
    case = urgent()
    assert "fang" not in seen(case)
    client = signed_in("fang")
    answer = client.post(reverse("cases:emergency"), {"number": case.number.lower(), "why": "police_asks", "text": WORDS})
    assert answer.headers["Location"] == reverse("cases:case", args=[case.pk])
    page = client.get(answer.headers["Location"]).content.decode()
    assert "紧急查看中" in page
    assert "fang" in seen(case)
    assert case.notices.filter(office=office("xian"), kind=NoticeKind.EMERGENCY).exists()
    line = AuditEntry.objects.get(verb="break_glass")
    assert (line.post_id, line.subject_id) == (post("fang").pk, case.pk)
    for who in ("an", "ning"):
        assert "方圆" in signed_in(who).get(reverse("audit:shown")).content.decode()
    made = Emergency.objects.get()
    assert made.until - made.at == timedelta(minutes=60)


def test_no_row_opens_a_case_for_longer_than_the_hour() -> None:
    case, at = urgent(), now()
    given = {"case": case, "post": post("fang"), "why": "police_asks", "words": WORDS, "at": at, "due_at": at + timedelta(hours=24)}
    with pytest.raises(DatabaseError, match="emergency_lasts"), transaction.atomic():
        Emergency.objects.create(until=at + timedelta(minutes=60, seconds=1), **given)
    Emergency.objects.create(until=at + timedelta(minutes=60), **given)


def test_when_the_hour_is_over_it_is_closed_again() -> None:
    case, before = urgent(), now() - timedelta(minutes=61)
    emergencies.break_glass(number=case.number, why="police_asks", text=WORDS, by=post("fang"), at=before)
    assert "fang" not in seen(case)
    assert signed_in("fang").get(reverse("cases:case", args=[case.pk])).status_code == 404


@pytest.mark.parametrize(
    ("who", "changed", "code"),
    [
        ("fang", {"number": "260914-NONE"}, "no_emergency"),
        ("fang", {"text": "很急很急"}, "emergency_words"),
        ("fang", {"text": "很 急 很 急 很 急 很 急 很 急 很 急"}, "emergency_words"),
        ("fang", {"why": "curiosity"}, "reveal_reason"),
        ("zhou", {}, "seen_already"),
        ("an", {}, "no_emergency"),
        ("gao", {}, "no_emergency"),
    ],
)
def test_what_is_no_emergency_opens_nothing(who: str, changed: dict[str, str], code: str) -> None:
    case = urgent()
    with refused(code):
        broken(case, who, **changed)
    assert not Emergency.objects.exists()


def test_a_recused_office_an_outsourced_one_and_a_case_that_is_not_urgent_get_the_answer_of_no_case() -> None:
    case, slow = urgent(), case_at("handling")
    recusing.recuse(case.pk, office=office("qishan"), by=post("zhou"), at=now(), seen=None, text="亲属在该局")
    for wanted, who in ((case, "fang"), (slow, "bai")):
        with refused("no_emergency"):
            broken(wanted, who)
    contract("baoji", "shaanxi")
    with refused("no_emergency"):
        broken(case, "qin")


def test_somebody_else_of_the_centre_judges_it_within_a_day() -> None:
    case = urgent()
    made = broken(case, "fang")
    assert made.due_at - made.at == timedelta(hours=24)
    assert "待复核的紧急查看" in signed_in("lu").get(reverse("shift:board")).content.decode()
    address = reverse("cases:review", args=[made.pk])
    for who, status in (("xu", 403), ("qin", 404), ("fang", 403)):
        assert signed_in(who).get(address).status_code == status
    assert signed_in("lu").post(address, {"verdict": "justified", "text": "已核实，民警在场"}).status_code == 302
    made.refresh_from_db()
    assert (made.verdict, made.reviewed_by) == ("justified", post("lu"))
    assert case.events.get(action="review_glass").text == "已核实，民警在场"
    assert not looks.emergencies_to_review(post("lu")).exists()
    with pytest.raises(DatabaseError, match="judged once"), transaction.atomic():
        Emergency.objects.filter(pk=made.pk).update(verdict="unjustified")


def test_what_nobody_judges_in_a_day_is_told_above_once_and_stands_on_the_auditors_desk() -> None:
    case = urgent()
    made = broken(case, "fang")
    late = made.due_at + timedelta(minutes=1)
    Notice.objects.update(read_at=now())
    assert list(timers.to_miss_review(made.due_at - timedelta(minutes=1))) == []
    assert timers.sweep(at=late, deeds=timers.DEEDS[:1]) == [f"{case.number}: an emergency was not judged in time"]
    told = Notice.objects.filter(kind="emergency", read_at=None).values_list("office__code", flat=True)
    assert set(told) == {case.centre.code, case.centre.parent.code}  # type: ignore[union-attr]
    assert timers.miss_review(made.pk, late) == ""
    assert list(timers.to_miss_review(late)) == []
    assert "没有第二人复核的紧急查看" in signed_in("an").get(reverse("audit:index")).content.decode()
    made.refresh_from_db()
    emergencies.review(made, verdict="justified", text="已核实，民警在场", by=post("lu"), at=late)
    assert "没有第二人复核的紧急查看" not in signed_in("an").get(reverse("audit:index")).content.decode()


def test_that_there_is_a_case_one_may_not_see_is_all_that_is_told() -> None:
    child = Child.objects.create(name="小满", present_division_id="610104")
    here, hidden = opened(child=child), opened(child=child)
    restricting.restrict(hidden.pk, by=post("zhou"), at=START, seen=None, text="公众人物的孩子")
    page = signed_in("xu").get(reverse("cases:case", args=[here.pk])).content.decode()
    assert "同一儿童另有 1 件您无权查看的个案" in page
    assert hidden.number not in page
    recusing.recuse(hidden.pk, staff=post("xu").staff, by=post("zhou"), at=START, seen=None, text="亲属")
    assert "您无权查看的个案" not in signed_in("xu").get(reverse("cases:case", args=[here.pk])).content.decode()


def test_what_was_shown_is_never_rewritten() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Reveal.objects.all().update(words="")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_emergency")
