"""Which part of a thing a browser asks for (RFC 9110, section 14). Pure."""

import re

MOST = 512 * 1024  # bytes in one answer, so that a player that is paused holds no worker; it asks for what follows
RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


class NotSatisfiable(Exception):  # noqa: N818 the RFC's word
    """The part lies outside of the thing."""


def part(asked: str, size: int) -> tuple[int, int] | None:
    """From where to before where, no more than MOST; None for the whole: none is asked for, or several, or not in bytes."""
    found = RANGE.fullmatch(asked.strip())
    if found is None or found.group() == "bytes=-":
        return None
    first, last = found.groups()
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if first and last and int(last) < start:
        return None  # not a range at all
    if start >= size:
        raise NotSatisfiable
    return start, min(end, start + MOST)
