"""Attack 15: whoever reads what leaves the house, or subtracts one report from another, learns of no single child."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from hutong.hotline.archive import compliance, rules
from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel.ids import new_id
from tests.abuse.attack import attack, patched
from tests.cast import post

pytestmark = pytest.mark.django_db
AT = datetime(2025, 6, 1, tzinfo=UTC)
COUNTED = ("by_office_and_role", "by_month")


def looked(times: int) -> None:
    """So many looks at a case by one worker."""
    for _time in range(times):
        audit.record("looked", by=post("wang"), at=AT, subject="case", subject_id=new_id())


def told() -> list[str]:
    """What the report says of them: by office and role, and by month."""
    report = compliance.report(compliance.Period(2025, post("an")))
    titles = [title for title, question in compliance.QUESTIONS.items() if question.__name__ in COUNTED]
    return [str(row["查看"]) for title in titles for row in report[title]]


def possible(words: str) -> range:
    """The counts that a cell of the report can stand for."""
    low, _dash, high = words.partition("–")
    return range(int(low), int(high or low) + 1)


@attack(15, patched("hutong.hotline.archive.rules.coarse", str))
def test_no_small_number_leaves_and_no_difference_tells_one() -> None:
    reports = []
    for more in (1, 2, 3, 9, 4, 1):
        looked(more)
        reports.append(told())
    assert {"1", "3", "6", "15", "19", "20"}.isdisjoint(cell for report in reports for cell in report)
    assert "1–4" in reports[0]
    for earlier, later in pairwise(reports):
        for before, after in zip(earlier, later, strict=True):
            if after != "0":
                differences = {high - low for low in possible(before) for high in possible(after)}
                assert len(differences) >= rules.STEP - 1
