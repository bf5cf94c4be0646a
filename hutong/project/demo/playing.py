"""The play: reports come in over the last days, staff act at random but lawfully, clocks run, until now.

Simulated time goes from one moment of a queue to the next. All is one transaction, so that nobody (the worker included) sees a
half-played case; what the database checks at a commit, it checks after every deed.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count, cycle
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from hutong.hotline.audit import actions as audit
from hutong.hotline.cases import queries as cases
from hutong.hotline.cases import rules, timers
from hutong.hotline.cases.models import Case, CaseContact, Clock
from hutong.hotline.contacts.models import Contact, Outcome
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Post
from hutong.hotline.supervision import timers as supervision
from hutong.hotline.supervision.models import OrderClock
from hutong.hotline.verbs import VERBS
from hutong.project.demo.facts import Scene, fitting
from hutong.project.demo.people import Staff
from hutong.project.demo.reports import Report

SEED = 12349
TIMERS = (*timers.DEEDS, *supervision.DEEDS)
REST = timedelta(minutes=2)  # before now: kept for what is still missing then
SHORTEST = timedelta(minutes=2)  # between two deeds on a case
LATE = timedelta(hours=4)  # how long what is late already is left
DEEDS = 30  # on one case, at the most
ENOUGH = 150  # reports that let every row of the table happen
PATIENCE = 80  # deeds to bring some case to a stage where none is
MOMENT = timedelta(milliseconds=300)

# How often a row of the table is chosen among those that are open. What others wait for comes first; the rest is done now and then.
AWAITED = {
    "register": 60, "assess": 60, "dispatch": 60, "accept": 60, "report": 40, "see_child": 50, "report_first": 40,
    "approve": 50, "answer": 50, "close": 50, "grant_extension": 40, "grant_pause": 40, "confirm_lower": 40, "accept_part": 60,
    "finish_part": 40, "settle_transfer": 40, "accept_transfer": 40, "return": 8, "send_back": 8, "not_reached": 8,
    "refuse_extension": 8, "refuse_pause": 8, "refuse_lower": 8, "return_part": 6, "refuse_transfer": 8, "decline_transfer": 8,
}  # fmt: skip
NOW_AND_THEN = {
    "keep": 3, "reassess": 4, "answer_on_the_spot": 30, "dismiss": 1, "reopen": 0.3, "unmerge": 0.5, "note": 1, "set_risk": 2,
    "refer": 3, "ask_extension": 4, "ask_pause": 1, "resume": 2, "assist": 0.5, "consult": 0.5, "add_child": 0.2,
    "add_party": 0.5, "correct": 0.3, "change_child": 0.3, "change_party": 0.3, "set_phase": 0.5, "set_call_back": 0.3,
    "psychology_note": 0.3, "restrict": 0.05, "admit": 2,
    "shut_out": 1, "unrestrict": 2, "recuse": 0.2, "raise_tier": 0.4, "propose_lower": 0.4, "name_worker": 0.5, "withdraw_part": 0.3,
    "propose_transfer": 0.5, "withdraw_transfer": 2, "merge": 0.2, "order": 0.2,
}  # fmt: skip
CHANCE = AWAITED | NOW_AND_THEN
NOT_YET = 5  # so much oftener where it was never done before, or leads to what was not
LEADS_TO = {
    "ask_extension": ("grant_extension", "refuse_extension"), "ask_pause": ("grant_pause", "refuse_pause"), "grant_pause": ("resume",),
    "propose_lower": ("confirm_lower", "refuse_lower"),
    "propose_transfer": ("withdraw_transfer", "settle_transfer", "refuse_transfer"), "merge": ("unmerge",),
    "restrict": ("admit", "unrestrict"), "admit": ("shut_out",),

    "settle_transfer": ("accept_transfer", "decline_transfer"), "refer": ("accept_part", "return_part", "finish_part", "withdraw_part"),
}  # fmt: skip
IDLE = 0.1  # how often somebody acts for whom nobody waits
STOP = 0.7  # how often a case that stands where it stops is left alone from then on
# Where cases stop for now, in turn, by how many hours ago their reports came in.
HALTS = (
    (24, ("acceptance", "dispatch", "handling", "assessment", "review")),
    (72, ("closed", "handling", "reply", "review", "closed", "acceptance")),
    (10_000, ("closed", "follow_up", "closed", "handling", "closed", "reply", "closed", "follow_up", "closed", "handling")),
)


@dataclass
class Course:
    """What a case came from, where it stops for now, and how much was done on it."""

    report: Report
    halt: str
    deeds: int = 0


class Play:
    """Everything that was played, and what came of it."""

    def __init__(self, now: datetime, *, seed: int = SEED) -> None:
        self.now, self.end = now, now - REST
        self.dice = random.Random(seed)  # noqa: S311 a play, not secrets
        self.staff = Staff(self.dice, timezone.localdate(now))
        self.courses: dict[UUID, Course] = {}
        self.reports: dict[str, Report] = {}  # by the keys of their contacts
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.moments: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self.halts = {hours: cycle(stages) for hours, stages in HALTS}
        self.order = count()

    def at(self, moment: datetime, do: Callable[[datetime], None]) -> None:
        """Let something happen at a moment."""
        heapq.heappush(self.moments, (moment, next(self.order), do))

    def run(self) -> None:
        """Until now; then on, until everything happened and cases stand at every stage."""
        while self.moments and self.moments[0][0] <= self.end:
            moment, _order, do = heapq.heappop(self.moments)
            self._pass_time(moment)
            do(moment)
        self._pass_time(self.end)
        self._complete()

    @contextmanager
    def deed(self) -> Iterator[None]:
        """One deed as a request does it: checked as at a commit, and undone and counted where it is refused."""
        try:
            with transaction.atomic():
                yield
                _check()
        except Refusal as refusal:
            self.refused[refusal.reason.code] += 1

    def _pass_time(self, until: datetime) -> None:
        """What clocks do meanwhile, each at its moment."""
        put_off: dict[UUID, datetime] = {}
        while (moment := _next_moment()) and moment <= until:
            timers.sweep(at=moment, put_off=put_off, deeds=TIMERS)
            _check()
            if put_off:
                raise RuntimeError(f"A timer failed; what it said stands above: {put_off}")
            self._adopt()

    def _adopt(self) -> None:
        """Cases that a timer made of what nobody read."""
        links = CaseContact.objects.filter(contact__idempotency_key__in=self.reports).exclude(case__in=self.courses)
        for link in links.select_related("case__deadline", "contact"):
            self.follow(link.case, self.reports[link.contact.idempotency_key])

    # --- what happens on a case

    def follow(self, case: Case, report: Report, *, halt: str = "") -> None:
        """A case has begun: it goes on until now."""
        age = (self.now - case.opened_at) / timedelta(hours=1)
        turns = next(turns for hours, turns in self.halts.items() if age <= hours)
        self.courses[case.pk] = Course(report, halt or next(turns))
        self._later(case, case.opened_at)

    def _later(self, case: Case, at: datetime) -> None:
        """The next deed: mostly before the deadline, and in time for the case to get where it stops."""
        left = max(case.due_at - at, timedelta()) or LATE if case.due_at else self.end - at
        wait = min(left * self.dice.lognormvariate(-0.9, 0.8), (self.end - at) * self.dice.uniform(0.03, 0.25))
        self.at(at + max(wait, SHORTEST), partial(self.step, case.pk))

    def step(self, case_id: UUID, at: datetime) -> None:
        """Somebody does something that the table offers them."""
        case = cases.with_offices(Case.objects.all()).get(pk=case_id)
        course = self.courses[case_id]
        course.deeds += 1
        if way := self._way(case, course):
            self._do(self._scene(case, way[0], at), way[1])
            case.refresh_from_db()
        if course.deeds < DEEDS and not (case.stage == course.halt and self.dice.random() < STOP):
            self._later(case, at)

    def _way(self, case: Case, course: Course) -> tuple[Post, str] | None:
        """A person and a row of the table that is open to them; nothing that leads on from where the case stops."""
        for by in self.staff.around(case, AWAITED):
            codes = [action.code for action in self._open_to(by, case) if not action.to or case.stage != course.halt]
            if codes and (AWAITED.keys() & codes or self.dice.random() < IDLE):
                return by, self.dice.choices(codes, [CHANCE[code] * (NOT_YET if self.is_new(code) else 1) for code in codes])[0]
        return None

    def _open_to(self, by: Post, case: Case) -> list[rules.Action]:
        return [action for action, reason in cases.offers(case, by) if reason is None]

    def is_new(self, code: str) -> bool:
        """Whether a row was never done, or leads to one that was not."""
        return not all(self.done[each] for each in (code, *LEADS_TO.get(code, ())))

    def _scene(self, case: Case, by: Post, at: datetime) -> Scene:
        return Scene(case, by, at, self.courses[case.pk].report, self.dice, self.staff, list(self.courses))

    def _do(self, scene: Scene, code: str) -> None:
        with self.deed():
            given = fitting(code, scene)
            if given is not None:
                audit.record("looked", by=scene.by, at=scene.at, subject="case", subject_id=scene.case.pk)
                VERBS[code](scene.case.pk, by=scene.by, at=scene.at, seen=scene.case.version, **given)
                self.done[code] += 1

    # --- the rest: what was never done, then cases at every stage

    def _complete(self) -> None:
        if len(self.reports) >= ENOUGH:
            for code in [*VERBS, *VERBS]:  # twice, for what one leads to
                if self.is_new(code):
                    self._do_somewhere(code)
        for stage in missing_stages(self.courses):
            if case := self._nearest(stage):
                self._bring(case, stage)

    def _do_somewhere(self, code: str) -> None:
        """The first of the cases, in an order of chance, where somebody may do it and has something fitting to enter."""
        found = list(Case.objects.filter(pk__in=self.courses, stage__in=rules.ACTIONS[code].stages).order_by("opened_at"))
        for case in self.dice.sample(found, len(found)):
            for by in self.staff.around(case, AWAITED):
                if code in [action.code for action in self._open_to(by, case)]:
                    before = self.done[code]
                    self._do(self._scene(case, by, self._soon()), code)
                    if self.done[code] > before:
                        return
                    break

    def _bring(self, case: Case, stage: str) -> None:
        """On with a case until it stands at a stage."""
        self.courses[case.pk].halt = stage
        for _deed in range(PATIENCE):
            self.step(case.pk, self._soon())
            case.refresh_from_db()
            if case.stage == stage:
                return

    def _soon(self) -> datetime:
        self.end += MOMENT
        return self.end

    def _nearest(self, stage: str) -> Case | None:
        """A case that can come to a stage soon, and is not the only one where it stands."""
        standing = Counter(Case.objects.filter(pk__in=self.courses).values_list("stage", flat=True))
        before = rules.STAGES[: rules.STAGES.index(stage)]
        found = [case for case in Case.objects.filter(pk__in=self.courses, stage__in=before) if standing[case.stage] > 1]
        return max(found, key=lambda case: (before.index(case.stage), case.opened_at), default=None)


def missing_stages(played: Iterable[UUID]) -> list[str]:
    """The stages at which none of these cases stands."""
    standing = set(Case.objects.filter(pk__in=played).values_list("stage", flat=True))
    return [stage for stage in rules.STAGES if stage not in standing]


def _next_moment() -> datetime | None:
    """When a clock tells of something or climbs next, or what arrived should have been read."""
    alarms = Clock.objects.filter(ended_at=None).aggregate(alarm=Min("next_alarm_at"), rung=Min("next_rung_at"))
    order = OrderClock.objects.filter(ended_at=None).aggregate(next=Min("next_alarm_at"))["next"]
    unread = Contact.objects.filter(outcome=Outcome.PENDING).aggregate(next=Min("due_at"))["next"]
    return min((moment for moment in (*alarms.values(), order, unread) if moment), default=None)


def _check() -> None:
    """What the database checks at a commit, now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
