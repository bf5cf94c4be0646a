"""Whoever owns the database can rewrite it, and is found out: each way by itself, and then at random."""

# ruff: noqa: S608 the statements are those of this file

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from hutong.hotline.audit import chain, rules
from hutong.hotline.audit.chain import Sealed
from hutong.hotline.audit.models import AuditEntry, Seal
from tests.hotline.audit import logs

AT = "(SELECT entry_id FROM audit_seal WHERE position = {})"
EDIT, DELETE, UNSEAL = (f"UPDATE audit_entry SET post_id = NULL WHERE id = {AT}", f"DELETE FROM audit_entry WHERE id = {AT}",
                        "DELETE FROM audit_seal WHERE position = {}")  # fmt: skip
ADD = "INSERT INTO audit_entry (id, at, verb, subject, detail) VALUES (gen_random_uuid(), {}, 'looked', 'case', '{{}}')"
SWAP = """
    UPDATE audit_seal s SET entry_id = o.entry_id, at = o.at, leaf = o.leaf FROM audit_seal o
    WHERE s.position IN ({0}, {1}) AND o.position = {0} + {1} - s.position"""
LEFT_OVER = "DELETE FROM audit_entry e WHERE NOT EXISTS (SELECT FROM audit_seal WHERE entry_id = e.id)"
WAYS = {
    "a line edited": ([EDIT.format(7)], ["line 7 "]),
    "a line edited that no checkpoint covers yet": ([EDIT.format(55)], ["line 55 "]),
    "a line removed from the middle": ([DELETE.format(30)], ["line 30 "]),
    "a line and its seal removed": ([DELETE.format(30), UNSEAL.format(30)], ["line 30 is gone, and its seal"]),
    "the tail cut off": (["DELETE FROM audit_seal WHERE position > 35", LEFT_OVER], ["lines 36 to 40 are gone"]),
    "all of it removed": (
        ["DELETE FROM audit_entry", "DELETE FROM audit_seal", "DELETE FROM audit_checkpoint"],
        ["lines 1 to 20 are gone", "lines 21 to 40 are gone", "checkpoint 2 is gone from the database"],
    ),
    "cut back to an earlier checkpoint": (
        ["DELETE FROM audit_checkpoint WHERE number = 2", "DELETE FROM audit_seal WHERE position > 20", LEFT_OVER],
        ["lines 21 to 40 are gone", "checkpoint 2 is gone from the database"],
    ),
    "a line added past the trigger": ([ADD.format("now()")], ["was never sealed"]),
    "a seal removed": ([UNSEAL.format(12)], ["line 12 is gone, and its seal", "was never sealed"]),
    "two lines in each other's place": ([SWAP.format(30, 31)], ["line 30 ", "line 31 "]),
    "a link changed": (["UPDATE audit_seal SET link = sha256('x') WHERE position = 9"], ["line 9 (", "does not follow"]),
    "a checkpoint changed": (
        ["""UPDATE audit_checkpoint SET statement = replace(statement, '"through":40', '"through":39')"""], ["checkpoint 2 is another"],
    ),
}  # fmt: skip


def test_what_nobody_touched_is_whole(log: None) -> None:
    report = logs.verify()

    assert (report.lines, report.wrong) == (60, [])


@pytest.mark.parametrize("way", WAYS)
def test_each_way_is_found_and_named(log: None, way: str) -> None:
    done, said = WAYS[way]
    with logs.past_every_right():
        logs.do(*done)
        wrong = logs.verify().wrong

    assert [each for each in said if not any(each in what for what in wrong)] == [], wrong


# --- who knows how the chain is made


def sealed_anew() -> None:
    """Make the whole chain anew, without a gap, as somebody would who has read this program: only the checkpoints are not theirs."""
    lines = [Sealed.of(row) for row in chain.rows(chain.SEALED, after=0, through=10_000)]
    entries = dict(Seal.objects.values_list("position", "entry_id"))
    link, anew = rules.START, []
    for place, line in enumerate(lines, start=1):
        leaf = chain.leaf_of(line.suite, line.body)
        link = chain.link_of(line.suite, link, place, leaf)
        anew.append((place, entries[line.position], line.sealed_at.decode(), line.suite, leaf, link))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_seal")
        cursor.executemany("INSERT INTO audit_seal (position, entry_id, at, suite, leaf, link) VALUES (%s, %s, %s, %s, %s, %s)", anew)


ANEW = {
    "edited": ([EDIT.format(7)], ["line 7 (", "is another than checkpoint 1 has"]),
    "removed": ([DELETE.format(7), UNSEAL.format(7)], ["the line that checkpoint 1 has at 7 is gone"]),
    "moved": ([SWAP.format(30, 33)], ["lines 30 to 33 stand in another order than checkpoint 2 has them"]),
    "cut off": (["DELETE FROM audit_seal WHERE position > 35", LEFT_OVER], ["lines 36 to 40 are gone"]),
}


@pytest.mark.parametrize("way", ANEW)
def test_a_chain_made_anew_is_found_by_what_lies_elsewhere_and_the_line_is_named(log: None, way: str) -> None:
    done, said = ANEW[way]
    with logs.past_every_right():
        logs.do(*done)
        sealed_anew()
        wrong = logs.verify().wrong

    assert [each for each in said if not any(each in what for what in wrong)] == [], wrong


def test_a_line_that_is_slipped_in_for_an_earlier_day_is_found_although_it_is_sealed(log: None) -> None:
    with logs.past_every_right():
        logs.do("ALTER TABLE audit_entry ENABLE TRIGGER audit_waits", ADD.format(f"'{logs.BEGUN:%Y-%m-%d %H:%M:%S%z}'"))
        logs.seal(at=logs.BEGUN + timedelta(hours=9))
        (found,) = logs.verify().wrong

    assert "line 61 (" in found
    assert "was added later" in found


# --- at random

TAMPERING = st.sampled_from([EDIT, DELETE, UNSEAL, "UPDATE audit_seal SET entry_id = gen_random_uuid() WHERE position = {}",
                             "UPDATE audit_seal SET at = at - interval '1 second' WHERE position = {}",
                             "UPDATE audit_seal SET position = position + 1000 WHERE position = {}",
                             "UPDATE audit_seal SET suite = 'sm3' WHERE position = {}",
                             f"UPDATE audit_entry SET detail = '{{{{\"part\": \"file\"}}}}' WHERE id = {AT}",
                             f"UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE id = {AT}"])  # fmt: skip


@given(ways=st.lists(st.tuples(TAMPERING, st.integers(1, 40)), min_size=1, max_size=4), is_sealed_anew=st.booleans())
@how(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_done_below_a_checkpoint_is_found(log: None, ways: list[tuple[str, int]], is_sealed_anew: bool) -> None:
    before = contents()
    with logs.past_every_right():
        for way, place in ways:
            logs.do(way.format(place), must_change=False)
        changed = contents() != before
        if is_sealed_anew:
            sealed_anew()
        report = logs.verify()

    assert bool(report.count) == changed, ways


def contents() -> list[object]:
    """All that the log holds, in the order of its seals."""
    return [*Seal.objects.order_by("position").values_list(), *AuditEntry.objects.order_by("pk").values_list()]
