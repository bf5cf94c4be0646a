"""The queue against an obviously right model, and the table of who may ask what."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hutong.hotline.calls import may, rules
from hutong.hotline.calls.models import Asked, CallState
from hutong.hotline.calls.rules import LEADS, TAKES_CALLS, Operator, Waiter, assign, choose, places, pool, step_for

AT = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)
CENTRES = [UUID(int=number) for number in (1, 2)]
NEIGHBOURS = {CENTRES[0]: frozenset({CENTRES[1]})}
SKILLS = ("language:ug", "psychologist", "minors")
STEPS = [name for name, _after in rules.STEPS]

moments = some.integers(0, 300).map(lambda seconds: AT - timedelta(seconds=seconds))
skills = some.frozensets(some.sampled_from(SKILLS), max_size=2)
waiters = some.builds(
    Waiter, key=some.uuids(), centre=some.sampled_from(CENTRES), since=moments, is_danger=some.booleans(), was_cut_off=some.booleans(),
    needs=skills, step=some.sampled_from(STEPS),
)  # fmt: skip
operators = some.builds(
    Operator, key=some.uuids(), centre=some.sampled_from(CENTRES), role=some.sampled_from((*TAKES_CALLS, *LEADS)),
    idle_since=some.none() | moments, skills=skills,
)  # fmt: skip
queues = some.lists(waiters, max_size=8, unique_by=lambda waiter: waiter.key)
rooms = some.lists(operators, max_size=8, unique_by=lambda operator: operator.key)


def comes_before(one: Waiter, other: Waiter) -> bool:
    """In so many words: danger first, then who was cut off, then who waits longer."""
    if one.is_danger != other.is_danger:
        return one.is_danger
    if one.was_cut_off != other.was_cut_off:
        return one.was_cut_off
    return (one.since, one.key) < (other.since, other.key)


def may_be_rung(waiter: Waiter, operator: Operator) -> bool:
    """In so many words: whom the step of the call reaches."""
    if operator.centre != waiter.centre:
        helps = operator.centre in NEIGHBOURS.get(waiter.centre, frozenset())
        return helps and operator.role in TAKES_CALLS and STEPS.index(waiter.step) >= STEPS.index("neighbour")
    return operator.role in TAKES_CALLS or waiter.is_danger or waiter.step != "own"


def model(queue: list[Waiter], room: list[Operator]) -> dict[UUID, UUID]:
    """One call after the other, by turns; each looks at everybody who is left and takes whom nobody outdoes."""
    left, busy, found = list(queue), set(), {}
    while left:
        first = next(one for one in left if not any(comes_before(other, one) for other in left if other is not one))
        left.remove(first)
        reached = [each for each in room if may_be_rung(first, each)]
        skilled = [each for each in reached if first.needs <= each.skills]
        able = skilled if skilled and first.step == "own" else reached
        free = [each for each in able if each.idle_since and each.key not in busy]

        def outdoes(one: Operator, other: Operator, call: Waiter = first) -> bool:
            for better in (lambda who: call.needs <= who.skills, lambda who: who.centre == call.centre):
                if better(one) != better(other):
                    return better(one)
            return (one.idle_since, one.key) < (other.idle_since, other.key)

        best = next((one for one in free if not any(outdoes(other, one) for other in free if other is not one)), None)
        if best:
            busy.add(best.key)
            found[first.key] = best.key
    return found


@given(queues, rooms)
def test_who_is_rung_for_whom(queue: list[Waiter], room: list[Operator]) -> None:
    assert {waiter.key: operator.key for waiter, operator in assign(queue, room, NEIGHBOURS)} == model(queue, room)


@given(queues, rooms)
def test_nobody_is_rung_twice_and_nobody_free_is_left_while_a_call_waits_that_they_may_take(
    queue: list[Waiter], room: list[Operator]
) -> None:
    pairs = assign(queue, room, NEIGHBOURS)
    rung = [operator.key for _waiter, operator in pairs]
    assert len(rung) == len(set(rung))
    answered = {waiter.key for waiter, _operator in pairs}
    for waiter in queue:
        free = [each for each in room if each.key not in rung]
        assert waiter.key in answered or choose(waiter, free, NEIGHBOURS.get(waiter.centre, ())) is None or waiter.step == "own"


@given(queues)
def test_places_are_counted_by_turns_in_each_centre(queue: list[Waiter]) -> None:
    found = places(queue)
    for waiter in queue:
        ahead = [other for other in queue if other.centre == waiter.centre and other is not waiter and comes_before(other, waiter)]
        assert found[waiter.key] == len(ahead) + 1


@given(waiters, rooms, some.integers(0, 300))
def test_a_step_is_never_taken_back_and_somebody_is_reached_or_a_call_back_offered(
    waiter: Waiter, room: list[Operator], waited: int
) -> None:
    near = NEIGHBOURS.get(waiter.centre, frozenset())
    step = step_for(waiter, room, near, waiter.since + timedelta(seconds=waited))
    assert STEPS.index(step) >= STEPS.index(waiter.step)
    assert step == "offer" or pool(rules.at_step(waiter, step), room, near)
    later = step_for(rules.at_step(waiter, step), room, near, waiter.since + timedelta(seconds=waited + 60))
    assert STEPS.index(later) >= STEPS.index(step)


def test_the_steps_by_the_clock() -> None:
    room = [
        Operator(UUID(int=10), CENTRES[0], "operator", None), Operator(UUID(int=11), CENTRES[0], "shift_lead", None),
        Operator(UUID(int=12), CENTRES[1], "operator", None),
    ]  # fmt: skip
    waiter = Waiter(UUID(int=1), CENTRES[0], AT)
    passed = {seconds: step_for(waiter, room, NEIGHBOURS[CENTRES[0]], AT + timedelta(seconds=seconds)) for seconds in (0, 44, 45, 90, 150)}
    assert passed == {0: "own", 44: "own", 45: "lead", 90: "neighbour", 150: "offer"}
    assert step_for(waiter, [], frozenset(), AT) == "offer"


@pytest.mark.parametrize(
    ("came", "kept"),
    [("13800138000", "13800138000"), ("+8613800138000", "13800138000"), ("02987654321", "029-87654321"), ("anonymous", ""), ("", ""),
     ("99", ""), ("106575", "106575")],
)  # fmt: skip
def test_a_callers_number_as_it_is_kept(came: str, kept: str) -> None:
    assert rules.caller(came) == kept


def test_places_are_told_at_once_when_they_change_but_not_all_the_time() -> None:
    later = [AT + timedelta(seconds=seconds) for seconds in (5, 20, 40)]
    assert rules.is_told(3, None, AT)
    assert [rules.is_told(2, (3, AT), at) for at in later] == [False, True, True]
    assert [rules.is_told(3, (3, AT), at) for at in later] == [False, False, True]


# --- who may ask what

situations = some.builds(
    may.Situation, role=some.sampled_from(("operator", "coordinator", "shift_lead", "supervisor")),
    state=some.sampled_from(("", *CallState.values)), is_party=some.booleans(), is_of_centre=some.booleans(), is_held=some.booleans(),
    is_paused=some.booleans(), is_free=some.booleans(), has_window=some.booleans(), is_monitor=some.booleans(),
)  # fmt: skip


def test_the_table_names_every_wish() -> None:
    assert set(may.ROWS) == set(Asked.values)


@given(situations)
def test_only_who_is_in_a_call_changes_it_and_only_shift_leads_listen(situation: may.Situation) -> None:
    open_now = {asked for asked, reason in may.allowed(situation).items() if reason is None}
    if situation.role != "shift_lead" or not situation.is_of_centre:
        assert not open_now & set(may.MONITORS)
    if not situation.is_party:
        assert open_now <= {*may.MONITORS, "dial", "hang_up"}
        assert situation.is_monitor or "hang_up" not in open_now
    if situation.state in {"ended", "greeting", "queued"}:
        assert open_now <= {"dial"}
    assert not {"hold", "unhold"} <= open_now
    assert not {"pause_recording", "resume_recording"} <= open_now
    if not situation.has_window:
        assert not open_now & {"dial", *may.MONITORS}
