"""A legal hold: who may decide it, for how long, shown and ended with a reason; and a held recording is not destroyed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.holds import actions, queries
from hutong.hotline.holds.models import Hold
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Post, Role
from hutong.hotline.recordings import actions as recordings
from hutong.hotline.recordings import timers
from hutong.hotline.recordings.models import Recording
from tests import cast
from tests.loop import case_at
from tests.talks import a_call, kept

pytestmark = pytest.mark.django_db
NOW, TODAY = timezone.now(), timezone.localdate()
SOON = TODAY + timedelta(days=90)


@pytest.mark.parametrize(
    ("who", "may"),
    [("zhou", True), ("lu", True), ("song", True), ("xu", False), ("wang", False), ("ma", False), ("qin", False), ("an", False)],
)
def test_the_centre_and_the_province_decide(who: str, may: bool) -> None:
    case = case_at("handling")
    if may:
        actions.hold(case, reason="法院调取", review_on=SOON, by=cast.post(who), at=NOW)
        assert list(queries.held()) == [case.pk]
        assert AuditEntry.objects.get(verb="case_held").detail == {"review_on": SOON.isoformat()}
    else:
        with pytest.raises(Refusal) as refused:
            actions.hold(case, reason="法院调取", review_on=SOON, by=cast.post(who), at=NOW)
        assert refused.value.reason.code == "hold_not_yours"


def test_it_wants_a_reason_and_a_day_and_there_is_one_at_a_time() -> None:
    case, zhou = case_at("handling"), cast.post("zhou")
    for given, field in (({"reason": " ", "review_on": SOON}, "reason"), ({"reason": "诉讼", "review_on": TODAY}, "review_on")):
        with pytest.raises(Refusal) as refused:
            actions.hold(case, by=zhou, at=NOW, **given)  # type: ignore[arg-type]
        assert list(refused.value.fields) == [field]
    held = actions.hold(case, reason="诉讼", review_on=SOON, by=zhou, at=NOW)
    with pytest.raises(Refusal):
        actions.hold(case, reason="诉讼", review_on=SOON, by=zhou, at=NOW)
    with pytest.raises(Refusal):
        actions.end(held, why="", by=zhou, at=NOW)
    actions.end(held, why="已结", by=cast.post("song"), at=NOW)
    with pytest.raises(Refusal):
        actions.end(held, why="已结", by=zhou, at=NOW)
    assert not queries.held().exists()


def test_who_laid_it_does_not_end_it_in_whichever_post_nor_past_the_verb() -> None:
    case, zhou = case_at("handling"), cast.post("zhou")
    held = actions.hold(case, reason="诉讼", review_on=SOON, by=zhou, at=NOW)
    other = Post.objects.create(staff=zhou.staff, office=zhou.office, role=Role.SHIFT_LEAD, valid_from=cast.SINCE)
    for post in (zhou, other):
        with pytest.raises(Refusal) as refused:
            actions.end(held, why="已结", by=post, at=NOW)
        assert refused.value.reason.code == "hold_second"
        with pytest.raises(IntegrityError, match="another"), transaction.atomic():
            Hold.objects.filter(pk=held.pk).update(ended_at=NOW, ended_by=post, ended_why="已结")
    actions.end(held, why="已结", by=cast.post("lu"), at=NOW)


def test_it_is_never_rewritten_nor_removed() -> None:
    actions.hold(case_at("handling"), reason="诉讼", review_on=SOON, by=cast.post("zhou"), at=NOW)
    for statement in ("DELETE FROM holds_hold", "UPDATE holds_hold SET reason = ''"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_why_it_ended_is_said_once() -> None:
    held = actions.hold(case_at("handling"), reason="诉讼", review_on=SOON, by=cast.post("zhou"), at=NOW)
    actions.end(held, why="已结", by=cast.post("lu"), at=NOW)
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        Hold.objects.filter(pk=held.pk).update(ended_why="另有原因")
    assert Hold.objects.get(pk=held.pk).ended_why == "已结"


def test_a_recording_of_a_held_case_is_not_destroyed(tmp_path: object) -> None:
    case = case_at("handling")
    recording = kept(a_call(case=case), tmp_path)  # type: ignore[arg-type]
    after = NOW + timedelta(days=365 * 40)
    held = actions.hold(case, reason="诉讼", review_on=SOON, by=cast.post("zhou"), at=NOW)
    assert recording.pk not in timers.due(after)
    assert not recordings.destroy(recording.pk, at=after)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recording.objects.filter(pk=recording.pk).update(destroyed_at=after, peaks=b"")
    Hold.objects.filter(pk=held.pk).update(ended_at=NOW, ended_by=cast.post("lu"), ended_why="已结")
    assert recordings.destroy(recording.pk, at=after)
