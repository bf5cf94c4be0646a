"""What a checkpoint of the log says, when one is due, and what of it lets each line be told apart. Tables and pure functions."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
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


# What kind of thing a line tells, in the words of the Elastic Common Schema, by what it is about; the rest is looking at data.
CATEGORIES = {
    "sign_in": "authentication",
    "token": "authentication",
    "staff": "iam",
    "post": "iam",
    "office": "iam",
    "key": "configuration",
}
FAILURES = frozenset({"refused", "sign_in_failed", "sign_in_held_off", "factor_failed"})


def as_ecs(
    *, pk: object, at: datetime, verb: str, staff_id: object, post_id: object, subject: str, subject_id: object, event_id: object,
    detail: Mapping[str, object],
) -> dict[str, object]:  # fmt: skip
    """A line as a collector of logs reads it (Elastic Common Schema 8.11): the time in UTC, ids and codes as they stand, no name."""
    ours = {"post_id": post_id, "subject": subject, "subject_id": subject_id, "case_event_id": event_id}
    return {
        "@timestamp": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "ecs": {"version": "8.11.0"},
        "service": {"name": "hutong"},
        "event": {
            "id": str(pk), "kind": "event", "dataset": "hutong.audit", "action": verb, "category": [CATEGORIES.get(subject, "database")],
            "outcome": "failure" if verb in FAILURES else "success",
        },
        "user": {"id": str(staff_id)} if staff_id else {},
        "hutong": {**{name: str(value) for name, value in ours.items() if value}, "detail": dict(detail)},
    }  # fmt: skip
