"""The pages on which an administrator sets up a centre's telephone."""

import io
import wave
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.calls.models import Agreement, Line, Skill, Sound
from tests import cast
from tests.clients import signed_in
from tests.network import administrator

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return signed_in("gao")


def xian(name: str, *more: str) -> str:
    return reverse(f"office:{name}", args=[cast.office("xian").pk, *more])


def line(**changes: Any) -> dict[str, Any]:
    """A way in as typed."""
    return {
        "name": "西安 12349", "number": "12349", "mode": "own", "older_number": "", "key": "", "key_means": "", "valid_from": "2026-09-01",
    } | changes  # fmt: skip


def wav(seconds: float, rate: int = 8000, channels: int = 1) -> bytes:
    """A silent recording."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((channels, 2, rate, 0, "NONE", ""))
        written.writeframes(bytes(int(seconds * rate) * 2 * channels))
    return file.getvalue()


def upload(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("hello.wav", data, "audio/wav")


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 422, answer.status_code
    return dict(answer.context["form"].errors)


def test_a_line_is_opened_and_closed(client: Client) -> None:
    assert client.post(xian("new_line"), line(number="029 - 8765 4321", key="9", key_means="danger")).status_code == 302
    opened = Line.objects.get()
    assert (opened.centre, opened.number, opened.key, opened.key_means) == (cast.office("xian"), "02987654321", "9", "danger")
    assert "现在有危险" in client.get(xian("phone")).content.decode()
    client.post(reverse("office:end_line", args=[opened.pk]), {"sure": "yes"})
    opened.refresh_from_db()
    assert opened.valid_to == timezone.localdate()
    verbs = list(AuditEntry.objects.filter(subject="line").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["open_line", "end_line"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"number": "12"}, "number"),
        ({"mode": "forwarded"}, "older_number"),
        ({"key": "1"}, "key"),
        ({"key_means": "danger"}, "key"),
        ({"key": "*", "key_means": "danger"}, "key"),
        ({"mode": "menu"}, "mode"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(client: Client, changes: dict[str, str], field: str) -> None:
    assert field in errors(client.post(xian("new_line"), line(**changes)))
    assert not Line.objects.exists()


def test_a_number_leads_to_one_line(client: Client) -> None:
    client.post(xian("new_line"), line())
    assert errors(client.post(xian("new_line"), line(name="另一条"))) == {"number": ["已有同样号码的线路。"]}
    assert client.post(xian("new_line"), line(mode="forwarded", older_number="02912338")).status_code == 302


def test_a_sound_is_worded_recorded_heard_and_spoken_again(client: Client) -> None:
    address = xian("say", "greeting", "zh")
    client.post(address, {"text": "您好，护童热线，通话会录音。"})
    assert Sound.objects.get().audio is None
    assert "朗读" in client.get(xian("phone")).content.decode()
    heard = xian("listen", "greeting", "zh")
    assert client.get(heard).status_code == 404
    client.post(address, {"text": "您好", "audio": upload(wav(3))})
    assert client.get(heard).content == wav(3)
    client.post(address, {"text": "您好！"})
    assert client.get(heard).status_code == 200, "a change of the text keeps the recording"
    assert "去掉现有录音" in client.get(address).content.decode()
    client.post(address, {"text": "您好", "is_spoken": "on"})
    assert client.get(heard).status_code == 404


@pytest.mark.parametrize("data", [b"", b"RIFF", wav(1, channels=2), wav(1, rate=44100), wav(6)])
def test_a_recording_that_the_exchange_cannot_play_or_nobody_bears_is_refused(client: Client, data: bytes) -> None:
    answer = client.post(xian("say", "greeting", "zh"), {"text": "您好", "audio": upload(data)})
    assert "audio" in errors(answer)
    assert not Sound.objects.exists()


def test_skills_are_what_is_ticked(client: Client) -> None:
    address = reverse("office:skills", args=[cast.post("xu").pk])
    client.post(address, {"skills": ["minors", "language:ug"]})
    client.post(address, {"skills": ["minors"]})
    assert [(each.post, each.skill) for each in Skill.objects.all()] == [(cast.post("xu"), "minors")]
    assert "skills" in errors(client.post(address, {"skills": ["flying"]}))


def test_a_neighbour_is_another_centre_and_is_agreed_with_once(client: Client) -> None:
    def agree(name: str) -> Any:
        return client.post(xian("agree"), {"neighbour": name})

    assert "neighbour" in errors(agree("西安市12349热线中心"))
    assert "neighbour" in errors(agree("莲湖区民政局"))
    assert agree("宝鸡市12349热线中心").status_code == 302
    assert agree("宝鸡市12349热线中心").status_code == 302
    agreed = Agreement.objects.get()
    client.post(reverse("office:end_agreement", args=[agreed.pk]), {"sure": "yes"})
    assert agree("宝鸡市12349热线中心").status_code == 302


def test_what_is_out_of_reach_is_not_there() -> None:
    client = signed_in("gao")
    client.post(xian("new_line"), line())
    kept = Line.objects.get()
    administrator("lan", "lianhu")
    below = signed_in("lan")
    for address in (xian("phone"), xian("new_line"), reverse("office:end_line", args=[kept.pk]), xian("listen", "greeting", "zh")):
        assert below.get(address).status_code == 404
    assert signed_in("xu").get(xian("phone")).status_code == 403
    assert client.get(reverse("office:phone", args=[cast.office("lianhu").pk])).status_code == 404
    assert client.get(xian("say", "menu", "zh")).status_code == 404


def test_the_page_asks_the_same_number_of_questions_however_much_there_is(client: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(xian("phone")).status_code == 200
        return len(caught)

    client.post(xian("new_line"), line())
    client.post(reverse("office:skills", args=[cast.post("xu").pk]), {"skills": ["minors"]})
    few = asked()
    client.post(xian("new_line"), line(number="123490"))
    client.post(reverse("office:skills", args=[cast.post("he").pk]), {"skills": ["minors", "psychologist"]})
    client.post(xian("say", "place", "zh"), {"text": "您排在第几位"})
    assert asked() == few
