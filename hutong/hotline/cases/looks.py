"""Who saw what: the log as an auditor may search it, and all of it that is about one child."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet

from hutong.hotline.audit import actions as audit
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import queries, sight
from hutong.hotline.cases.letting_in import Emergency, Reveal
from hutong.hotline.cases.models import Case, Event
from hutong.hotline.contacts.models import Contact
from hutong.hotline.kernel import wall
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Post, Role
from hutong.hotline.people.models import Child

OWN = {"reveal_reporter", "break_glass", "review_glass"}  # deeds whose words say why something was looked at
UNJUDGED = Q(missed_at__isnull=False, reviewed_at=None)  # emergencies that nobody judged in time
# What a report of who saw a child counts, apart from everything else that was done.
SORTS: Mapping[str, Q] = {
    "looked": Q(verb="looked"), "listed": Q(verb="listed"), "revealed": Q(verb="revealed"),
    "heard": Q(verb__in=["recording_played", "call_listen"]), "taken": Q(verb="exported"), "opened": Q(verb="break_glass"),
    "refused": Q(verb="refused"), "done": Q(event_id__isnull=False) & ~Q(verb__in=OWN),
}  # fmt: skip
TOO_MUCH = ("many_reveals", "many_cases", "too_many_cases")  # within an hour


@dataclass(frozen=True)
class Line:
    """A line of the log with what its ids stand for: in which post, or who signed in; numbers of cases; why, where the deed says so."""

    entry: AuditEntry
    post: Post | None
    name: str
    cases: list[str]
    words: str


# --- about one child


def children_for(post: Post) -> QuerySet[Child]:
    """The children about whom this post may ask who saw them: an auditor below their office, a shift lead in their own centre."""
    return Child.objects.filter(case_links__case__in=cases_for(post).values("pk")).distinct()


def cases_for(post: Post) -> QuerySet[Case]:
    """The cases of whose looks this post may know. An auditor knows their numbers and nothing else of them."""
    if post.role == Role.AUDITOR:
        return Case.objects.filter(centre__in=network.at_or_below(post.office))
    return queries.visible_to(post).filter(centre=post.office_id) if post.role == Role.SHIFT_LEAD else Case.objects.none()


def cases_of(child: Child, post: Post) -> list[UUID]:
    """All cases of a child, but those from which the asker must keep away."""
    return list(Case.objects.filter(child_links__child=child).exclude(pk__in=queries.recused_from(post)).values_list("pk", flat=True))


BELONG = (Case.calls, Case.call_backs, Case.recordings, Case.orders)  # of packages further to the right


def all_of(cases: Iterable[UUID]) -> dict[UUID, UUID]:
    """These cases, and what belongs to them, each with its case: contacts, calls, calls back, recordings, orders."""
    ids = list(cases)
    found = dict(Contact.objects.filter(link__case__in=ids).values_list("pk", "link__case"))
    calls, call_backs, recordings, orders = (relation.field.model._default_manager for relation in BELONG)
    found |= dict(calls.filter(contact__link__case__in=ids).values_list("pk", "contact__link__case"))
    for rows in (calls, call_backs, recordings, orders):
        found |= dict(rows.filter(case__in=ids).values_list("pk", "case"))
    return found | {case: case for case in ids}


def about_child(child: Child, of: Mapping[UUID, UUID]) -> QuerySet[AuditEntry]:
    """Every line about a child and about its cases with all that is of them (`all_of`); the latest first."""
    return _about([child.pk, *of])


def about_case(case: Case) -> QuerySet[AuditEntry]:
    """Every line about a case; the latest first."""
    return _about(all_of([case.pk]))


def _about(things: Iterable[UUID]) -> QuerySet[AuditEntry]:
    """The lines about these, and the lists on which any stood."""
    every = list(things)
    wanted = Q(subject_id__in=every)
    for thing in every:
        wanted |= Q(verb="listed", detail__shown__contains=[str(thing)])
    return AuditEntry.objects.filter(wanted).order_by("-at", "-pk")


def seen_by(lines: QuerySet[AuditEntry]) -> list[dict[str, Any]]:
    """Who did how much of it, each post in a row with the first and the last time; whoever did most before the others."""
    counted = {name: Count("pk", filter=sort) for name, sort in SORTS.items()}
    rows = lines.exclude(post_id=None).order_by().values("post_id").annotate(first=Min("at"), last=Max("at"), all=Count("pk"), **counted)
    found = sorted(rows, key=lambda row: (-row["all"], row["first"]))
    posts = network.posts_by_id(row["post_id"] for row in found)
    return [{**row, "post": posts[row["post_id"]]} for row in found]


def found_by_name(children: Iterable[Child], *, by: Post, at: datetime) -> None:
    """Record that somebody found children by their whole name, within an hour once each."""
    audit.listed("cases:act/add_child", (child.pk for child in children), by=by, at=at, again=True)


def ask(child: Child, *, why: str, by: Post, at: datetime) -> None:
    """Record that somebody asked who saw a child, and why."""
    audit.record("asked_who_saw", by=by, at=at, subject="child", subject_id=child.pk, part="audit:child", why=why)


# --- the whole log


def in_reach(post: Post) -> QuerySet[AuditEntry]:
    """What an auditor may search: what people at or below their office did, and who signed in or tried to; the latest first."""
    posts = network.posts_in_reach(post).values("pk")
    people = network.staff_in_reach(post).values("pk")
    signing_in = Q(post_id=None, subject="sign_in") | Q(post_id=None, subject="staff", subject_id__in=people)
    return AuditEntry.objects.filter(Q(post_id__in=posts) | signing_in).order_by("-at", "-pk")


def of_people(lines: QuerySet[AuditEntry], staff: Iterable[Any]) -> QuerySet[AuditEntry]:
    """The lines of these people."""
    ids = [person.pk for person in staff]
    return lines.filter(Q(staff_id__in=ids) | Q(subject="staff", subject_id__in=ids))


def told(entries: Iterable[AuditEntry], post: Post, *, of: Mapping[UUID, UUID] | None = None) -> list[Line]:
    """The lines with names; a case by its number where the asker may know of it. Of a list, those that it showed of these cases (`of`)."""
    rows, whose = list(entries), {str(thing): case for thing, case in (of or {}).items()}
    posts = network.posts_by_id({row.post_id for row in rows if row.post_id})
    people = network.names_of({row.staff_id or row.subject_id for row in rows if not row.post_id and row.subject == "staff"})
    named = {row.pk: _cases_in(row, whose) for row in rows}
    every = set().union(*named.values())
    wall.look_across("named", *every)
    numbers = dict(cases_for(post).filter(pk__in=every).values_list("pk", "number"))
    events = Event.objects.filter(pk__in=[row.event_id for row in rows if row.verb in OWN])
    said = {event.pk: _why(event) for event in events.only("pk", "text", "detail")}
    return [
        Line(
            row,
            posts.get(row.post_id),
            people.get(row.staff_id or row.subject_id, ""),
            [numbers[case] for case in named[row.pk] if case in numbers],
            said.get(row.event_id, "") if row.event_id else "",
        )
        for row in rows
    ]


def _why(event: Event) -> str:
    """Which emergency it was, and the words of who looked."""
    return " · ".join(str(each) for each in (sight.EMERGENCY_WHY.get(event.detail.get("why", "")), event.text) if each)


def _cases_in(entry: AuditEntry, whose: Mapping[str, UUID]) -> list[UUID]:
    """The cases that a line names: the one that it is about, or is of what belongs to it; of a list, those whose things are sought."""
    if entry.verb == "listed":
        return list(dict.fromkeys(whose[thing] for thing in entry.detail.get("shown", ()) if thing in whose))
    if entry.subject == "case" and entry.subject_id:
        return [entry.subject_id]
    return [whose[str(entry.subject_id)]] if str(entry.subject_id) in whose else []


# --- what was opened or shown beside the rule


def admitted(case: Case) -> QuerySet[Post]:
    """Who is named to see a restricted case."""
    named = Post.objects.filter(admissions__case=case, admissions__ended_at=None)
    return named.select_related("staff", "office").order_by("office__name", "staff__name")


def admissible(case: Case, *, on: date) -> QuerySet[Post]:
    """Who may be named: people of the offices that see the case, and not named already."""
    near = Post.objects.filter(network.stands(on), office__in=case.seen_by, staff__is_active=True)
    near = near.exclude(role__in=queries.READS_NO_CASES).exclude(pk__in=admitted(case).values("pk")).exclude(staff__recusals__case=case)
    return near.select_related("staff", "office").order_by("office__name", "role", "staff__name")


def restricted_here(post: Post) -> int:
    """How many restricted cases wait for this office that this post does not see: that they are there, and nothing of them."""
    return _counted("SELECT hutong_restricted(%s, false)", post.pk)


def restricted_below(post: Post) -> int:
    """How many restricted cases of the centres below a board counts and does not list."""
    return _counted("SELECT hutong_restricted(%s, true)", post.pk)


def unseen_with_children_of(case: Case, post: Post) -> int:
    """How many further cases about the same children this person may not see: that they are there, and nothing of them."""
    return _counted("SELECT hutong_unseen(%s, %s)", case.pk, post.pk)


def _counted(statement: str, *given: UUID) -> int:
    """What the database counts among rows that this post does not see."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return int(cursor.fetchone()[0])


