"""Sending a text to an address outside, through apprise. What comes back is one of our own words: providers quote what they were sent."""

import logging
import re
import threading
from types import SimpleNamespace
from typing import Any

import apprise
import requests
from apprise.plugins import dingtalk, wecombot

from hutong.hotline.notices import rules

CONNECTING, ANSWERING = 4.0, 8.0  # seconds; together well under rules.LEASE
REFUSED = re.compile(r"(?:error|code)=(\d+)")


def send(address: str, told: rules.Told) -> str:
    """Send; empty where the provider took it, else a word of `rules.FAULTS`, perhaps with the number that it gave."""
    sender = _sender(address)
    if sender is None:
        return "unusable"
    sender.socket_connect_timeout, sender.socket_read_timeout = CONNECTING, ANSWERING
    with _Heard() as heard:
        try:
            if sender.notify(body=told.body, title=told.title):
                return ""
        except Exception:
            return "failed"  # whatever it was may quote the address
    return heard.fault


def is_usable(address: str) -> bool:
    """Whether a provider that we know can read the address."""
    with _Heard():
        return _sender(address) is not None


def _sender(address: str) -> Any:
    return apprise.Apprise.instantiate(address) if rules.provider_of(address) else None


class _Heard(logging.Handler):
    """Keeps what apprise says in this thread from every log, and makes one of our words of it."""

    def __enter__(self) -> "_Heard":
        self.thread, self.lines = threading.get_ident(), list[str]()
        LOG.addHandler(self)
        return self

    def __exit__(self, *_error: object) -> None:
        LOG.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.lines.append(record.getMessage())

    @property
    def fault(self) -> str:
        text = "\n".join(self.lines)
        if number := REFUSED.search(text):
            return f"refused {number[1]}"
        return "unreachable" if "onnection error" in text else "failed"


LOG = logging.getLogger("apprise")
LOG.propagate = False
LOG.setLevel(logging.WARNING)
LOG.addHandler(logging.NullHandler())


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
