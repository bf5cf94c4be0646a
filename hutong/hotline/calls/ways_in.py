"""Questions about what is set up for a centre's telephone."""

from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from hutong.hotline.calls.models import Agreement, Line, Skill, Sound
from hutong.hotline.cases.rules import DESK
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Office, Post, Role


def lines_in_reach(by: Post) -> QuerySet[Line]:
    """The ways in of the centres at or below this post's office."""
    return Line.objects.filter(centre__in=network.offices_in_reach(by)).select_related("centre")


def agreements_in_reach(by: Post) -> QuerySet[Agreement]:
    """Who answers for the centres at or below this post's office."""
    return Agreement.objects.filter(centre__in=network.offices_in_reach(by)).select_related("centre", "neighbour")


def agreements_of(centre: Office) -> QuerySet[Agreement]:
    """Who answers when this centre cannot, and for whom it does."""
    return Agreement.objects.filter(centre=centre).select_related("neighbour").order_by("valid_to", "valid_from")


def sound_of(centre: Office, *, name: str, language: str) -> Sound | None:
    """What is said for a purpose in a language, if anybody has set it."""
    return Sound.objects.filter(centre=centre, name=name, language=language).first()


def texts_of(centre: Office) -> dict[tuple[str, str], str]:
    """What a centre wrote for its callers, by purpose and language."""
    rows = Sound.objects.filter(centre=centre).values_list("name", "language", "text")
    return {(name, language): text for name, language, text in rows}


def recorded(centre: Office) -> set[tuple[str, str]]:
    """Which sounds are recordings."""
    return set(Sound.objects.filter(centre=centre, audio__isnull=False).values_list("name", "language"))


def experts_for(centre: Office, *, on: date) -> QuerySet[Post]:
    """The experts whom a centre may call into a talk: its own, those below it and above it, as far as they have a number."""
    near = Q(office__in=network.at_or_below(centre)) | Q(office__in=network.above(centre))
    posts = Post.objects.filter(network.stands(on), near, role=Role.EXPERT, staff__is_active=True).exclude(staff__phone="")
    return posts.select_related("staff", "office").order_by("office__name", "staff__name")


def people_at_the_phone(centre: Office, *, on: date) -> QuerySet[Post]:
    """Who answers the telephone there, with their skills."""
    posts = Post.objects.filter(network.stands(on), office=centre, role__in=DESK).select_related("staff", "office")
    return posts.prefetch_related(Prefetch("skills", Skill.objects.order_by("skill"))).order_by("role", "staff__name")
