"""`hutong synth`: many made-up cases, to measure with. The same for the same number, but for the moment that they end at."""

import argparse
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import psycopg
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts.models import Contact
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.keys import queries as keys
from hutong.hotline.network import demo
from hutong.hotline.network.models import OfficeKind, Post
from hutong.project.installing import say
from hutong.project.synth import loading, paths
from hutong.project.synth.rows import Rows
from hutong.project.synth.stories import Story
from hutong.project.synth.teller import tell_contact
from hutong.project.synth.world import World
from hutong.project.trouble import Trouble

MANY = 100_000
BATCH = 2_000
MARK = "synth"  # the log's first line of a made-up database: by it such a database is told from a real one
CONTACTS = 4  # for so many cases, one contact that became none


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `hutong synth` understands."""
    parser.add_argument("--cases", type=int, default=MANY, help=f"how many there shall be (default: {MANY:,})")


def run(options: argparse.Namespace) -> int:
    """Make what is missing. Refuses on a database that holds real cases."""
    made = already()
    if made >= options.cases:
        say(f"There are {made:,} made-up cases already.")
        return 0
    if not Post.objects.filter(office__kind=OfficeKind.HOTLINE_CENTRE).exists():
        demo.load()
    load(os.environ["HUTONG_OWNER_URL"], first=made, last=options.cases, now=timezone.now())
    say(f"Made {options.cases - made:,} cases.")
    return 0


def already() -> int:
    """How many made-up cases there are. Raises Trouble where there are others, and none of them was made here."""
    line = AuditEntry.objects.filter(verb=MARK, subject=MARK).order_by("-at").first()
    if line is None and (Case.objects.exists() or Contact.objects.exists()):
        raise Trouble("This database holds cases that were not made up. Use another: set HUTONG_DATA to a new folder.")
    return int(line.detail["cases"]) if line else 0


def load(owner_url: str, *, first: int, last: int, now: datetime) -> None:
    """Tell the cases from `first` up to `last` and write them, all or none."""
    world = World(now - paths.SPAN, now)
    keys.ring()  # read here: whoever writes has no connection of Django's own
    with psycopg.connect(owner_url) as owner, ThreadPoolExecutor(1) as writer, loading.all_aside(owner):
        writing = writer.submit(loading.copy, owner, _mark(last, now))
        for start in range(first, last, BATCH):
            rows = _batch(world, start, min(start + BATCH, last), now)
            writing.result()
            writing = writer.submit(loading.copy, owner, rows)
        writing.result()
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("ANALYZE")


def _mark(cases: int, now: datetime) -> Rows:
    rows = Rows()
    rows.add("audit_entry", id=str(new_id()), at=now, verb=MARK, subject=MARK, detail=json.dumps({"cases": cases}))
    return rows


def _batch(world: World, first: int, last: int, now: datetime) -> Rows:
    rows = Rows()
    for index in range(first, last):
        Story(world, rows, index, now).tell()
        if index % CONTACTS == 0:
            tell_contact(world, rows, index, now, paths.SPAN)
    return rows
