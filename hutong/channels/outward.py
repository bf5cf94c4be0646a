"""Sending a text to an address outside, through apprise. What comes back is one of our own words: providers quote what they were sent."""

import logging
import re
import threading
from types import SimpleNamespace
from typing import Any

import apprise
import requests
from apprise.plugins import dingtalk, wecombot
from django.conf import settings

from hutong.hotline.kernel.hosts import is_here
from hutong.hotline.notices import rules

INSECURE = "insecure"  # what the `mode` of a mail address may say
CONNECTING, ANSWERING = 4.0, 8.0  # seconds; together well under rules.LEASE
REFUSED = re.compile(r"(?:error|code)=(\d+)")


def send(address: str, told: rules.Told) -> str:
    """Send; empty where the provider took it, else a word of `rules.FAULTS`, perhaps with the number that it gave."""
    HEARD.lines = []
    sender = _sender(address)
    if sender is None:
        return "unusable"
    if not _is_allowed(sender, address):
        return "not_allowed"
    if _is_in_clear(sender, address):
        return "in_clear"
    sender.socket_connect_timeout, sender.socket_read_timeout = CONNECTING, ANSWERING
    try:
        return "" if sender.notify(body=told.body, title=told.title) else _fault("\n".join(HEARD.lines))
    except Exception:
        return "failed"  # whatever it was may quote the address


def is_usable(address: str) -> bool:
    """Whether a provider that we know can read the address."""
    return _sender(address) is not None


def is_allowed(address: str) -> bool:
    """Whether an address that can be read leads to a provider's own host, or to one that the operator named (HUTONG_NOTICE_HOSTS)."""
    return _is_allowed(_sender(address), address)


def is_in_clear(address: str) -> bool:
    """Whether what goes to an address that can be read would cross a network unencrypted."""
    return _is_in_clear(_sender(address), address)


def _is_in_clear(sender: Any, address: str) -> bool:
    """The robots' own addresses are HTTPS. A mail server may be asked for no encryption under the scheme that promises it."""
    provider = rules.provider_of(address)
    is_encrypted = sender.secure and getattr(sender, "secure_mode", "") != INSECURE
    return bool(provider and provider.names_host) and not is_encrypted and not is_here(_host(sender))


def _host(sender: Any) -> str:
    return str(getattr(sender, "smtp_host", "") or sender.host).lower()


def _is_allowed(sender: Any, address: str) -> bool:
    provider = rules.provider_of(address)
    host = _host(sender)
    port = sender.port or (443 if sender.secure else 80)
    return bool(provider and not provider.names_host) or not settings.NOTICE_HOSTS.isdisjoint({host, f"{host}:{port}"})


def _sender(address: str) -> Any:
    """Whatever the address asks: certificates are looked at, and where an answer leads elsewhere, it is not followed."""
    sender = apprise.Apprise.instantiate(address) if rules.provider_of(address) else None
    if sender is not None:
        sender.verify_certificate, sender.redirects = True, False
    return sender


def _fault(heard: str) -> str:
    if number := REFUSED.search(heard):
        return f"refused {number[1]}"
    return "unreachable" if "onnection error" in heard else "failed"


# What would be written into a log quotes addresses. It is heard here, by the thread that sends, and goes no further.
HEARD = threading.local()


def _hear(record: logging.LogRecord) -> bool:
    if record.levelno >= logging.WARNING:
        HEARD.__dict__.setdefault("lines", []).append(record.getMessage())
    return False


logging.getLogger("apprise").addFilter(_hear)
logging.getLogger("urllib3").setLevel(logging.CRITICAL)


def _post(*args: Any, **kwargs: Any) -> requests.Response:
    """DingTalk and WeCom refuse with HTTP 200 and a number in the answer, which apprise takes for sent."""
    answer = requests.post(*args, **kwargs)  # noqa: S113 apprise gives its timeout
    try:
        number = answer.json().get("errcode", 0)
    except (ValueError, AttributeError):
        return answer
    answer.status_code = number or answer.status_code
    return answer


CHECKED = SimpleNamespace(post=_post, codes=requests.codes, RequestException=requests.RequestException)
for plugin in (dingtalk, wecombot):
    vars(plugin)["requests"] = CHECKED
