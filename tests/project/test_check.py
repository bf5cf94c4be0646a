"""`hutong check` finds what breaks the nine rules, and nothing where they hold."""

import argparse
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.utils import timezone
from psycopg import sql

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.audit import actions as audit
from hutong.hotline.cases import timers
from hutong.hotline.cases.actions import judging, merging, opening, recording, recusing, revealing
from hutong.hotline.cases.models import Presence
from hutong.hotline.cases.rules import STAGES
from hutong.hotline.kernel import objects
from hutong.hotline.people.actions import ChildFacts, remember_child
from hutong.hotline.replies import actions as replies
from hutong.project import check
from hutong.project.database import Addresses
from hutong.project.promises import RULES
from tests.cast import office, post
from tests.conftest import WORK_TABLES
from tests.loop import START, case_at, contact
from tests.talks import a_call, kept

Owner = psycopg.Connection[tuple[object, ...]]
LATER = START + timedelta(hours=3)

# By what is wrong: the stage of the case, the statement that breaks it, and the rules that are broken then, each once.
# {case}, {contact}, {child}, {office}, {post}, {recused}: ids.
BREAKS = {
    "running deadlines": ("handling", "UPDATE clocks_clock SET ended_at = started_at WHERE ended_at IS NULL", [1]),
    "another deadline than the one that runs": ("handling", "UPDATE cases_case SET due_at = due_at + interval '1 day'", [1]),
    "a second lead office": ("handling", "UPDATE assignments_assignment SET office_id = {office}", [1, 6]),
    "no part of the lead": ("handling", "UPDATE assignments_assignment SET state = 'withdrawn', ended_at = now()", [1]),
    "not with the office that must act": ("handling", "UPDATE cases_case SET holder_id = {office}", [1, 6]),
    "a worker of another office": ("handling", "UPDATE cases_case SET worker_id = {post}", [1]),
    "events and versions differ": ("handling", "UPDATE cases_case SET version = version + 1", [2]),
    "a stage without an event": ("handling", "UPDATE cases_event SET stage_before = 'intake' WHERE action = 'accept'", [2]),
    "a last stage without an event": ("closed", "UPDATE cases_event SET stage_after = 'follow_up' WHERE action = 'note'", [2, 4]),
    "an event that was rewritten": ("handling", "UPDATE cases_event SET by_id = {post} WHERE action = 'note'", [2]),
    "an event that was removed": ("handling", "DELETE FROM cases_event WHERE action = 'assess'", [2, 4]),
    "a contact without its event": ("handling", "UPDATE cases_event SET detail = '{{}}' WHERE action = 'register'", [2]),
    "a guard stood aside": ("handling", "ALTER TABLE cases_case DISABLE TRIGGER case_still_holds", [2]),
    "events may be rewritten": ("handling", "GRANT UPDATE ON cases_event TO hutong_work", [2]),
    "outcome and case disagree": ("handling", "UPDATE contacts_contact SET outcome = 'answered', answer = '已答'", [3]),
    "neither a case, an answer nor a reason": ("handling", "UPDATE contacts_contact SET answer = ' ' WHERE id = {contact}", [3]),
    "waits without a limit": ("handling", "UPDATE contacts_contact SET outcome = 'pending' WHERE id = {contact}", [3]),
    "a change without a reason": ("handling", "UPDATE clocks_clock SET why = ' ' WHERE replaces_id IS NOT NULL", [4]),
    "a change without a person": ("handling", "UPDATE clocks_clock SET set_by_id = NULL WHERE replaces_id IS NOT NULL", [4]),
    "a change without an event": ("handling", "UPDATE clocks_clock SET set_by_id = {post} WHERE replaces_id IS NOT NULL", [4]),
    "a change that tells another deadline": (
        "handling",
        """UPDATE cases_event SET detail = detail || '{{"due": ["2026-10-01T17:30+08:00", "2026-10-09T17:30+08:00"]}}'
        WHERE action = 'grant_extension'""",
        [4],
    ),
    "a stage without its clock": ("handling", "UPDATE clocks_clock SET step = 'review' WHERE step = 'acceptance'", [4]),
    "a clock that started at another time": (
        "handling", "UPDATE clocks_clock SET started_at = started_at - interval '1 minute' WHERE step = 'acceptance'", [4]),
    "ended without an event": (
        "handling", "UPDATE clocks_clock SET ended_at = ended_at + interval '1 minute' WHERE step = 'acceptance'", [4]),
    "a limit of another tier": (
        "handling", "UPDATE clocks_clock SET limit_id = (SELECT id FROM rulebook_limit WHERE tier = 'IV' LIMIT 1) WHERE step = 'dispatch'",
        [4]),
    "a deadline that moved": (
        "urgent", "UPDATE clocks_clock SET due_at = due_at - interval '1 minute' WHERE step = 'dispatch'", [4]),
    "not in real time": ("urgent", "UPDATE clocks_clock SET unit = 'working_day' WHERE step = 'dispatch'", [4, 5]),
    "a case of tier I extended": ("urgent", "UPDATE cases_case SET is_extended = true", [5]),
    "paused": ("urgent", "UPDATE clocks_clock SET due_at = due_at + interval '1 minute' WHERE step = 'dispatch'", [4, 5]),
    "a deadline of tier I extended": (
        "urgent", """UPDATE clocks_clock SET replaces_id = before.id, why = '延期', due_at = before.due_at + interval '1 minute'
        FROM clocks_clock AS before WHERE clocks_clock.step = 'handling' AND before.step = 'acceptance'""", [1, 4, 5]),
    "with a recused one": ("handling", "UPDATE cases_recusal SET office_id = {office}; UPDATE cases_case SET lead_id = {office}", [1, 6]),
    "a worker who is recused": (
        "handling", "UPDATE cases_recusal SET office_id = NULL, staff_id = (SELECT staff_id FROM network_post WHERE id = {worker})", [6]),
    "seen by a recused one": ("handling", """INSERT INTO audit_entry (id, at, verb, staff_id, post_id, subject, subject_id, detail)
        SELECT gen_random_uuid(), now(), 'looked', staff_id, {recused}, 'case', {case}, '{{}}' FROM network_post
        WHERE id = {recused}""", [6]),
    "told to a recused one": ("handling", """INSERT INTO cases_notice (id, office_id, case_id, kind, event_id, at)
        SELECT gen_random_uuid(), r.office_id, r.case_id, 'told', e.id, now() FROM cases_recusal r
        JOIN cases_event e ON e.case_id = r.case_id AND e.seq = 1""", [6]),
    "seen by an office that is neither on it nor above": (
        "handling", """INSERT INTO audit_entry (id, at, verb, staff_id, post_id, subject, subject_id, detail)
        SELECT gen_random_uuid(), now(), 'looked', staff_id, {post}, 'case', {case}, '{{}}' FROM network_post
        WHERE id = {post}""", [6]),
    "the wall is down": ("handling", "ALTER TABLE cases_event DISABLE ROW LEVEL SECURITY", [6]),
    "a wall with a door for everybody": ("handling", "DROP POLICY desk_all ON cases_party", [6]),
    "seen by an administrator": ("handling", """INSERT INTO audit_entry (id, at, verb, staff_id, post_id, subject, subject_id, detail)
        SELECT gen_random_uuid(), now(), 'looked', staff_id, id, 'case', {case}, '{{}}' FROM network_post
        WHERE role = 'administrator'""", [6]),
    "the reporter shown without a reason": ("handling", "UPDATE cases_event SET text = ' ' WHERE action = 'reveal_reporter'", [6]),
    "what was shown may be rewritten": ("handling", "GRANT DELETE ON cases_reveal TO hutong_work", [6]),
    "no lawful basis": ("handling", "UPDATE people_child SET lawful_basis = '' WHERE id = {child}", [6]),
    "open before somebody without a look": ("handling", "UPDATE cases_presence SET post_id = {worker}", [7]),
    "a look of nobody": ("handling", "UPDATE audit_entry SET staff_id = NULL WHERE verb = 'looked'", [7]),
    "the log's guard stood aside": ("handling", "ALTER TABLE audit_entry DISABLE TRIGGER audit_append_only", [7]),
    "the log may be rewritten": ("handling", "GRANT DELETE ON audit_entry TO hutong_work", [7]),
    "closed with a part undone": ("closed", "UPDATE assignments_assignment SET state = 'accepted', ended_at = NULL", [8]),
    "closed with no part done": ("closed", "UPDATE assignments_assignment SET state = 'withdrawn'", [8]),
    "closed and not answered": ("closed", "DELETE FROM replies_reply", [8]),
    "closed after one try to answer": ("closed", "UPDATE replies_reply SET outcome = 'not_reached'", [8]),
    "closed and not said to be safe": ("closed", "UPDATE replies_follow_up SET is_safe = false", [8]),
    "a danger that was 'not ours'": ("dismissed", "UPDATE cases_case SET tier = 'I'", [8]),
    "closed otherwise than told": ("dismissed", "UPDATE cases_case SET resolution = 'answered', tier = 'IV'", [8]),
    "a child written down and gone": ("handling", "DELETE FROM people_child WHERE id = {child}", [9]),
    "answered before it is on disk": ("handling", "SET LOCAL synchronous_commit = off", [9]),
}  # fmt: skip


