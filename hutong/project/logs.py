"""How the processes write down what went wrong: no line holds a value that somebody entered, nor what an address asked for."""

import logging
import logging.config
import re
import sys
import threading
from types import TracebackType
from typing import Any

from hutong.hotline.kernel.mishaps import told

ASKED = re.compile(r"\?\S+")  # what stands in an address after its path

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "hutong.project.logs.Formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "level": "ERROR"}},
}


class Formatter(logging.Formatter):
    """The message without what was asked for, and exceptions without their words."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 its name
        """One line."""
        return ASKED.sub("?…", super().formatMessage(record))

    def formatException(self, info: Any) -> str:  # noqa: N802 its name
        """Where, and of which kind."""
        return told(info[1])


def configure(config: dict[str, Any]) -> None:
    """At Django's start: the log, and what is said when a process or a thread ends by an exception."""
    logging.config.dictConfig(config)
    sys.excepthook = _ended
    threading.excepthook = _thread_ended


def _ended(_kind: type[BaseException], error: BaseException, _where: TracebackType | None) -> None:
    sys.stderr.write(f"{told(error)}\n")


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    sys.stderr.write(f"{told(ended.exc_value)}\n")
