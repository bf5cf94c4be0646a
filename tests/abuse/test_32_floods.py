"""A flood of failed sign-ins and refusals neither drops nor holds up the lines that count."""

from datetime import timedelta

from django.db import connection, transaction

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.audit import actions
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.kernel.ids import new_id
from hutong.project.database import Addresses
from tests.abuse.attack import attack, patched
from tests.cast import post
from tests.loop import START, case_at
from tests.together import together

EACH = 100
record = actions.record


def only_a_few(verb: str, **more: object) -> object:
    """A log that throttles what comes in floods."""
    return None if verb in {"refused", "sign_in_failed"} else record(verb, **more)  # type: ignore[arg-type]


@attack(32, patched("hutong.hotline.audit.actions.record", only_a_few))
def test_every_line_of_a_flood_is_there_and_a_deed_goes_through_it(committed: Addresses) -> None:
    case = case_at("acceptance")

    def flood(verb: str) -> None:
        for _time in range(EACH):
            actions.record(verb, by=None, at=START, subject="sign_in", subject_id=new_id())

    def accept() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '100ms'")
            assignments.accept(case.pk, by=post("wang"), at=START + timedelta(hours=1), seen=case.version)

    together(*[lambda: flood("refused")] * 2, lambda: flood("sign_in_failed"), accept)

    assert AuditEntry.objects.filter(verb="refused").count() == 2 * EACH
    assert AuditEntry.objects.filter(verb="sign_in_failed").count() == EACH
    assert AuditEntry.objects.filter(verb="accept", subject_id=case.pk).count() == 1