@pytest.fixture
def owner(committed: Addresses) -> Iterator[Owner]:
    """The owner, for whom every guard stands aside; nothing of it stays."""
    with psycopg.connect(committed.owner) as connection:
        yield connection
        connection.rollback()


def stand_aside(owner: Owner) -> None:
    """Take away what would refuse, and say that it is there (the rules ask)."""
    checks = owner.execute("SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0").fetchall()
    for table, name in checks:
        if table in WORK_TABLES:
            owner.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(str(table)), sql.Identifier(str(name))))
    for table in WORK_TABLES:
        owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
    owner.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing is left pending that would bar the way back


def stand_again(owner: Owner) -> None:
    for table in WORK_TABLES:
        owner.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))


def counts(owner: Owner) -> dict[int, int]:
    """The rules that are broken, and how often."""
    return {found.rule.number: found.count for found in check.look(owner.cursor()) if found.count}


def story(stage: str) -> dict[str, str]:
    """A case with something of everything that rows can show, and what else was written down; their ids."""
    if stage == "dismissed":
        case = case_at("assessment")
        opening.dismiss(case.pk, by=post("lu"), at=LATER, seen=None, text="不是孩子的事")
    else:
        case = case_at("handling" if stage == "urgent" else stage, tier="I" if stage == "urgent" else "III")
    if case.stage == "handling" and stage != "urgent":
        told = case.contact_links.get().contact_id
        revealing.reveal(case, section="reporter", field="phone", of=told, why="contact", words="要回访", by=post("wang"), at=LATER)
        assignments.ask_extension(case.pk, days=3, by=post("wang"), at=LATER, seen=None, text="等鉴定")
        assignments.grant_extension(case.pk, by=post("zhou"), at=LATER + timedelta(minutes=1), seen=None)
        recusing.recuse(case.pk, office=office("baoji"), by=post("zhou"), at=LATER, seen=None, text="亲属在该中心")
    recording.note(case.pk, by=post("zhou"), at=LATER + timedelta(minutes=2), text="记一笔")
    audit.record("looked", by=post("zhou"), at=LATER, subject="case", subject_id=case.pk)
    Presence.objects.create(case=case, post=post("zhou"), seen_at=LATER)
    return {
        "case": str(case.pk), "contact": str(contact(outcome="answered").pk), "office": str(office("changan").pk),
        "child": str(remember_child(ChildFacts(name="小满"), by=post("xu"), at=LATER).pk), "post": str(post("bai").pk),
        "worker": str(post("wang").pk), "recused": str(post("qin").pk),
    }  # fmt: skip


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_row_is_found_and_counted(what: str, owner: Owner) -> None:
    stage, statement, rules = BREAKS[what]
    ids = story(stage)
    assert counts(owner) == {}
    stand_aside(owner)
    if "TRIGGER" in statement:
        stand_again(owner)
    owner.execute(statement.format(**{name: f"'{value}'" for name, value in ids.items()}))
    if "TRIGGER" not in statement:
        stand_again(owner)
    assert counts(owner) == dict.fromkeys(rules, 1)


