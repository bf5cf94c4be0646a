"""Sending through apprise to a real server: what is told of a failure, and that no secret is."""

import logging
import socket
import time
from collections.abc import Iterator
from email import message_from_string
from pathlib import Path

import pytest
from apprise.plugins import dingtalk, feishu, lark, wecombot
from django.conf import LazySettings

from hutong.channels import outward
from hutong.hotline.notices.rules import Told
from tests.hotline.notices.provider import Provider, provider

TOLD = Told("12349 特急：新交办", "个案 6101-2026-000123，还剩 12 分。")
ROBOTS = (dingtalk.NotifyDingTalk, wecombot.NotifyWeComBot, feishu.NotifyFeishu, lark.NotifyLark)
SECRETS = ("wordofmouth", "3f9a77e1c0de")


@pytest.fixture
def there() -> Iterator[Provider]:
    with provider() as server:
        yield server


def test_what_is_said_arrives_as_it_was_said(there: Provider) -> None:
    assert outward.send(there.address, TOLD) == ""
    assert [(each["title"], each["message"]) for each in there.heard] == [TOLD]


@pytest.mark.parametrize(("status", "fault"), [(401, "refused 401"), (429, "refused 429"), (503, "refused 503")])
def test_a_refusal_is_told_with_its_number_and_without_the_providers_words(there: Provider, status: int, fault: str) -> None:
    there.status, there.body = status, b"wordofmouth is not welcome"
    assert outward.send(there.address, TOLD) == fault


def test_nobody_there(there: Provider) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        address = f"json://127.0.0.1:{unheard.getsockname()[1]}/"
        assert outward.send(address, TOLD) == "unreachable"


def test_a_provider_that_keeps_one_waiting_is_left_whatever_its_address_asks(there: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outward, "ANSWERING", 0.3)
    there.open.clear()
    begun = time.monotonic()
    assert outward.send(f"{there.address}?rto=600", TOLD) == "unreachable"
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("address", ["syslog://", "file:///etc/passwd", "dingtalk://", "wecombot://äöü"])
def test_what_no_provider_can_read_is_not_tried(address: str) -> None:
    assert outward.send(address, TOLD) == "unusable"
    assert not outward.is_usable(address)


def test_an_address_that_can_be_read_is_usable(there: Provider) -> None:
    assert outward.is_usable(there.address)


@pytest.mark.parametrize(
    ("body", "fault"), [(b'{"errcode": 0}', ""), (b'{"errcode": 310000, "errmsg": "keywords"}', "refused 310000"), (b"ok", ""), (b"[]", "")]
)
def test_a_refusal_with_http_200_is_a_refusal(there: Provider, monkeypatch: pytest.MonkeyPatch, body: bytes, fault: str) -> None:
    monkeypatch.setattr(dingtalk.NotifyDingTalk, "notify_url", f"http://127.0.0.1:{there.server_port}/?access_token={{token}}")
    there.body = body
    assert outward.send("dingtalk://3f9a77e1c0de", TOLD) == fault


