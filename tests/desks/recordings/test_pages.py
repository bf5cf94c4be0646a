"""Who may listen, that it is asked for and shown, and how the sound comes."""

import io
import wave
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hutong.desks.recordings.ranges import MOST
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.calls.models import Call, Leg
from hutong.hotline.cases.actions import recusing
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel import objects
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import Post, Role, Staff
from hutong.hotline.recordings import queries
from hutong.hotline.recordings.models import Play, Recording
from tests import cast
from tests.cast import PEOPLE, office, post
from tests.clients import signed_in
from tests.loop import START, case_at
from tests.talks import a_call, begun, kept

pytestmark = pytest.mark.django_db
HEAR = {"xu", "lu", "song"}  # the operator whose call it was, the shift lead, the supervisor above


def ask(client: Client, recording: Recording, **typed: str) -> Any:
    return client.post(reverse("recordings:ask", args=[recording.pk]), typed)


def play(who: str, recording: Recording) -> tuple[Client, Play]:
    """Somebody has said for what they listen."""
    client = signed_in(who)
    assert ask(client, recording, purpose="quality").status_code == 302
    return client, Play.objects.latest("at")


def sound(client: Client, found: Play, asked: str = "", method: str = "get") -> Any:
    headers = {"Range": asked} if asked else {}
    return getattr(client, method)(reverse("recordings:audio", args=[found.pk]), headers=headers)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.fixture
def case() -> Case:
    return case_at("handling")


@pytest.fixture
def recording(case: Case, tmp_path: Path) -> Recording:
    return kept(a_call(case=case), tmp_path)


def test_of_all_posts_in_all_offices_that_did_not_speak_few_hear(recording: Recording) -> None:
    staff = {role: Staff.objects.create(username=f"one-{role}", name="某人") for role in Role}
    hear = set()
    for where, role in product(cast.OFFICES, Role):
        somebody = Post.objects.create(staff=staff[role], office=office(where), role=role, valid_from=cast.SINCE)
        cast.approve(somebody)
        if queries.audible_to(somebody).exists():
            hear.add((where, role.value))
    assert hear == {("xian", "shift_lead"), ("xian", "inspector"), ("xian", "supervisor"), ("shaanxi", "supervisor")}


def test_those_of_the_table_may_ask_and_nobody_else(recording: Recording) -> None:
    for who in PEOPLE:
        answer = signed_in(who).get(reverse("recordings:ask", args=[recording.pk]))
        assert (answer.status_code == 200) == (who in HEAR), who
        assert answer.status_code in {200, 403, 404}
        assert queries.audible_to(post(who)).exists() == (who in HEAR)


def test_a_colleague_of_the_operator_gets_the_answer_of_one_that_is_not_there(recording: Recording) -> None:
    client = signed_in("he")
    answers = [client.get(reverse("recordings:ask", args=[pk])).status_code for pk in (recording.pk, new_id())]
    assert answers == [404, 404]
    assert AuditEntry.objects.filter(verb="refused", subject="recording").count() == 2


def test_who_keeps_away_from_the_case_does_not_hear_its_call_either(recording: Recording, case: Case) -> None:
    recusing.recuse(case.pk, staff=post("lu").staff, by=post("zhou"), at=START, seen=None, text="亲属")
    assert not queries.audible_to(post("lu")).exists()
    assert signed_in("lu").get(reverse("recordings:ask", args=[recording.pk])).status_code == 404


def test_of_a_call_without_a_case_the_same_people_hear(tmp_path: Path) -> None:
    kept(a_call(), tmp_path)
    assert {who for who in PEOPLE if queries.audible_to(post(who)).exists()} == HEAR


def test_who_was_rung_and_did_not_answer_does_not_hear(recording: Recording) -> None:
    Leg.objects.create(call=recording.call, channel="rung", role="operator", post=post("he"), rung_at=START, left_at=START)
    assert not queries.audible_to(post("he")).exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "请选择收听目的。"),
        ({"purpose": "other"}, "请写明具体原因。"),
        ({"purpose": "fun"}, "fun"),
        ({"purpose": "case", "text": "x" * 201}, "200"),
    ],
)
def test_without_a_purpose_nothing_is_heard(recording: Recording, typed: dict[str, str], said: str) -> None:
    answer = ask(signed_in("xu"), recording, **typed)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not Play.objects.exists()


def test_a_play_is_in_the_log_and_on_the_case_with_who_and_why(recording: Recording, case: Case) -> None:
    assert ask(signed_in("lu"), recording, purpose="other", text="家长投诉说没有接听").status_code == 302
    entry = AuditEntry.objects.get(verb="recording_played")
    assert (entry.subject, entry.subject_id, entry.post_id) == ("case", case.pk, post("lu").pk)
    assert entry.detail == {"recording": str(recording.pk), "purpose": "other"}
    shown = signed_in("zhou").get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "听过 1 次" in shown
    assert "家长投诉说没有接听" in shown
    assert reverse("recordings:ask", args=[recording.pk]) not in shown  # a coordinator sees that there is one, and may not hear it
    assert reverse("recordings:ask", args=[recording.pk]) in signed_in("lu").get(reverse("cases:case", args=[case.pk])).content.decode()