def test_every_question_is_tried_and_every_rule_broken() -> None:
    assert len(BREAKS) >= sum(len(rule.breaks) for rule in RULES)
    assert {number for _stage, _statement, numbers in BREAKS.values() for number in numbers} == {rule.number for rule in RULES}


def test_several_offenders_are_counted_and_the_first_few_named(owner: Owner) -> None:
    numbers = sorted(case_at("review").number for _each in range(7))
    stand_aside(owner)
    owner.execute("UPDATE cases_case SET due_at = due_at + interval '1 day'")
    stand_again(owner)
    found = check.look(owner.cursor())[0]
    assert (found.count, found.first) == (7, [f"{number} (another deadline than the one that runs)" for number in numbers[:5]])


def test_a_database_in_order_gives_zeros(committed: Addresses, capsys: pytest.CaptureFixture[str]) -> None:
    for stage in STAGES:
        case_at(stage)
    moved, joined, again = case_at("dispatch"), case_at("assessment"), case_at("follow_up")
    assignments.propose_transfer(moved.pk, office=office("baoji"), by=post("zhou"), at=LATER, seen=None, text="孩子在岐山")
    assignments.settle_transfer(moved.pk, by=post("song"), at=LATER, seen=None)
    assignments.accept_transfer(moved.pk, by=post("qin"), at=LATER, seen=None)
    merging.merge(joined.pk, into=again, by=post("zhou"), at=LATER, seen=None, text="同一件事")
    merging.unmerge(joined.pk, by=post("zhou"), at=LATER, seen=None, text="两个孩子")
    judging.raise_tier(joined.pk, tier="I", by=post("zhou"), at=LATER, seen=None, text="可能今晚再发生")
    replies.reassess(again.pk, by=post("he"), at=LATER, seen=None, text="仍独自在家", is_safe=False, is_solved=False)
    while timers.sweep(at=START + timedelta(days=40)):
        pass
    assert answer(capsys) == (0, [0] * 9)