def test_no_secret_reaches_a_log(there: Provider, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    there.status = 500
    for address in (there.address, "wecombot://wordofmouth äöü", "dingtalk://3f9a77e1c0de!"):
        assert outward.send(address, TOLD)
    said = caplog.text + "".join(capfd.readouterr())
    assert [secret for secret in SECRETS if secret in said] == []


@pytest.mark.parametrize("asked", ["", "?redirect=yes"])
def test_where_an_answer_leads_elsewhere_it_is_not_followed(there: Provider, asked: str) -> None:
    with provider() as elsewhere:
        there.status, there.headers = 307, {"Location": f"http://127.0.0.1:{elsewhere.server_port}/"}
        assert outward.send(there.address + asked, TOLD) == "refused 307"
        assert elsewhere.heard == []


def test_a_certificate_that_nobody_signed_is_refused_whatever_the_address_asks(tmp_path: Path) -> None:
    with provider() as there:
        there.speak_tls(tmp_path)
        address = there.address.replace("json://", "jsons://")
        assert outward.send(f"{address}?verify=no", TOLD) == "unreachable"
        assert there.heard == []


@pytest.mark.parametrize(
    ("hosts", "address", "may"),
    [
        ("", "json://127.0.0.1:{port}/", False),
        ("127.0.0.1:1", "json://127.0.0.1:{port}/", False),
        ("127.0.0.1", "json://127.0.0.1:{port}/", True),
        ("127.0.0.1:{port}", "json://127.0.0.1:{port}/", True),
        ("sms.example.cn:443", "jsons://sms.example.cn/send", True),
        ("sms.example.cn:443", "json://sms.example.cn/send", False),
        ("mail.example.cn", "mailtos://a:b@example.cn?smtp=mail.example.cn", True),
        ("example.cn", "mailtos://a:b@example.cn?smtp=169.254.169.254", False),
        ("", "mailtos://a:b@qq.com", False),
        ("", "dingtalk://3f9a77e1c0de", True),
        ("", "wecombot://3f9a77e1c0de", True),
        ("", "feishu://3f9a77e1c0de", True),
    ],
)
def test_it_goes_to_the_robots_and_to_hosts_that_the_operator_named_alone(
    there: Provider, settings: LazySettings, hosts: str, address: str, may: bool
) -> None:
    settings.NOTICE_HOSTS = frozenset({hosts.format(port=there.server_port)} - {""})
    address = address.format(port=there.server_port)
    assert outward.is_allowed(address) == may
    if not may:
        assert outward.send(address, TOLD) == "not_allowed"
        assert there.heard == []


@pytest.mark.parametrize(
    ("address", "clear"),
    [
        ("json://sms.example.cn/send", True),
        ("xml://192.0.2.7/send", True),
        ("smseagle://token@sms.example.cn/13800138000", True),
        ("mailto://a:b@example.cn?smtp=mail.example.cn", True),
        ("mailtos://a:b@example.cn?smtp=mail.example.cn&mode=insecure", True),
        ("jsons://sms.example.cn/send", False),
        ("mailtos://a:b@example.cn?smtp=mail.example.cn", False),
        ("mailto://a:b@example.cn?smtp=mail.example.cn&mode=ssl", False),
        ("json://127.0.0.1:9/", False),
        ("dingtalk://3f9a77e1c0de", False),
        ("wecombot://3f9a77e1c0de", False),
        ("feishu://3f9a77e1c0de", False),
    ],
)
def test_nothing_crosses_a_network_in_clear(settings: LazySettings, address: str, clear: bool) -> None:
    assert outward.is_in_clear(address) == clear
    settings.NOTICE_HOSTS = frozenset({"sms.example.cn", "192.0.2.7", "mail.example.cn"})
    if clear:
        assert outward.send(address, TOLD) == "in_clear"


def test_the_robots_own_addresses_are_encrypted() -> None:
    assert [robot.notify_url for robot in ROBOTS if not robot.notify_url.startswith("https://")] == []


@pytest.mark.parametrize(
    "more", ["&from=%E5%80%BC%0ABcc:x@evil.example", "&reply=c@d.example%0ABcc:x@evil.example", "&name=a%0D%0ABcc:x@evil.example"]
)
def test_no_line_of_a_mails_head_is_written_by_what_somebody_typed(more: str) -> None:
    sender = outward._sender(f"mailtos://a:b@example.cn?to=a@b.example{more}")
    (mail,) = sender.prepare_emails(
        subject="标题\r\nBcc: x@evil.example", body="x\r\n.\r\nMAIL FROM: <x@evil.example>", from_addr=sender.from_addr, to=sender.targets,
        reply_to=sender.reply_to, smtp_host=sender.smtp_host,
    )  # fmt: skip
    head = message_from_string(mail.body)
    assert (head["Bcc"], mail.to_addrs) == (None, ["a@b.example"])
