"""The shift's board of a hotline centre: who is there, what waits, what nobody touched, what will be late, what was missed today."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Prefetch, Q, QuerySet
from django.utils.functional import Promise

from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import Case, Clock, Event, Notice, NoticeKind, Stage
from hutong.hotline.cases.rules import DESK
from hutong.hotline.clocks.rules import local, midnight
from hutong.hotline.contacts import queries as contacts
from hutong.hotline.contacts.models import Channel, Contact
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Post, Role
from hutong.hotline.statistics.queries import answering

MOST_PARTS = 7
ALWAYS = (Channel.PHONE, Channel.WEB)  # shown where nothing waits, too


@dataclass(frozen=True)
class Waiting:
    """A channel, how many contacts of it wait for a person, and since when the longest does."""

    code: str
    label: str | Promise
    many: int
    since: datetime | None


def waiting(post: Post, at: datetime) -> QuerySet[Contact]:
    """What arrived by itself and waits for a person, due first."""
    return contacts.pending(post)


def channels(post: Post) -> list[Waiting]:
    """What waits, by channel."""
    counted = contacts.pending(post).order_by().select_related(None).values("channel").annotate(count=Count("pk"), since=Min("received_at"))
    found = {row["channel"]: (row["count"], row["since"]) for row in counted}
    return [Waiting(each, each.label, *found.get(each, (0, None))) for each in Channel if each in found or each in ALWAYS]


def untouched(post: Post, at: datetime) -> QuerySet[Case]:
    """What came to this centre and nobody here has acted on since, the longest first."""
    return cases.open_for(post, Q(holder=post.office_id, touched_at=None)).order_by("stage_since")


def low(post: Post, at: datetime) -> QuerySet[Clock]:
    """The limits of this centre's cases, whoever must act, of which less than a fifth of the time is left; due first."""
    # Bounded below too, at which no limit stays short: a plan that is made for any moment takes few rows for that and begins with them.
    short = {"low_at__range": (at - timedelta(days=366), at), "due_at__gt": at}
    running = Clock.objects.filter(ended_at=None, missed_at=None, case__centre=post.office_id, **short)
    rows = running.exclude(case__in=cases.kept_from(post)).select_related("case__holder", "case__place", "case__deadline", "office")
    return rows.order_by("due_at")


def missed_today(post: Post, at: datetime) -> QuerySet[Event]:
    """The limits of this centre's cases that passed today, the latest first; each with who was told: `told`."""
    today = midnight(local(at).date())
    offices = [post.office_id, *answering([post.office])]
    missed = Event.objects.filter(action="miss", at__gte=today, lead__in=offices, case__centre=post.office_id)
    told = Notice.objects.filter(kind=NoticeKind.MISSED).select_related("office").order_by("office__division_id", "office__code")
    rows = missed.exclude(case__in=cases.kept_from(post)).select_related("case__holder", "case__place", "case__deadline")
    return rows.prefetch_related(Prefetch("notices", told, to_attr="told")).order_by("-at")


def at_work(post: Post, at: datetime) -> QuerySet[Post]:
    """Who takes and judges reports here, and did something within the last minutes."""
    return network.at_work(post.office, roles=DESK, at=at)


# Each number of the board, and the rows that it counts.
LISTS: dict[str, Callable[[Post, datetime], QuerySet[Any]]] = {
    "waiting": waiting,
    "untouched": untouched,
    "low": low,
    "missed_today": missed_today,
    "at_work": at_work,
}
# What each number is divided by on a wall, and how a part is called.
PARTED: dict[str, tuple[str, Callable[[str], str | Promise]]] = {
    "waiting": ("channel", lambda code: Channel(code).label),
    "untouched": ("stage", lambda code: Stage(code).label),
    "low": ("office__name", str),
    "missed_today": ("lead__name", str),
    "at_work": ("role", lambda code: Role(code).label),
}


def parts(name: str, rows: QuerySet[Any]) -> list[tuple[str | Promise, int]]:
    """The largest parts of a number, without anybody's or any case's name."""
    by, called = PARTED[name]
    counted = rows.order_by().prefetch_related(None).values(by).annotate(many=Count("pk")).order_by("-many", by)
    return [(called(row[by]), row["many"]) for row in counted[:MOST_PARTS]]
