"""Questions about lines, calls, seats and call-backs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When
from django.utils import timezone

from hutong.hotline.calls import may, rules, wording
from hutong.hotline.calls.models import (
    Agreement,
    Call,
    CallBack,
    CallEvent,
    CallState,
    Leg,
    LegRole,
    Line,
    Seat,
    SeatState,
    Skill,
    Sound,
    Wish,
)
from hutong.hotline.cases import queries as cases
from hutong.hotline.clocks import queries as clocks
from hutong.hotline.clocks.rules import local
from hutong.hotline.contacts.models import WITH_CASE
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Office, Post
from hutong.hotline.network.rules import LONGEST

TALKERS = (LegRole.CALLER, LegRole.OPERATOR, LegRole.EXPERT, LegRole.OUTSIDE)  # those who hear and are heard
MONITORS = (LegRole.LISTENER, LegRole.WHISPERER, LegRole.JOINER)
CUT_OFF_WITHIN = timedelta(minutes=30)
KEEPS_PLACE_AFTER = timedelta(seconds=10)  # a telephone that was just put down
RECORDING = ("pause_recording", "resume_recording")


# --- lines and sounds


def line_for(number: str, diverted_from: str, *, at: datetime) -> Line | None:
    """By which way a call came in: the number dialled, and of a forwarded line the number that it was forwarded from.

    Other lines may name the older number, too; their calls do not always say it.
    """
    here = Q(older_number__in=["", diverted_from]) | ~Q(mode="forwarded")
    found = Line.objects.filter(here, network.stands(timezone.localdate(at)), number=number).select_related("centre")
    return found.order_by(Case(When(older_number=diverted_from, then=0), When(older_number="", then=1), default=2), "pk").first()


def lines_of(centre: Office) -> QuerySet[Line]:
    """The ways in to a centre, those in use first."""
    return Line.objects.filter(centre=centre).order_by(F("valid_to").desc(nulls_first=True), "number", "older_number")


def is_open(line: Line, at: datetime) -> bool:
    """Whether people answer on a line now: always, or in the working hours of its centre."""
    if not line.keeps_hours:
        return True
    time = clocks.work_time(line.centre, since=at)
    now = local(at)
    minute = now.hour * 60 + now.minute
    return time.calendar.guessing().is_workday(now.date()) and any(start <= minute < end for start, end in time.windows)


def sounds_of(centre_id: UUID, language: str) -> dict[str, tuple[str, bytes]]:
    """What callers of a centre hear in a language, by name: the text, and the recording where there is one."""
    rows = Sound.objects.filter(centre=centre_id, language=language).values_list("name", "text", "audio")
    own = {name: (text, bytes(audio or b"")) for name, text, audio in rows}
    return {name: own.get(name, (wording.text_of(name, language), b"")) for name in wording.TEXTS["zh"]}


# --- who is at work


def in_place(*, at: datetime) -> QuerySet[Seat]:
    """The seats of who may sit there now: the post is held, its office works, and the session in which the window opened runs.

    A window that somebody keeps open when their right has ended is rung for nobody.
    """
    on = timezone.localdate(at)
    held = Post.objects.filter(network.stands(on), network.in_service(on, of="office__"), staff__is_active=True)
    runs = Q(session=None) | Q(session__ended_at=None, session__begun_at__gt=at - LONGEST)
    return Seat.objects.filter(runs, post__in=held.values("pk"))


def operators(*, at: datetime) -> list[rules.Operator]:
    """Everybody who sits at the telephone now, with since when they are free."""
    seats = list(in_place(at=at).exclude(state=SeatState.AWAY).select_related("post"))
    skills: dict[Any, set[str]] = {}
    for post_id, skill in Skill.objects.filter(post__in=[seat.post_id for seat in seats]).values_list("post", "skill"):
        skills.setdefault(post_id, set()).add(skill)
    return [
        rules.Operator(
            key=seat.post_id, centre=seat.post.office_id, role=seat.post.role, skills=frozenset(skills.get(seat.post_id, ())),
            idle_since=seat.since if seat.state == SeatState.READY else None,
        )
        for seat in seats
    ]  # fmt: skip


def neighbours(*, at: datetime) -> dict[UUID, frozenset[UUID]]:
    """By centre, the centres that agreed to take its calls."""
    found: dict[UUID, set[UUID]] = {}
    for centre, neighbour in Agreement.objects.filter(network.stands(timezone.localdate(at))).values_list("centre", "neighbour"):
        found.setdefault(centre, set()).add(neighbour)
    return {centre: frozenset(others) for centre, others in found.items()}


def seat_of(post: Post) -> Seat | None:
    """Where this person answers, if they ever opened the phone window."""
    return Seat.objects.select_related("call", "call__line", "post__staff", "post__office").filter(post=post).first()


def seats_of(centre: Office) -> QuerySet[Seat]:
    """Everybody of a centre who has a seat, with what they do."""
    return Seat.objects.filter(post__office=centre).select_related("post__staff", "call").order_by("state", "since")


def targets(post: Post) -> QuerySet[Seat]:
    """To whom this person may pass a call now: who of the centre is free."""
    free = in_place(at=timezone.now()).filter(post__office=post.office_id, state=SeatState.READY).exclude(post=post)
    return free.select_related("post__staff").order_by("post__role", "since")


def open_windows() -> list[tuple[str, str]]:
    """Each SIP user that may sign in now, with its digest: what the exchange must know. A talk that goes on is not cut off."""
    there = Q(pk__in=in_place(at=timezone.now()).values("pk")) | Q(state=SeatState.TALKING)
    return list(Seat.objects.filter(there).exclude(digest="").values_list("user", "digest"))


# --- calls


def with_all(calls: QuerySet[Call]) -> QuerySet[Call]:
    """With what a line about a call names."""
    return calls.select_related("line", "centre", "operator__staff", "contact", "case")


def waiting(*, centre: Office | None = None) -> QuerySet[Call]:
    """The calls in the queue, of one centre or of all."""
    queued = Call.objects.filter(state=CallState.QUEUED, direction="in")
    return queued.filter(centre=centre) if centre else queued


def open_calls(post: Post) -> QuerySet[Call]:
    """The calls of a centre that have not ended, by turn; none of a case from which who asks is kept."""
    rows = Call.objects.filter(of_seen_cases(post), centre=post.office_id).exclude(state=CallState.ENDED)
    return with_all(rows).prefetch_related("legs").order_by("-is_danger", "-was_cut_off", "arrived_at")


def calls_of_case(case_id: UUID) -> QuerySet[Call]:
    """The calls of a case, those out for it and those of its contacts, newest first. Whoever asks must be allowed to see the case."""
    return with_all(Call.objects.filter(Q(case=case_id) | Q(contact__link__case=case_id))).order_by("-arrived_at")


def of_seen_cases(post: Post) -> Q:
    """Calls of no case, and of cases that a post may see."""
    seen = cases.visible_to(post).values("pk")
    return (Q(case=None) | Q(case__in=seen)) & (~Q(contact__outcome__in=WITH_CASE) | Q(contact__link__case__in=seen))


def call_seen_by(post: Post, call_id: UUID) -> Call | None:
    """A call that a post may look at: of its own centre, or one that it was part of; of a case only where it may see that.

    Whoever is in a talk now keeps it, whatever the case became meanwhile. That its contact has a case, its outcome says: the link to
    one that the post does not see is not there for it (kernel.wall).
    """
    mine, shown = Q(Exists(Leg.objects.filter(call=OuterRef("pk"), post=post))), of_seen_cases(post)
    return with_all(Call.objects.filter(Q(centre=post.office_id) | mine, shown | mine & ~Q(state=CallState.ENDED), pk=call_id)).first()


def unwritten(post: Post) -> QuerySet[Call]:
    """What this person talked of and has not written down, oldest first."""
    talked = Q(direction="in") | Q(purpose="call_back")
    return with_all(Call.objects.filter(talked, operator=post, state=CallState.ENDED, ended_how="answered", contact=None)).order_by(
        "ended_at"
    )


def parties(call: Call) -> QuerySet[Leg]:
    """Who is in a call or rung for it, in the order in which they came."""
    return call.legs.filter(left_at=None).select_related("post__staff").order_by("rung_at", "pk")


def story(call: Call) -> QuerySet[CallEvent]:
    """What happened to a call, in order. Who listened stands in it."""
    return call.events.select_related("by__staff").order_by("at", "pk")


def is_paused(call: Call) -> bool:
    """Whether the recording of a call is paused now."""
    last = call.events.filter(action__in=RECORDING).order_by("-at", "-pk").values_list("action", flat=True).first()
    return last == RECORDING[0]


def situation(call: Call | None, post: Post) -> may.Situation:
    """How things stand between a person and a call, for the table of who may ask what."""
    seat = Seat.objects.filter(post=post).first()
    own = may.Situation(
        role=post.role,
        state="",
        is_free=seat is not None and seat.state in {SeatState.READY, SeatState.AWAY, SeatState.ON_BREAK},
        has_window=seat is not None and bool(seat.digest),
    )
    if call is None:
        return own
    here = [leg for leg in call.legs.all() if leg.left_at is None]
    mine = {leg.role for leg in here if leg.post_id == post.pk and leg.joined_at}
    return own._replace(
        state=call.state,
        is_party=bool(mine & set(TALKERS)),
        is_monitor=bool(mine & set(MONITORS)),
        is_of_centre=call.centre_id == post.office_id,
        is_held=any(leg.is_held for leg in here),
        is_paused=is_paused(call),
    )


def was_cut_off(centre_id: UUID, number: str, *, at: datetime) -> bool:
    """Whether a caller was cut off a short while ago and waits to be called back."""
    lost = CallBack.objects.filter(centre=centre_id, number_index=number, reason="lost", settled_at=None, made_at__gt=at - CUT_OFF_WITHIN)
    return bool(number) and lost.exists()


# --- call-backs


def call_backs_of(post: Post) -> QuerySet[CallBack]:
    """What a post has to do with: those of its centre; of those that became a case, those of cases that it may see."""
    return CallBack.objects.filter(Q(case=None) | Q(case__in=cases.visible_to(post).values("pk")), centre=post.office_id)


def call_backs(post: Post) -> QuerySet[CallBack]:
    """Whom a centre must still call back: danger first, then who is due first."""
    found = call_backs_of(post).filter(settled_at=None).select_related("call__line", "taken_by__staff", "case")
    return found.annotate(many=Count("calls")).order_by("-is_danger", "due_at")


def keeping_their_place(*, at: datetime) -> QuerySet[CallBack]:
    """Those who chose to be called back at their place in the queue and hung up a moment ago."""
    asked = CallBack.objects.filter(reason="asked", settled_at=None, taken_by=None, tries=0).exclude(number="")
    return asked.filter(made_at__lte=at - KEEPS_PLACE_AFTER).select_related("centre")


def overdue_call_backs(at: datetime) -> QuerySet[CallBack]:
    """Those who should have been called back by now and for whom no case was opened yet."""
    return CallBack.objects.filter(settled_at=None, missed_at=None, due_at__lte=at).order_by("due_at")


def never_written(at: datetime) -> QuerySet[Call]:
    """The calls that were answered long ago and nobody wrote down."""
    ended = Call.objects.filter(direction="in", state=CallState.ENDED, contact=None, call_back=None)
    return ended.filter(ended_at__lte=at - rules.WRITE_UP_WITHIN).order_by("ended_at")


def by_id(ids: Iterable[UUID]) -> dict[UUID, Call]:
    """Calls by id, with their legs."""
    return {call.pk: call for call in Call.objects.filter(pk__in=list(ids)).prefetch_related("legs")}


# --- what the exchange must carry out


@dataclass(frozen=True)
class Todo:
    """A wish with all that the exchange needs to carry it out: the party that it is about, the caller, the bridge."""

    wish: UUID
    call: UUID
    asked: str
    by: UUID
    own: str  # the channel of whoever asked
    caller: str
    bridge: str
    channel: str = ""  # the party's
    role: str = ""
    user: str = ""
    number: str = ""
    shown: str = ""
    about: str = ""
    goes_on: bool = False


def todo() -> list[Todo]:
    """What was asked and is not carried out yet, in the order in which it was asked."""
    wishes = Wish.objects.filter(done_at=None, fault="").select_related("call__centre").prefetch_related("call__legs")
    return [_todo(wish) for wish in wishes.order_by("at", "pk")]


def _todo(wish: Wish) -> Todo:
    legs = {str(leg.pk): leg for leg in wish.call.legs.all()}
    leg = legs.get(wish.arguments.get("leg", ""))
    own = next((each for each in legs.values() if each.post_id == wish.by_id and each.left_at is None), None)
    seat = Seat.objects.filter(post=leg.post_id).first() if leg and leg.post_id else None
    return Todo(
        wish=wish.pk, call=wish.call_id, asked=wish.asked, by=wish.by_id, own=own.channel if own else "", caller=wish.call.channel,
        bridge=wish.call.bridge, channel=leg.channel if leg else "", role=leg.role if leg else "", user=seat.user if seat else "",
        number=leg.number if leg else "", shown=wish.call.caller, about=wish.place,
        goes_on=bool(wish.arguments.get("goes_on")),
    )  # fmt: skip


def shown_by(centre_id: UUID, *, at: datetime) -> str:
    """The number that calls out of a centre show."""
    lines = Line.objects.filter(network.stands(timezone.localdate(at)), centre=centre_id)
    return lines.order_by(Case(When(mode="own", then=0), default=1), "number").values_list("number", flat=True).first() or ""


@dataclass(frozen=True)
class Carried:
    """A party that a call has by our word, to be compared with what the exchange has."""

    call: UUID
    channel: str
    role: str
    has_joined: bool
    since: datetime
    state: str
    centre: UUID
    language: str


def carried() -> list[Carried]:
    """Every party that is there or rung, callers first."""
    legs = Leg.objects.filter(left_at=None).select_related("call")
    return [
        Carried(
            leg.call_id,
            leg.channel,
            leg.role,
            leg.joined_at is not None,
            leg.rung_at,
            leg.call.state,
            leg.call.centre_id,
            leg.call.language,
        )
        for leg in legs.order_by(Case(When(role=LegRole.CALLER, then=0), default=1), "rung_at")
    ]


def talking_at(user: str) -> list[str]:
    """The channels on which a desk talks now."""
    legs = Leg.objects.filter(post__seat__user=user, left_at=None, joined_at__isnull=False)
    return list(legs.values_list("channel", flat=True))


def where(call_id: UUID) -> tuple[UUID, str]:
    """The centre of a call, and the language in which it hears what is said."""
    call = Call.objects.only("centre", "language").get(pk=call_id)
    return call.centre_id, call.language


def is_desk(channel: str) -> bool:
    """Whether this is the line of somebody of ours who talks."""
    return Leg.objects.filter(channel=channel, left_at=None, joined_at__isnull=False, role__in=[LegRole.OPERATOR, LegRole.EXPERT]).exists()
