"""What a checkpoint of the log says, when one is due, and what of it lets each line be told apart. Tables and pure functions."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

START = bytes(32)  # what the first line's seal follows
PRINT = 16  # bytes of a line's digest that a checkpoint carries
FULL = 100_000  # lines that one checkpoint covers at the most
HOUR = timedelta(hours=1)
LATE = timedelta(minutes=15)  # how long after its moment a line may be written
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=10)  # between two tries to lay a checkpoint down

HOURLY, DAILY, FILLED = "hourly", "daily", "full"


def due(last: datetime | None, at: datetime, *, fresh: int, nothing_waits: bool) -> str:
    """The kind of checkpoint that is due, empty where none is: of an hour or a day that began since the last, or of many lines.

    One that was missed is caught up by the next. Those of the hour and the day say that nothing waited, so they wait for that.
    `last` and `at` are in local time.
    """
    if fresh >= FULL:
        return FILLED
    if not nothing_waits:
        return ""
    if last is None or last.date() < at.date():
        return DAILY
    return HOURLY if last.replace(minute=0, second=0, microsecond=0) < at.replace(minute=0, second=0, microsecond=0) else ""


@dataclass(frozen=True)
class Statement:
    """What a checkpoint says: at this moment the log had these lines, and its chain this end.

    `first` to `through` are the lines since the checkpoint before, `prints` the beginning of the digest of each; `link` is the
    seal of the last line, `previous` the digest of the statement before (empty in the first one).
    """

    number: int
    kind: str
    at: datetime
    first: int
    through: int
    link: str
    previous: str
    prints: str

    def text(self) -> str:
        """The statement as it is signed."""
        said = asdict(self) | {"at": self.at.astimezone(UTC).isoformat(timespec="microseconds")}
        return json.dumps(said, sort_keys=True, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> "Statement":
        """The statement of a text. Raises ValueError, TypeError or KeyError where it is none."""
        said = json.loads(text)
        return cls(**said | {"at": datetime.fromisoformat(said["at"])})

    @property
    def says_nothing_waited(self) -> bool:
        """Whether every line written before it was sealed by then."""
        return self.kind != FILLED

    def each_print(self) -> Iterator[bytes]:
        """The prints, in the order of the lines."""
        joined = b64decode(self.prints)
        return (joined[place : place + PRINT] for place in range(0, len(joined), PRINT))


def prints_of(leaves: Iterable[bytes]) -> str:
    """What a statement carries of the digests of its lines."""
    return b64encode(b"".join(leaf[:PRINT] for leaf in leaves)).decode()


@dataclass(frozen=True)
class Signed:
    """A statement with who signed it: what is laid down elsewhere, a file each."""

    statement: str
    key: str
    signature: str

    def file(self) -> str:
        """The content of the file."""
        return json.dumps(asdict(self), sort_keys=True, indent=1) + "\n"

    @classmethod
    def of_file(cls, content: str) -> "Signed":
        """What a file holds. Raises ValueError, TypeError or KeyError where it is no such file."""
        held = json.loads(content)
        return cls(held["statement"], held["key"], held["signature"])


def file_name(number: int) -> str:
    """What the file of a checkpoint is called."""
    return f"checkpoint-{number:08d}.json"


def next_try(tries: int, at: datetime) -> datetime:
    """When to try again after so many failures: each time twice as late, never later than LONGEST_PAUSE."""
    pause: timedelta = min(FIRST_PAUSE * 2 ** min(tries - 1, 10), LONGEST_PAUSE)
    return at + pause
