"""What is past its time is erased by the schedule, whole and in batches; a legal hold stops all of it, the database too."""

from argparse import ArgumentParser
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import timers
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts.models import Contact, Draft, Reporter
from hutong.hotline.holds import actions as holds
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.people.models import Child, Person
from hutong.hotline.retention import actions, queries, rules
from hutong.hotline.retention.models import Erasure
from hutong.hotline.retention.timers import DEEDS, Sweep
from hutong.hotline.supervision import actions as supervision
from hutong.project import retention as command
from tests import cast
from tests.loop import ONWARD, START, case_at, contact

pytestmark = pytest.mark.django_db
LATER = START.replace(year=START.year + 16)  # the child of 7 is 23


def closed_case() -> Case:
    case = case_at("closed")
    person = Person.objects.create(name="钱强", phone="13700006655", address="某街 1 号")
    case.parties.create(person=person, role="witness", relation="邻居")
    return case


def sweep(at: datetime) -> list[str]:
    lines: list[str] = []
    while done := timers.sweep(at=at, deeds=DEEDS):
        lines += done
    return lines


def test_a_case_past_its_time_loses_all_that_the_schedule_names_and_keeps_the_rest() -> None:
    case = closed_case()
    number = case.number
    assert len(sweep(LATER)) == 4
    for kind in ("case", "child", "person", "contact"):
        line = rules.schedule().kinds[kind]
        for model in queries.TABLES[kind]:
            for row in model._default_manager.all():
                for field in model._meta.concrete_fields:
                    if field.column in line.of(model._meta.db_table):
                        assert getattr(row, field.attname) == actions._nothing(field), f"{model} {field}"
    case.refresh_from_db()
    assert (case.number, case.title, case.resolution) == (number, rules.ERASED, "resolved")
    assert (Child.objects.get().name, Person.objects.get().phone, Reporter.objects.get().name) == ("", "", "")
    assert Contact.objects.get().narrative == rules.ERASED
    assert sweep(LATER) == []


def test_each_batch_is_one_line_of_the_log_with_count_and_digest_and_no_value() -> None:
    closed_case()
    sweep(LATER)
    lines = AuditEntry.objects.filter(verb="erased").order_by("at")
    assert [line.detail["kind"] for line in lines] == ["case", "child", "person", "contact"]
    assert all(line.detail["count"] == 1 and len(line.detail["digest"]) == 64 for line in lines)
    assert "小雨" not in str([line.detail for line in lines])


def test_nothing_goes_before_its_time_nor_while_a_child_is_young() -> None:
    closed_case()
    assert sweep(START.replace(year=START.year + 9)) == []
    assert sweep(START.replace(year=START.year + 13)) == []  # ten years passed, and the child is 20
    Child.objects.update(born_on=date(2025, 1, 1))
    assert sweep(LATER) == []
    Child.objects.update(born_on=None, age=None)
    assert sweep(LATER) == []


def test_a_child_with_another_case_stays() -> None:
    case = closed_case()
    child = Child.objects.get()
    case_at("handling").child_links.create(child=child)
    sweep(LATER)
    child.refresh_from_db()
    assert child.name == "小雨"
    assert Erasure.objects.filter(kind="case", row_id=case.pk).exists()


def test_a_contact_that_became_no_case_goes_after_three_years() -> None:
    loose = contact(outcome="answered")
    assert sweep(START.replace(year=START.year + 2)) == []
    sweep(START.replace(year=START.year + 3, day=20))
    loose.refresh_from_db()
    assert (loose.narrative, loose.answer) == (rules.ERASED, rules.ERASED)
    assert Reporter.objects.get(contact=loose).phone == ""


def test_drafts_that_were_left_are_deleted() -> None:
    draft = Draft.objects.create(id=new_id(), post=cast.post("xu"), form="contact", fields={"narrative": ["…"]}, saved_at=START)
    assert sweep(START + timedelta(days=29)) == []
    sweep(START + timedelta(days=31))
    assert not Draft.objects.filter(pk=draft.pk).exists()


def test_a_legal_hold_stops_it_and_its_end_lets_it_go() -> None:
    case = closed_case()
    held = holds.hold(case, reason="法院调取", review_on=timezone.localdate(LATER), by=cast.post("zhou"), at=LATER - timedelta(days=9))
    assert sweep(LATER) == []
    holds.end(held, why="案件已结", by=cast.post("lu"), at=LATER)
    assert len(sweep(LATER)) == 4


def test_the_database_refuses_to_erase_what_is_held() -> None:
    case = closed_case()
    holds.hold(case, reason="法院调取", review_on=timezone.localdate(LATER), by=cast.post("zhou"), at=LATER - timedelta(days=9))
    rows = {"case": case.pk, "child": Child.objects.get().pk, "person": Person.objects.get().pk, "contact": Contact.objects.get().pk}
    for kind, row in rows.items():
        with pytest.raises(IntegrityError), transaction.atomic():
            Erasure.objects.create(kind=kind, row_id=row, at=LATER)


def test_what_was_erased_is_never_rewritten() -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        Erasure.objects.all().delete()


def test_the_worker_looks_again_after_a_while_and_at_once_where_there_was_something() -> None:
    closed_case()
    look = Sweep()
    assert len(look(at=LATER, put_off={})) == 4
    assert look(at=LATER, put_off={}) == []
    contact(outcome="answered")
    assert look(at=LATER + timedelta(minutes=5), put_off={}) == []
    assert len(look(at=LATER + timedelta(minutes=10), put_off={})) == 1


def test_the_command_says_what_would_go_and_erases_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    closed_case()
    monkeypatch.setattr(timezone, "now", lambda: LATER)
    parser = ArgumentParser()
    command.add_arguments(parser)
    assert command.run(parser.parse_args(["--dry-run"])) == 0
    said = capsys.readouterr().out
    assert "case       blank          1 due  个案卷宗" in said
    assert Child.objects.get().name == "小雨"
    command.run(parser.parse_args(["--erase"]))
    assert Case.objects.get().title == rules.ERASED


def test_an_order_that_is_still_open_is_waited_for() -> None:
    case, zhou, at = case_at("handling"), cast.post("zhou"), START + timedelta(hours=2)
    supervision.order(case.pk, office=cast.office("lianhu"), subject="尽快上门", text="今天上门看孩子", by=zhou, at=at)
    case.refresh_from_db()
    while case.stage != "closed":
        at += timedelta(minutes=10)
        ONWARD[case.stage](case, at)
        case.refresh_from_db()
    assert sweep(LATER) == []
    supervision.withdraw_order(case.orders.get().pk, by=zhou, at=LATER - timedelta(days=1), text="已办结")
    assert len(sweep(LATER)) == 3
