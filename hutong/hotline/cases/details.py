"""What the details of events tell: what stands behind their ids, and what is sealed in them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from hutong.hotline.cases.models import Case, Event
from hutong.hotline.cases.sight import LEVELS, Sight, section_of
from hutong.hotline.kernel.secrets.sealing import Place
from hutong.hotline.keys.fields import open_beside, seal_beside
from hutong.hotline.network.models import Office, Post
from hutong.hotline.people.models import Child, Person

# What an id in an event's detail names: which rows, and what to say of one.
NAMED: dict[str, tuple[QuerySet[Any], Callable[[Any], str]]] = {
    "office": (Office.objects.all(), lambda office: office.name),
    "admitted": (Post.objects.select_related("staff"), lambda post: post.staff.name),
    "worker": (Post.objects.select_related("staff"), lambda post: post.staff.name),
    "second": (Post.objects.select_related("staff"), lambda post: post.staff.name),
    "above": (Office.objects.all(), lambda office: office.name),
    "child": (Child.objects.all(), str),
    "person": (Person.objects.all(), str),
    "case": (Case.objects.all(), lambda case: case.number),
}
OF_PEOPLE = frozenset({"child", "person"})


def names_in(events: Iterable[Event], *, sight: Sight) -> dict[str, str]:
    """What stands behind the ids and what is sealed in the details of events; people's names as they are seen.

    One query for each kind of id that occurs. Whom an erased case was about is told no more, though they stand in another one.
    """
    names: dict[str, str] = {}
    for key, (rows, name) in NAMED.items():
        if key in OF_PEOPLE and sight.is_erased:
            continue
        sections: dict[UUID, set[str]] = defaultdict(set)
        for event in events:
            if event.detail.get(key):
                sections[UUID(event.detail[key])].add(_section(key, event))
        for pk, row in (rows.in_bulk(sections) if sections else {}).items():
            names[str(pk)] = _seen(row, sections[pk], sight) if key in OF_PEOPLE else name(row)
    sealed = ((event, value) for event in events for value in event.detail.get("place_text", ()) if value)
    return names | {value: sight.shown("child", "address", open_beside(event.case, value, _place(event))) for event, value in sealed}


def _section(key: str, event: Event) -> str:
    """To which section of the table somebody belongs whom an event names: by the role that it tells."""
    return "child" if key == "child" else section_of(str(event.detail.get("role")))


def _seen(human: Child | Person, sections: Iterable[str], sight: Sight) -> str:
    """Who it is, by the strictest of their sections."""
    strictest = min(sections, key=lambda section: LEVELS.index(sight.level(section, "name")))
    return sight.called(strictest, human.name)


def seal_place(case: Case, text: str, event: Event) -> str:
    """What an event keeps of the case's sealed place: nobody rewrites events, but the case's key may be destroyed."""
    return seal_beside(case, text, _place(event))


def _place(event: Event) -> Place:
    return Place("cases_event", "detail", event.pk)
