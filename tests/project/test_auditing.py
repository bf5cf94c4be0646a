"""`hutong audit verify`: says what is wrong and where, and ends accordingly; and `hutong audit export`."""

import argparse
import json
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings as now_set
from django.utils import timezone
from pytest_django import Settings

from hutong.hotline.audit import actions
from hutong.hotline.audit.models import AuditEntry
from hutong.project import auditing
from hutong.project.database import Addresses
from hutong.project.trouble import Trouble
from tests.cast import post
from tests.conftest import use
from tests.hotline.audit import logs
from tests.loop import opened

pytestmark = pytest.mark.usefixtures("kept_apart")


def verify(*arguments: str) -> int:
    """The command, with what was typed behind it."""
    parser = argparse.ArgumentParser()
    auditing.add_arguments(parser)
    return auditing.run(parser.parse_args(["verify", *arguments]))


def removed(position: int) -> None:
    """A line is gone for good."""
    logs.do("ALTER TABLE audit_entry DISABLE TRIGGER USER", must_change=False)
    logs.do(f"DELETE FROM audit_entry WHERE id = (SELECT entry_id FROM audit_seal WHERE position = {position})")  # noqa: S608
    logs.do("ALTER TABLE audit_entry ENABLE TRIGGER USER", must_change=False)


def test_a_whole_log_is_said_to_be_whole(log: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify() == 0
    told = capsys.readouterr().out
    assert told.startswith("60 lines in ")
    assert f"2 checkpoints, 2 of them in {now_set.AUDIT_FOLDER}; the last, 2," in told
    assert told.endswith("Whole: nothing was changed, removed, added or moved.\n")


def test_what_is_wrong_is_said_line_by_line(log: None, capsys: pytest.CaptureFixture[str]) -> None:
    removed(7)

    assert verify() == 1
    told = capsys.readouterr().out.splitlines()
    assert [line for line in told if line.startswith("WRONG")] == [f"WRONG  line 7 ({logs.entry_at(7)}) is gone: it was removed"]
    assert told[-1] == "1 things are wrong."
    assert verify("--since", "2026-09-14T10:30") == 0


def test_one_case_is_looked_at_alone_with_the_lists_that_name_it(committed: Addresses, capsys: pytest.CaptureFixture[str]) -> None:
    case = opened()
    actions.listed("cases:work", [case.pk], by=post("ma"), at=logs.BEGUN)
    logs.make()
    use(committed, owner=True)
    try:
        assert verify("--case", case.number.lower()) == 0
        told = capsys.readouterr().out
        assert told.startswith("2 lines in ")
        assert told.endswith(f"{auditing.OF_CASE}\n")
        logs.do("ALTER TABLE audit_entry DISABLE TRIGGER USER", must_change=False)
        logs.do("UPDATE audit_entry SET post_id = NULL WHERE verb = 'listed'")
        assert verify("--case", case.number) == 1
        assert "is not what was sealed" in capsys.readouterr().out
    finally:
        logs.do("ALTER TABLE audit_entry ENABLE TRIGGER USER", must_change=False)
        use(committed)


def test_a_line_that_names_another_case_now_is_found_in_the_whole_log_alone_and_the_case_says_so(
    committed: Addresses, capsys: pytest.CaptureFixture[str]
) -> None:
    case = opened()
    actions.record("looked", by=post("ma"), at=logs.BEGUN, subject="case", subject_id=case.pk)
    logs.make()
    use(committed, owner=True)
    try:
        logs.do("ALTER TABLE audit_entry DISABLE TRIGGER USER", must_change=False)
        logs.do("UPDATE audit_entry SET subject_id = gen_random_uuid() WHERE verb = 'looked' AND subject = 'case'")
        assert verify("--case", case.number) == 0
        assert "the whole log alone can tell" in capsys.readouterr().out
        assert verify() == 1
        assert "is not what was sealed" in capsys.readouterr().out
    finally:
        logs.do("ALTER TABLE audit_entry ENABLE TRIGGER USER", must_change=False)
        use(committed)


def test_elsewhere_the_checkpoints_and_the_public_key_are_named(log: None, tmp_path: Path, settings: Settings) -> None:
    mine = tmp_path / "auditor"
    now_set.AUDIT_FOLDER.rename(mine)
    keys = now_set.AUDIT_KEY.with_suffix(".pub").rename(mine / "hotline.pub")
    settings.AUDIT_KEY = tmp_path / "nothing.key"

    assert verify("--checkpoints", str(mine), "--keys", str(keys)) == 0
    assert verify("--checkpoints", str(mine)) == 1


def test_what_cannot_be_asked_is_said(committed: Addresses) -> None:
    with pytest.raises(Trouble, match="There is no case 7"):
        verify("--case", "7")
    with pytest.raises(SystemExit):
        verify("--since", "yesterday")


def export(*arguments: str) -> None:
    parser = argparse.ArgumentParser()
    auditing.add_arguments(parser)
    assert auditing.run(parser.parse_args(["export", *arguments])) == 0


def test_a_collector_reads_each_line_in_a_common_format_with_its_time_in_utc(log: None, capsys: pytest.CaptureFixture[str]) -> None:
    before = list(AuditEntry.objects.order_by("at", "pk"))
    export()
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["event"]["id"] for each in told] == [str(entry.pk) for entry in before]
    for each, entry in zip(told, before, strict=True):
        assert each["@timestamp"].endswith("Z")
        assert datetime.fromisoformat(each["@timestamp"]) == entry.at
        assert (each["ecs"]["version"], each["event"]["action"], each["hutong"]["detail"]) == ("8.11.0", entry.verb, entry.detail)
        assert each["user"].get("id") == (str(entry.staff_id) if entry.staff_id else None)
    assert "徐宁" not in str(told)
    assert AuditEntry.objects.get(verb="log_exported").detail["since"] == ""


def test_a_span_of_the_log_is_its_lines_alone_and_a_refusal_is_a_failure(log: None, capsys: pytest.CaptureFixture[str]) -> None:
    actions.record("refused", by=post("ma"), at=timezone.now(), subject="case")
    since = AuditEntry.objects.order_by("-at").values_list("at", flat=True)[0]
    export("--since", since.isoformat())
    (told,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (told["event"]["action"], told["event"]["outcome"]) == ("refused", "failure")