def test_the_command_prints_a_line_per_rule_and_fails_where_one_is_broken(committed: Addresses, capsys: pytest.CaptureFixture[str]) -> None:
    case = case_at("dispatch")
    Presence.objects.create(case=case, post=post("zhou"), seen_at=LATER)
    assert answer(capsys) == (1, [0, 0, 0, 0, 0, 0, 1, 0, 0])


def answer(capsys: pytest.CaptureFixture[str]) -> tuple[int, list[int]]:
    """The exit code of the command, and the counts that it printed, in the order of the rules."""
    code = check.run(argparse.Namespace())
    lines = [re.fullmatch(r"(\d)  .*? +(\d+)(?:  .*)?", line) for line in capsys.readouterr().out.splitlines()]
    assert [int(line[1]) for line in lines if line] == list(range(1, 10))
    return code, [int(line[2]) for line in lines if line]


def test_a_recording_that_is_not_as_it_was_kept_is_named(committed: Addresses, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    recording = kept(a_call(case=case_at("dispatch"), at=timezone.now()), tmp_path)
    assert check.run(argparse.Namespace()) == 0
    objects.path_of(recording.name).unlink()
    assert check.run(argparse.Namespace()) == 1
    assert f"1  {recording.pk} (its object is not there)" in capsys.readouterr().out
