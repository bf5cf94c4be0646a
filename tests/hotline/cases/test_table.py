"""The stage table is complete: every stage has a way on and a way to the end, every action can be reached, and the docs show it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.hotline.cases import rules
from hutong.hotline.cases.models import NoticeKind, Stage
from hutong.hotline.network.models import Role
from hutong.hotline.verbs import VERBS
from hutong.project import handbook

# Done by timers, by other screens, or together with another action.
BY_OTHERS = {
    "open", "add_contact", "absorb", "release", "warn", "miss", "settle_deadline", "climb", "warn_order", "miss_order", "receive_order",
    "answer_order", "unconfirmed", "accept_order_answer", "refuse_order_answer", "withdraw_order", "settle_order",
    "keep_recording", "destroy_recording", "reveal_reporter", "break_glass", "review_glass", "miss_review", "erase",
}  # fmt: skip


def reached_from(stage: str) -> set[str]:
    """The stages to which any number of steps can lead."""
    found, new = {stage}, {stage}
    while new:
        new = {arrow.after for arrow in rules.arrows() if arrow.before in new} - found
        found |= new
    return found


@pytest.mark.parametrize("stage", rules.STAGES)
def test_each_stage_is_reached_has_a_way_on_and_a_way_to_the_end(stage: str) -> None:
    assert stage in reached_from(rules.NEW)
    assert any(arrow.before == stage for arrow in rules.arrows())
    assert "closed" in reached_from(stage)


@pytest.mark.parametrize("code", rules.ACTIONS)
def test_each_action_can_be_done_by_somebody_in_some_situation(code: str) -> None:
    action = rules.ACTIONS[code]
    situations = (
        rules.Situation(stage=stage, role=role, relations=frozenset({relation, "holder"}), tier=tier, **facts)
        for stage in action.stages
        for relation, roles in action.who.items()
        for role in sorted(roles)
        for tier in rules.TIERS
        for facts in FACTS
    )
    assert any(rules.why_not(action, situation) is None for situation in situations)


# Enough situations that each fact holds in one of them.
FACTS = (
    {}, {"lowering_asked": True}, {"extension_asked": True}, {"transfer": "proposed"}, {"transfer": "settled"}, {"transfer_by_us": True},
    {"waits": frozenset({"first_contact", "first_report"})}, {"pause_days": 5}, {"pause_days": 5, "pause": "asked"}, {"pause": "granted"},
    {"my_part": "offered", "open_parts": 1}, {"my_part": "accepted", "open_parts": 1}, {"is_merged": True},
    {"is_restricted": True},
)  # fmt: skip


def test_each_action_is_on_the_page_or_done_elsewhere() -> None:
    assert set(rules.ON_THE_CASE) | BY_OTHERS == set(rules.ACTIONS)
    assert set(rules.ON_THE_CASE) & BY_OTHERS == set()
    assert len(rules.ON_THE_CASE) == len(set(rules.ON_THE_CASE))
    assert set(VERBS) == set(rules.ON_THE_CASE)


def test_the_table_speaks_of_the_stages_and_roles_that_there_are() -> None:
    assert list(Stage.values) == list(rules.STAGES)
    roles = {role for action in rules.ACTIONS.values() for known in action.who.values() for role in known}
    assert roles <= {*Role.values, ""}
    assert NoticeKind.HANDED_OVER in NoticeKind


situations = st.builds(
    rules.Situation,
    stage=st.sampled_from(rules.STAGES),
    tier=st.sampled_from(rules.TIERS),
    role=st.sampled_from(["", *Role.values]),
    relations=st.frozensets(
        st.sampled_from(
            [
                "centre",
                "lead",
                "holder",
                "worker",
                "above_lead",
                "province",
                "part",
                "decider",
                "receiver",
                "addressee",
                "issuer",
                "psychologist",
                "emergency",
            ]
        )
    ),
)


@given(situations)
def test_what_is_offered_is_what_would_be_done(situation: rules.Situation) -> None:
    offered = {action.code: reason for action, reason in rules.offers(situation)}
    for code in rules.ON_THE_CASE:
        why = rules.why_not(rules.ACTIONS[code], situation)
        assert (code in offered and offered[code] is None) == (why is None)


@given(situations)
def test_nobody_without_a_place_on_the_case_is_offered_anything(situation: rules.Situation) -> None:
    assert situation.relations or not rules.offers(situation)


@pytest.mark.parametrize(("name", "text"), handbook.pages().items(), ids=handbook.pages())
def test_the_pages_in_the_docs_are_the_tables(name: str, text: str) -> None:
    assert (handbook.DOCS / name).read_text() == text, "run `make docs`"
