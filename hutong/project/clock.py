"""Whether the clock is right by which deadlines run and the log is written: kept by NTP, and the same as the database's."""

import ctypes
from datetime import UTC, datetime, timedelta

from django.db import connection

UNSYNCHRONIZED = 0x40  # STA_UNSYNC of adjtimex(2)
MOST = timedelta(seconds=1)
QUESTION = "SELECT clock_timestamp()"
NOT_KEPT = "The clock of this machine is kept by nobody: set up chrony or another NTP client (docs/operating.md)."
APART = "The clocks of this machine and of the database differ by more than a second: keep both by NTP (docs/operating.md)."


class Timex(ctypes.Structure):
    """The head of the kernel's `struct timex`, and room for the rest. `modes` 0: it is asked and nothing is set."""

    _fields_ = (
        ("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("frequency", ctypes.c_long), ("most", ctypes.c_long),
        ("estimated", ctypes.c_long), ("status", ctypes.c_int), ("rest", ctypes.c_long * 32),
    )  # fmt: skip


def is_kept() -> bool:
    """Whether the kernel's clock is kept by NTP; where it may not be asked (in some containers), nothing is said against it."""
    told = Timex()
    refused = ctypes.CDLL(None).adjtimex(ctypes.byref(told)) < 0
    return refused or not told.status & UNSYNCHRONIZED


def apart() -> timedelta:
    """By how much the database's clock is outside of what this process's showed before and after it was asked."""
    begun = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute(QUESTION)
        there: datetime = cursor.fetchone()[0]
    return max(begun - there, there - datetime.now(UTC), timedelta(0))


def faults() -> list[str]:
    """What is wrong with the clocks, in sentences for whoever runs the machine."""
    found = {NOT_KEPT: not is_kept(), APART: apart() > MOST}
    return [sentence for sentence, is_so in found.items() if is_so]