def emergency_of(case: Case, post: Post) -> Emergency | None:
    """The emergency in which this person has the case open now."""
    return queries.opened_by(post).filter(case=case).order_by("-until").first()


def emergencies_to_review(post: Post) -> QuerySet[Emergency]:
    """What was opened in an emergency of this centre's cases and waits for a word, due first; of cases that this person may see
    and whose words were not erased meanwhile."""
    mine = queries.visible_to(post).filter(centre=post.office_id, erased_at=None)
    waiting = Emergency.objects.filter(reviewed_at=None, case__in=mine.values("pk"))
    return waiting.exclude(post__staff=post.staff_id).select_related("case", "post__staff", "post__office").order_by("due_at")


def reveals_of(case: Case) -> QuerySet[Reveal]:
    """Which values of a case were shown to whom, and why; the latest first."""
    return case.reveals.select_related("post__staff", "post__office").order_by("-at")


def by_person(post: Post, *, since: datetime) -> list[dict[str, Any]]:
    """How often each post in an auditor's or security administrator's reach was shown what is masked, opened in an emergency, and did
    too much of it, or of opening cases, within an hour."""
    reach = network.posts_in_reach(post).values("pk")
    shown = dict(Reveal.objects.filter(post__in=reach, at__gte=since).values_list("post").annotate(Count("pk")))
    opened = dict(Emergency.objects.filter(post__in=reach, at__gte=since).values_list("post").annotate(Count("pk")))
    many = AuditEntry.objects.filter(verb__in=TOO_MUCH, post_id__in=reach, at__gte=since).order_by()
    told = dict(many.values_list("post_id").annotate(Count("pk")))
    every = shown.keys() | opened.keys() | told.keys()
    posts = network.posts_by_id(every)
    rows = [{"post": posts[pk], "shown": shown.get(pk, 0), "opened": opened.get(pk, 0), "many": told.get(pk, 0)} for pk in every]
    return sorted(rows, key=lambda row: (-row["many"], -row["opened"], -row["shown"]))


def unjudged(post: Post) -> int:
    """How many of these nobody judged in time, however long ago."""
    return _in_reach(UNJUDGED, post).count()


def emergencies_in_reach(post: Post, *, since: datetime) -> QuerySet[Emergency]:
    """What people at or below an auditor's office opened in an emergency, and whose word on it is waited for; the latest first."""
    found = _in_reach(Q(at__gte=since) | UNJUDGED, post)
    return found.select_related("case", "case__centre", "post__staff", "post__office", "reviewed_by__staff").order_by("-at")


def _in_reach(which: Q, post: Post) -> QuerySet[Emergency]:
    """Of these what people at or below an auditor's office opened, or of cases of a centre there."""
    found, near = Emergency.objects.filter(which), network.at_or_below(post.office)
    wall.look_across("named", *found.values_list("case", flat=True))
    return found.filter(Q(post__office__in=near) | Q(case__centre__in=near))
