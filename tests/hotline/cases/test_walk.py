"""The loop walked from the first word to the closed case, and its ways aside."""

from datetime import timedelta
from typing import Any

import pytest

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases.actions import judging, merging, opening, recording, recusing
from hutong.hotline.cases.models import Case, Event, Notice
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.people.models import Child
from hutong.hotline.replies import actions as replies
from tests.cast import office, post
from tests.loop import START, case_at, contact, opened
from tests.rulebooks import in_force

pytestmark = pytest.mark.django_db
LATER = START + timedelta(hours=3)


def refused(code: str, verb: object, *args: object, **kwargs: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        verb(*args, **kwargs)  # type: ignore[operator]
    assert caught.value.reason.code == code
    return caught.value


def test_a_report_walks_from_the_first_word_to_the_closed_case() -> None:
    case = case_at("closed")
    actions = list(case.events.order_by("seq").values_list("action", flat=True))
    assert actions == ["register", "assess", "dispatch", "accept", "report", "approve", "answer", "close"]
    assert case.resolution == "resolved"
    assert case.deadline is None
    assert not case.clocks.filter(ended_at=None).exists()
    assert case.clocks.count() == 7


def test_a_contact_becomes_one_case_and_who_comes_second_hears_who_was_first() -> None:
    told = contact(START)
    opening.open_case(contact=told, by=post("xu"), at=START, title="孩子夜间无人照料", tier="III")

    refusal = refused("settled", opening.open_case, contact=told, by=post("xu"), at=START, title="孩子夜间无人照料", tier="III")

    assert "徐宁" in str(refusal)
    assert Case.objects.count() == 1


def test_each_event_has_its_audit_row() -> None:
    case = case_at("review")
    assert set(AuditEntry.objects.exclude(event_id=None).values_list("event_id", flat=True)) == set(
        case.events.values_list("pk", flat=True)
    )


def test_a_stale_page_is_refused_with_what_happened_since() -> None:
    case = case_at("dispatch")
    recording.note(case.pk, by=post("xu"), at=LATER, text="报告人又来电")
    refusal = refused("stale", assignments.dispatch, case.pk, office=office("lianhu"), by=post("zhou"), at=LATER, seen=case.version)
    assert [event.action for event in refusal.changes] == ["note"]  # type: ignore[attr-defined]
    case.refresh_from_db()
    assert case.stage == "dispatch"


def test_a_note_from_a_stale_page_is_kept() -> None:
    case = case_at("dispatch")
    recording.note(case.pk, by=post("xu"), at=LATER, text="一", seen=case.version)
    recording.note(case.pk, by=post("he"), at=LATER, text="二", seen=case.version)
    assert case.events.filter(action="note").count() == 2


def test_someone_without_the_case_gets_the_answer_for_one_that_is_not_there() -> None:
    case = case_at("handling")
    refused("not_there", recording.note, case.pk, by=post("bai"), at=LATER, text="好奇")
    refused("not_there", recording.note, Child().pk, by=post("zhou"), at=LATER, text="没有")


def test_the_second_return_goes_to_the_province_and_its_word_is_final() -> None:
    case = case_at("acceptance")
    assignments.return_(case.pk, by=post("ma"), at=LATER, seen=None, text="不在本区")
    case.refresh_from_db()
    assert (case.stage, case.holder) == ("dispatch", office("xian"))
    assignments.dispatch(case.pk, office=office("changan"), by=post("zhou"), at=LATER, seen=None)
    assignments.return_(case.pk, by=post("cui"), at=LATER, seen=None, text="也不在本区")
    case.refresh_from_db()
    assert (case.stage, case.holder, case.returns) == ("dispatch", office("shaanxi"), 2)
    refused("not_yours", assignments.dispatch, case.pk, office=office("lianhu"), by=post("zhou"), at=LATER, seen=None)
    assignments.dispatch(case.pk, office=office("lianhu"), by=post("song"), at=LATER, seen=None)
    refused("settled", assignments.return_, case.pk, by=post("ma"), at=LATER, seen=None, text="还是不在")
    assignments.accept(case.pk, by=post("ma"), at=LATER, seen=None, worker=post("wang"))


def test_a_send_back_says_what_is_missing_and_starts_a_new_deadline() -> None:
    case = case_at("review")
    before = case.deadline_id
    assignments.send_back(case.pk, by=post("zhou"), at=LATER, seen=None, text="请补充孩子就学情况")
    case.refresh_from_db()
    assert (case.stage, case.holder, case.worker) == ("handling", office("lianhu"), post("wang"))
    assert case.deadline_id != before


def test_an_extension_is_granted_once_by_the_level_above_as_a_new_clock() -> None:
    case = case_at("handling")
    old = case.deadline
    assert old is not None
    assignments.ask_extension(case.pk, days=5, by=post("wang"), at=LATER, seen=None, text="等鉴定结果")
    refused("not_yours", assignments.grant_extension, case.pk, by=post("ma"), at=LATER, seen=None)
    assignments.grant_extension(case.pk, by=post("zhou"), at=LATER, seen=None)
    case.refresh_from_db()
    assert case.deadline is not None
    assert case.deadline.replaces == old
    assert case.deadline.due_at > old.due_at
    assert case.deadline.set_by == post("zhou")
    refused("extended", assignments.ask_extension, case.pk, days=1, by=post("wang"), at=LATER, seen=None, text="再延")


def test_tier_i_and_ii_are_never_extended() -> None:
    case = case_at("handling", tier="II")
    refused("urgent_tier", assignments.ask_extension, case.pk, days=1, by=post("wang"), at=LATER, seen=None, text="难")


def test_an_extension_stays_within_ten_working_days() -> None:
    case = case_at("handling")
    refused("extension_too_long", assignments.ask_extension, case.pk, days=11, by=post("wang"), at=LATER, seen=None, text="难")


def test_lowering_needs_a_second_person() -> None:
    case = case_at("handling", tier="II")
    judging.propose_lower(case.pk, tier="III", by=post("zhou"), at=LATER, seen=None, text="孩子已安全")
    refused("second_person", judging.confirm_lower, case.pk, by=post("zhou"), at=LATER, seen=None)
    judging.confirm_lower(case.pk, by=post("tan"), at=LATER, seen=None)
    case.refresh_from_db()
    assert (case.tier, case.lower_to) == ("III", "")
    assert case.deadline is not None
    assert case.deadline.why


def test_raising_to_tier_i_tells_county_and_province_and_never_moves_the_deadline_later() -> None:
    case = case_at("handling")
    old = case.due_at
    judging.raise_tier(case.pk, tier="I", by=post("wang"), at=LATER, seen=None, text="孩子受伤")
    case.refresh_from_db()
    assert case.due_at is not None
    assert old is not None
    assert case.due_at <= old
    told = set(Notice.objects.filter(case=case, event__action="raise_tier").values_list("office__code", flat=True))
    assert {"lianhu", "shaanxi"} <= told


def test_a_lower_tier_at_assessment_needs_another_person_than_who_set_it() -> None:
    case = opened(tier="II")
    judging.raise_tier(case.pk, tier="I", by=post("zhou"), at=LATER, seen=None, text="可能今晚再发生")
    facts = {"category": "hardship", "phase": "monitoring", "text": "看错了", "at": LATER, "seen": None, "tier": "III"}
    refused("second_person", judging.assess, case.pk, by=post("zhou"), **facts)
    judging.assess(case.pk, by=post("tan"), **facts)


def test_a_referral_to_education_is_accepted_and_finished_before_the_case_closes() -> None:
    case = case_at("follow_up")
    assignments.refer(case.pk, office=office("lianhu-education"), by=post("zhou"), at=LATER, seen=None, text="请落实复学")
    case.refresh_from_db()
    closing = {"is_safe": True, "is_solved": True, "text": "安全", "seen": None, "at": LATER}
    refused("parts_open", replies.close, case.pk, by=post("he"), **closing)
    assignments.accept_part(case.pk, by=post("shi"), at=LATER, seen=None)
    assignments.finish_part(case.pk, by=post("shi"), at=LATER, seen=None, text="已复学")
    replies.close(case.pk, by=post("he"), **closing)


def test_a_transfer_across_counties_is_decided_by_the_centre_and_the_sender_stays_responsible() -> None:
    case = case_at("handling")
    assignments.propose_transfer(case.pk, office=office("changan"), by=post("wang"), at=LATER, seen=None, text="孩子随母亲搬走")
    assignments.settle_transfer(case.pk, by=post("zhou"), at=LATER, seen=None)
    case.refresh_from_db()
    assert case.lead == office("lianhu")
    assignments.accept_transfer(case.pk, by=post("bai"), at=LATER, seen=None)
    case.refresh_from_db()
    assert (case.stage, case.lead, case.worker) == ("handling", office("changan"), post("bai"))
    refused("not_there", recording.note, case.pk, by=post("wang"), at=LATER, text="已不归我")


def test_a_transfer_across_prefectures_is_settled_by_the_province() -> None:
    case = case_at("dispatch")
    assignments.propose_transfer(case.pk, office=office("baoji"), by=post("zhou"), at=LATER, seen=None, text="孩子已被带到岐山")
    refused("not_yours", assignments.settle_transfer, case.pk, by=post("zhou"), at=LATER, seen=None)
    assignments.settle_transfer(case.pk, by=post("song"), at=LATER, seen=None)
    assignments.accept_transfer(case.pk, by=post("qin"), at=LATER, seen=None)
    case.refresh_from_db()
    assert (case.stage, case.centre, case.lead) == ("assessment", office("baoji"), office("baoji"))


def test_a_recused_office_never_receives_the_case() -> None:
    case = case_at("dispatch")
    recusing.recuse(case.pk, office=office("lianhu"), by=post("xu"), at=LATER, seen=None, text="被反映人在该局工作")
    refused("recused", assignments.dispatch, case.pk, office=office("lianhu"), by=post("zhou"), at=LATER, seen=None)


def test_recusal_of_the_lead_takes_the_case_back_at_once() -> None:
    case = case_at("handling")
    recusing.recuse(case.pk, office=office("lianhu"), by=post("xu"), at=LATER, seen=None, text="被反映人在该局工作")
    case.refresh_from_db()
    assert (case.stage, case.lead) == ("dispatch", office("xian"))
    refused("not_there", recording.note, case.pk, by=post("wang"), at=LATER, text="?")


def test_merged_cases_close_and_come_apart_again() -> None:
    one, other = case_at("dispatch"), case_at("assessment")
    merging.merge(other.pk, into=one, by=post("zhou"), at=LATER, seen=None, text="同一件事")
    other.refresh_from_db()
    assert (other.stage, other.resolution, other.merged_into) == ("closed", "merged", one)
    refused("merged", judging.reopen, other.pk, by=post("zhou"), at=LATER, seen=None, text="?")
    merging.unmerge(other.pk, by=post("zhou"), at=LATER, seen=None, text="两个孩子")
    other.refresh_from_db()
    assert (other.stage, other.merged_into) == ("assessment", None)
    assert set(one.events.values_list("action", flat=True)) >= {"absorb", "release"}


def test_unsafe_at_follow_up_goes_back_to_assessment() -> None:
    case = case_at("follow_up")
    unsafe = {"is_safe": False, "is_solved": False, "text": "孩子又独自在家", "seen": None, "at": LATER, "by": post("he")}
    refused("not_safe", replies.close, case.pk, **unsafe)
    replies.reassess(case.pk, **unsafe)
    case.refresh_from_db()
    assert (case.stage, case.lead, case.replied_at) == ("assessment", office("xian"), None)


def test_three_tries_that_reach_nobody_go_on_to_the_follow_up() -> None:
    case = case_at("reply")
    for tries in (1, 2):
        case = replies.not_reached(case.pk, by=post("he"), at=LATER, seen=None)
        assert (case.stage, case.reply_tries) == ("reply", tries)
    assert replies.not_reached(case.pk, by=post("he"), at=LATER, seen=None).stage == "follow_up"


def test_a_closed_case_is_reopened() -> None:
    case = case_at("closed")
    judging.reopen(case.pk, by=post("song"), at=LATER, seen=None, text="孩子再次被打")
    case.refresh_from_db()
    assert case.stage == "assessment"
    assert case.deadline is not None


def test_one_child_may_be_in_several_cases() -> None:
    child = Child.objects.create(name="小雨", age=7)
    assert {opened(child=child).pk, opened(child=child).pk} == set(child.case_links.values_list("case", flat=True))


def test_where_the_child_is_registered_is_informed() -> None:
    case = opened(child=Child.objects.create(name="小雨", registered_division_id="610323"))
    assert list(Notice.objects.filter(case=case, kind="registered_here").values_list("office__code", flat=True)) == ["qishan"]


def test_another_report_about_the_matter_is_linked() -> None:
    case = case_at("handling")
    recording.add_contact(case.pk, contact=contact(LATER, "case_added"), by=post("xu"), at=LATER)
    assert case.contact_links.count() == 2


def test_a_refused_verb_leaves_nothing_behind() -> None:
    case = case_at("dispatch")
    before = (case.version, Event.objects.count(), AuditEntry.objects.count())
    refused("wrong_stage", assignments.approve, case.pk, by=post("zhou"), at=LATER, seen=None)
    case.refresh_from_db()
    assert before == (case.version, Event.objects.count(), AuditEntry.objects.count())


def test_what_must_be_written_is_asked_for() -> None:
    case = case_at("acceptance")
    refusal = refused("needs_text", assignments.return_, case.pk, by=post("ma"), at=LATER, seen=None, text="  ")
    assert set(refusal.fields) == {"text"}


def test_case_numbers_are_short_and_tell_nothing_about_volume() -> None:
    numbers = {opened().number for _again in range(3)}
    assert len(numbers) == 3
    assert all(len(number) == 12 and number.startswith("260914-") for number in numbers)
    assert Case.objects.count() == 3


def test_a_merged_case_comes_apart_though_the_other_has_gone_to_another_centre() -> None:
    one, other = case_at("dispatch"), case_at("assessment")
    merging.merge(other.pk, into=one, by=post("zhou"), at=LATER, seen=None, text="同一件事")
    assignments.propose_transfer(one.pk, office=office("baoji"), by=post("zhou"), at=LATER, seen=None, text="孩子已被带到岐山")
    assignments.settle_transfer(one.pk, by=post("song"), at=LATER, seen=None)
    assignments.accept_transfer(one.pk, by=post("qin"), at=LATER, seen=None)
    merging.unmerge(other.pk, by=post("zhou"), at=LATER, seen=None, text="两个孩子")
    other.refresh_from_db()
    assert other.stage == "assessment"
    assert one.events.get(action="release").by is None


def test_recusal_of_the_province_that_holds_a_case_brings_it_back_to_the_centre() -> None:
    case = case_at("acceptance")
    assignments.return_(case.pk, by=post("ma"), at=LATER, seen=None, text="不在本区")
    assignments.dispatch(case.pk, office=office("changan"), by=post("zhou"), at=LATER, seen=None)
    assignments.return_(case.pk, by=post("cui"), at=LATER, seen=None, text="也不在")
    recusing.recuse(case.pk, office=office("shaanxi"), by=post("xu"), at=LATER, seen=None, text="被反映人在该厅")
    case.refresh_from_db()
    assert (case.stage, case.holder) == ("dispatch", office("xian"))


@pytest.mark.parametrize("stage", ["review", "reply", "follow_up"])
def test_recusal_of_the_lead_after_its_report_has_the_matter_done_again(stage: str) -> None:
    case = case_at(stage)
    recusing.recuse(case.pk, office=office("lianhu"), by=post("xu"), at=LATER, seen=None, text="被反映人在该局工作")
    case.refresh_from_db()
    assert (case.stage, case.lead, case.worker) == ("dispatch", office("xian"), None)


def test_a_recused_person_is_no_worker_and_sees_nothing() -> None:
    case = case_at("handling")
    recusing.recuse(case.pk, staff=post("wang").staff, by=post("xu"), at=LATER, seen=None, text="亲属")
    case.refresh_from_db()
    assert case.worker is None
    refused("not_of_office", assignments.name_worker, case.pk, worker=post("wang"), by=post("ma"), at=LATER, seen=None)
    refused("not_there", recording.note, case.pk, by=post("wang"), at=LATER, text="?")


def test_a_recused_office_is_never_told() -> None:
    case = case_at("dispatch", tier="II")
    recusing.recuse(case.pk, office=office("lianhu"), by=post("xu"), at=LATER, seen=None, text="被反映人在该局工作")
    judging.raise_tier(case.pk, tier="I", by=post("zhou"), at=LATER, seen=None, text="孩子受伤")
    told = set(Notice.objects.filter(event__action="raise_tier").values_list("office__code", flat=True))
    assert told == {"shaanxi"}


@pytest.mark.parametrize("who", ["gao", "shi", "bai"])
def test_the_worker_is_somebody_of_the_lead_office_who_may_report(who: str) -> None:
    case = case_at("acceptance")
    refused("not_of_office", assignments.accept, case.pk, by=post("ma"), at=LATER, seen=None, worker=post(who))


@pytest.mark.parametrize(
    ("stage", "verb", "fields", "field"),
    [
        ("assessment", judging.assess, {"tier": "V", "category": "hardship", "phase": "emergency", "text": "上门"}, "tier"),
        ("assessment", judging.assess, {"tier": "I", "category": "?", "phase": "emergency", "text": "上门"}, "category"),
        ("handling", assignments.report, {"child_state": "?", "text": "已上门"}, "child_state"),
        ("handling", assignments.report, {"child_state": "safe", "text": " "}, "text"),
        ("handling", recording.note, {"text": "长" * 20_001}, "text"),
        ("handling", recording.set_phase, {"phase": "?", "text": "有变化"}, "phase"),
        ("handling", recording.correct, {"title": " ", "place": None}, "title"),
        ("reply", replies.answer, {"outcome": "not_reached", "text": "没人接"}, "outcome"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(stage: str, verb: object, fields: dict[str, object], field: str) -> None:
    case = case_at(stage)
    with pytest.raises(Refusal) as caught:
        verb(case.pk, by=post("wang" if stage == "handling" else "zhou"), at=LATER, seen=None, **fields)  # type: ignore[operator]
    assert set(caught.value.fields) == {field}


def test_a_case_is_transferred_to_a_county_only_while_it_is_handled() -> None:
    case = case_at("dispatch")
    refused(
        "out_of_reach", assignments.propose_transfer, case.pk, office=office("changan"), by=post("zhou"), at=LATER, seen=None, text="搬走"
    )


def test_who_is_told_of_a_tier_at_once_is_what_the_rulebook_says() -> None:
    def told(**facts: Any) -> set[str]:
        return set(Notice.objects.filter(case=opened(**facts), kind="told").values_list("office__code", flat=True))

    assert [told(tier=tier) for tier in ("I", "II", "III", "IV")] == [{"lianhu", "shaanxi"}, {"lianhu"}, set(), set()]
    in_force("6101", {"tier": "I", "told": ["police", "county"]}, {"tier": "III", "told": ["province"]}, at=START, table="tiers")
    assert [told(tier=tier) for tier in ("I", "II", "III")] == [{"lianhu"}, {"lianhu"}, {"shaanxi"}]
