"""`hutong demo`: the demo network, and reports played through it by demo staff. It is also the soak test of the loop."""

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from hutong.hotline.cases.models import Case, Event
from hutong.hotline.cases.rules import ACTIONS, STAGE_LABELS
from hutong.hotline.contacts.models import Contact, Outcome
from hutong.hotline.network import demo
from hutong.hotline.network.models import Office
from hutong.project.demo import reports, telephone
from hutong.project.demo.arriving import HOME, Arrivals
from hutong.project.demo.playing import ENOUGH, Play, missing_stages
from hutong.project.demo.reports import Report
from hutong.project.installing import say
from hutong.project.trouble import Trouble

ELSEWHERE = frozenset({"settle_deadline", "erase"})  # wait for the notice of a year's holidays, and for ten years
LOCK = 12350
OPERATOR = "jiexian"  # by this sign-in of the home centre the demo network is known


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `hutong demo` understands."""
    parser.add_argument("--from", dest="file", type=Path, help="a file of reports, one JSON object a line (default: the bundled ones)")
    parser.add_argument("--code", metavar="NAME", help="say the code that this demo person's authenticator shows now, and nothing else")


def run(options: argparse.Namespace) -> int:
    """Load the network, play the reports that were not played yet, and say what came of it. Raises Trouble where the loop left a gap."""
    if options.code:
        say(demo.code(options.code, at=timezone.now()))
        return 0
    load_network()
    told = reports.read(options.file or reports.BUNDLED)
    play = perform(told, now=timezone.now())
    if play is None:
        say("These reports were played before; nothing was added.")
        return 0
    for line in lines(play):
        say(line)
    if gaps := missing(play):
        raise Trouble(f"Played, but never seen: {', '.join(gaps)}.")
    return 0


def begin() -> None:
    """What a newcomer finds: the network and, where nobody ever told anything, the bundled reports played through it."""
    load_network()
    if not Contact.objects.exists():
        told = reports.read(reports.BUNDLED)
        say(f"Playing {len(told)} reports of the last days, this once ...")
        perform(told, now=timezone.now())


def load_network() -> None:
    """The demo network, where there is no other. Raises Trouble where there is one."""
    if Office.objects.exists() and not Office.objects.filter(code=HOME, posts__staff__username=OPERATOR).exists():
        raise Trouble("This database holds a network of its own. The demo needs another: set HUTONG_DATA to a new folder.")
    demo.load()
    telephone.load()


def perform(told: list[Report], *, now: datetime) -> Play | None:
    """Play the reports that were never played here, all or none; None where there are none."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])  # who plays at the same time waits, and finds them played
        played = set(Contact.objects.filter(idempotency_key__in=[each.key for each in told]).values_list("idempotency_key", flat=True))
        fresh = [each for each in told if each.key not in played]
        if not fresh:
            return None
        play = Play(now)
        Arrivals(play, fresh)
        play.run()
    return play


def lines(play: Play) -> Iterator[str]:
    """What came of it, as a table."""
    stages = Counter(Case.objects.filter(pk__in=play.courses).values_list("stage", flat=True))
    outcomes = Counter(Contact.objects.filter(idempotency_key__in=play.reports).values_list("outcome", flat=True))
    yield from _block("Cases by stage", stages, STAGE_LABELS)
    yield from _block("Contacts by outcome", outcomes, dict(Outcome.choices))
    yield from _block("Actions", actions(play), {code: action.label for code, action in ACTIONS.items()})
    yield from _block("Refusals", play.refused, dict.fromkeys(sorted(play.refused), ""))


def _block(title: str, counts: Mapping[str, int], labels: Mapping[str, object]) -> Iterator[str]:
    yield f"{title} ({sum(counts.values())})"
    for code, label in labels.items():
        yield f"  {code:<20} {counts.get(code, 0):>5}  {label}".rstrip()


def actions(play: Play) -> Counter[str]:
    """What was done, by the row of the stage table."""
    return Counter(Event.objects.filter(case__in=play.courses).values_list("action", flat=True))


def missing(play: Play) -> list[str]:
    """The stages at which no case stands, and, where there were reports enough, what was never done."""
    done = actions(play)
    return missing_stages(play.courses) + [
        code for code in ACTIONS if len(play.reports) >= ENOUGH and not done[code] and code not in ELSEWHERE
    ]