def test_a_dead_log_lets_nobody_listen(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise OSError

    client = signed_in("lu")
    monkeypatch.setattr("hutong.hotline.recordings.actions.audit.record", fail)
    with pytest.raises(OSError):  # noqa: PT011 ours
        ask(client, recording, purpose="case")
    assert not Play.objects.exists()


def test_the_sound_comes_whole_and_in_parts_and_is_kept_nowhere(recording: Recording) -> None:
    client, found = play("xu", recording)
    whole = sound(client, found)
    heard = body(whole)
    with wave.open(io.BytesIO(heard)) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 16000)
    assert (whole.status_code, whole["Cache-Control"], whole["Accept-Ranges"], whole["Content-Type"]) == (
        200,
        "no-store",
        "bytes",
        "audio/wav",
    )
    for asked, start, end in (("bytes=0-9", 0, 10), ("bytes=60000-", 60000, len(heard)), ("bytes=-7", len(heard) - 7, len(heard))):
        answer = sound(client, found, asked)
        assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes {start}-{end - 1}/{len(heard)}")
        assert body(answer) == heard[start:end]
        assert answer["Content-Length"] == str(end - start)
    assert sound(client, found, f"bytes={len(heard)}-").status_code == 416
    assert sound(client, found, method="head")["Content-Length"] == str(len(heard))
    assert sound(client, found, method="post").status_code == 405


def test_a_long_one_comes_in_portions(case: Case, tmp_path: Path) -> None:
    client, found = play("xu", kept(a_call(case=case), tmp_path, seconds=40))
    answer = sound(client, found, "bytes=100-")
    assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes 100-{99 + MOST}/{44 + 40 * 32000}")
    assert len(body(answer)) == MOST


def test_however_many_parts_are_asked_for_it_is_one_play(recording: Recording) -> None:
    client, found = play("xu", recording)
    for at in range(5):
        body(sound(client, found, f"bytes={at}-{at}"))
    assert (Play.objects.count(), AuditEntry.objects.filter(verb="recording_played").count()) == (1, 1)


def test_a_grant_is_for_one_person_and_for_a_quarter_of_an_hour(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    client, found = play("xu", recording)
    assert sound(signed_in("lu"), found).status_code == 404  # who may hear as well, but has not said for what
    assert signed_in("lu").get(reverse("recordings:play", args=[found.pk])).status_code == 404
    page = client.get(reverse("recordings:play", args=[found.pk]))
    assert (page.status_code, "call-recording" in page.content.decode()) == (200, True)
    monkeypatch.setattr(timezone, "now", lambda: found.until - timedelta(seconds=1))
    assert sound(client, found).status_code == 200
    monkeypatch.setattr(timezone, "now", lambda: found.until)
    assert sound(client, found).status_code == 410
    again = client.get(reverse("recordings:play", args=[found.pk]))
    assert (again.status_code, again["Location"]) == (302, reverse("recordings:ask", args=[recording.pk]))


def test_a_right_that_ends_ends_the_grant(recording: Recording, case: Case) -> None:
    client, found = play("lu", recording)
    assert sound(client, found).status_code == 200
    recusing.recuse(case.pk, staff=post("lu").staff, by=post("zhou"), at=START, seen=None, text="亲属")
    assert sound(client, found).status_code == 404


def test_one_that_is_destroyed_or_not_kept_yet_is_not_heard(recording: Recording, case: Case, tmp_path: Path) -> None:
    client, found = play("lu", recording)
    from hutong.hotline.recordings import actions

    assert recording.keep_until
    actions.destroy(recording.pk, at=recording.keep_until)
    waiting = begun(a_call(), tmp_path)
    assert sound(client, found).status_code == 404
    for pk in (recording.pk, waiting):
        assert client.get(reverse("recordings:ask", args=[pk])).status_code == 404
    assert "到期销毁" in client.get(reverse("cases:case", args=[case.pk])).content.decode()


def test_one_that_was_changed_is_not_played(recording: Recording, caplog: pytest.LogCaptureFixture) -> None:
    client, found = play("lu", recording)
    path = objects.path_of(recording.name)
    path.write_bytes(path.read_bytes()[:-1])
    assert sound(client, found).status_code == 500
    assert "does not open" in caplog.text
    assert client.get(reverse("recordings:play", args=[found.pk])).status_code == 200


def test_a_shift_lead_keeps_one_for_the_law_and_another_person_ends_it(recording: Recording, case: Case) -> None:
    client = signed_in("lu")
    there = [reverse(f"recordings:{deed}", args=[recording.pk]) for deed in ("hold", "release")]
    assert client.get(there[0]).status_code == 200
    assert client.post(there[0], {"why": ""}).status_code == 422
    assert client.post(there[0], {"why": "公安调取"}).status_code == 302
    assert "公安调取" in client.get(there[1]).content.decode()
    shown = client.get(reverse("cases:case", args=[case.pk])).content.decode()
    assert ("公安调取" in shown, there[1] in shown, "须由另一人解除" in shown) == (True, False, True)
    assert "留存须由登记人以外的人解除" in client.post(there[1]).content.decode()
    client = signed_in("song")
    assert there[1] in client.get(reverse("cases:case", args=[case.pk])).content.decode()
    assert client.post(there[1], headers={"HX-Request": "true"})["HX-Redirect"] == reverse("cases:case", args=[case.pk])
    assert client.post(there[1]).status_code == 422
    assert Recording.objects.get().held_at is None
    assert [signed_in(who).get(there[0]).status_code for who in ("xu", "wang", "qin")] == [403, 403, 403]


def test_the_page_of_a_case_asks_no_more_for_many_recordings(case: Case, tmp_path: Path, django_assert_max_num_queries: Any) -> None:
    for _each in range(6):
        Call.objects.filter(pk=kept(a_call(), tmp_path).call_id).update(case=case)
    lead = post("lu")
    with django_assert_max_num_queries(5):
        assert len(queries.rows(queries.of_case(case), lead)) == 6
    with django_assert_max_num_queries(1):
        assert queries.rows(queries.of_calls([]), lead) == []


def test_a_grant_of_nobody_answers_like_one_that_is_not_there(recording: Recording) -> None:
    assert signed_in("lu").get(reverse("recordings:audio", args=[UUID(int=7)])).status_code == 404
