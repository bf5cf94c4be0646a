"""What may be said of an exception: where, and of which kind, and never with what.

The words of an exception quote what it stumbled over (a database's "Key (number)=(...) already exists", a text that is no number), so
they are left out, but for what the system and the database say of themselves.
"""

import traceback

import psycopg

from hutong.hotline.kernel.refusals import Refusal

NAMED = ("sqlstate", "table_name", "column_name", "constraint_name")  # of what a database refuses


def told(error: BaseException | None) -> str:
    """An exception and those behind it: the lines of code, then the kind of each."""
    lines: list[str] = []
    while error is not None:
        where = [line.rstrip() for line in traceback.format_tb(error.__traceback__)]
        lines = [*where, kind(error), *lines]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(lines)


def kind(error: BaseException) -> str:
    """Of which kind it is, in one line."""
    return f"{type(error).__name__}{_words(error)}"


def _words(error: BaseException) -> str:
    if isinstance(error, psycopg.Error) and error.sqlstate:
        return "".join(f" {name}={value}" for name in NAMED if (value := getattr(error.diag, name)))
    if isinstance(error, psycopg.OperationalError):  # there is no connection
        return f": {str(error).partition(chr(10))[0]}"
    if isinstance(error, Refusal):
        return f": {error.reason.code}"
    return f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
