"""`hutong audit verify`: looks whether the audit log is whole, against the checkpoints that lie elsewhere. Reads only, in one snapshot.

`hutong audit export` hands its lines to a collector of logs, and writes that it did.
"""

import argparse
import json
import sys
import time
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from hutong.hotline.audit import actions, keys, queries, rules, verifying
from hutong.hotline.audit.anchors import Anchors
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases.models import Case
from hutong.project.installing import say
from hutong.project.trouble import Trouble

WHOLE = "Whole: nothing was changed, removed, added or moved."
OF_CASE = """No line that names this case was changed, added or moved, and no line is gone.
Whether one that named it names another case now, the whole log alone can tell: hutong audit verify."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `hutong audit` understands."""
    commands = parser.add_subparsers(metavar="verify | export", dest="what", required=True)
    verify = commands.add_parser("verify", help="tell what is wrong, and with which line; 1 where anything is")
    verify.add_argument("--since", type=_moment, help="begin at the last checkpoint before this day or moment")
    verify.add_argument("--case", help="the lines about one case alone, by its number")
    verify.add_argument("--checkpoints", type=Path, default=settings.AUDIT_FOLDER, help="where they lie (default: %(default)s)")
    verify.add_argument("--keys", type=Path, help="public keys, one a line (default: those beside the private key)")
    export = commands.add_parser("export", help="write its lines as JSON, one a line, in the Elastic Common Schema")
    export.add_argument("--since", type=_moment, help="from this day or moment on")
    export.add_argument("--until", type=_moment, help="until before this day or moment (default: now)")


def _moment(text: str) -> datetime:
    try:
        found = parse_datetime(text)
        day = parse_date(text) if found is None else None
    except ValueError:
        found = day = None
    if day:
        found = datetime(day.year, day.month, day.day)  # noqa: DTZ001 made aware below
    if found is None:
        raise argparse.ArgumentTypeError(f"{text} is neither a day nor a moment, such as 2026-09-18 or 2026-09-18T08:30")
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def run(options: argparse.Namespace) -> int:
    """The command."""
    return _export(options) if options.what == "export" else _verify(options)


def _export(options: argparse.Namespace) -> int:
    """The oldest line first. That it was taken out is a line itself."""
    at = timezone.now()
    since, until = options.since, options.until or at
    lines = AuditEntry.objects.filter(at__lt=until).order_by("at", "pk")
    columns = ("pk", "at", "verb", "staff_id", "post_id", "subject", "subject_id", "event_id", "detail")
    for entry in (lines.filter(at__gte=since) if since else lines).values(*columns).iterator():
        sys.stdout.write(json.dumps(rules.as_ecs(**entry), ensure_ascii=False) + "\n")
    bounds = {"since": since.isoformat() if since else "", "until": until.isoformat()}
    actions.record("log_exported", by=None, at=at, subject="audit", **bounds)
    return 0


def _verify(options: argparse.Namespace) -> int:
    case = _case(options.case) if options.case else None
    start = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        anchors = Anchors(options.checkpoints).gather(keys.known_keys(options.keys or keys.public_file(settings.AUDIT_KEY)))
        report = verifying.of_case(anchors, case) if case else verifying.whole(anchors, since=options.since)
        waiting = queries.waiting()
    took = time.perf_counter() - start
    say(f"{report.lines:,} lines in {took:.1f} s, {report.lines / took:,.0f} a second; {waiting:,} wait for their seal")
    say(_against(anchors))
    for what in report.wrong:
        say(f"WRONG  {what}")
    if report.count > len(report.wrong):
        say(f"WRONG  ... and {report.count - len(report.wrong):,} more")
    say((OF_CASE if case else WHOLE) if not report.count else f"{report.count:,} things are wrong.")
    return int(bool(report.count))


def _case(number: str) -> UUID:
    found = Case.objects.filter(number=number.strip().upper()).values_list("pk", flat=True).first()
    if found is None:
        raise Trouble(f"There is no case {number}.")
    return found


def _against(anchors: Anchors) -> str:
    """What the log was compared with, and what that leaves open."""
    if not anchors.held:
        return "No checkpoint: lines that were cut off at the end cannot be missed."
    last = anchors.held[-1]
    where = f"{len(anchors.outside)} of them in {anchors.folder}" if anchors.outside else "none of them outside this database"
    since = f"the last, {last.number}, of {timezone.localtime(last.at):%Y-%m-%d %H:%M:%S} through line {last.through:,}"
    late = timezone.now() - last.at > 2 * rules.HOUR
    return f"{len(anchors.held)} checkpoints, {where}; {since}{' (LATE: does the worker run?)' if late else ''}"
