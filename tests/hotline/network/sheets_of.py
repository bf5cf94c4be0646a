"""Files of the network as a person would write them."""

from hutong.hotline.network import sheets
from hutong.hotline.network.models import Post
from hutong.hotline.network.sheet_kinds import SHEETS
from hutong.hotline.network.sheets import Report
from tests import cast
from tests.network import AT


def text(*lines: str) -> str:
    """A file of these lines, each with its cells between commas."""
    return "\r\n".join(lines) + "\r\n"


def keeper(kind: str) -> Post:
    """Who keeps what such a file is about."""
    return cast.post("ning" if kind == "staff" else "gao")


def tried(kind: str, content: str, by: Post | None = None) -> Report:
    """A dry run, by Gao or Ning of Shaanxi, whoever keeps it, where nobody else is named."""
    return sheets.run(SHEETS[kind], content, by=by or keeper(kind), at=AT)


def applied(kind: str, content: str, by: Post | None = None) -> Report:
    """A dry run and then the same for real."""
    by = by or keeper(kind)
    return sheets.run(SHEETS[kind], content, by=by, at=AT, agreed=tried(kind, content, by).mark)


def told(report: Report) -> list[tuple[int, str, str]]:
    """Each line's number, what became of it, and why not or what changed."""
    return [
        (line.number, str(line.outcome), line.reason or "；".join(f"{label} {before}→{after}" for label, before, after in line.changes))
        for line in report.lines
    ]
