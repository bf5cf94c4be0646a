"""Offices and people by what somebody types of them, in the reach of whoever asks."""

from datetime import date

from django.db.models import F, Prefetch, Q
from django.db.models.functions import Length

from hutong.hotline.network.models import Office, Post, Staff
from hutong.hotline.network.queries import at_or_below, posts_in_reach, staff_in_reach, stands


def search_offices(by: Post, text: str, *, limit: int = 30, ended: bool = False) -> list[Office]:
    """Offices in a post's reach, by parts of the name or the beginning of the code or division; ended ones, last, where asked for."""
    words = _words(text)
    rows = at_or_below(by.office).select_related("division").filter(Q() if ended else Q(valid_to=None))
    for word in words:
        rows = rows.filter(Q(name__contains=word) | Q(code__istartswith=word) | Q(division__code__startswith=word))
    return list(rows.order_by(F("valid_to").desc(nulls_first=True), Length("name"), "code")[:limit]) if words else []


def told_apart(offices: list[Office]) -> list[str]:
    """What to call each of these offices: its name, with its code where another bears the same."""
    names = [office.name for office in offices]
    return [f"{office.name} {office.code}" if names.count(office.name) > 1 else office.name for office in offices]


def search_staff(by: Post, text: str, *, on: date, limit: int = 30) -> list[Staff]:
    """People in an administrator's reach, by a part of the name or the beginning of the sign-in; each with their `posts_now` in reach."""
    words = _words(text)
    rows = staff_in_reach(by).prefetch_related(Prefetch("posts", posts_in_reach(by).filter(stands(on)), to_attr="posts_now"))
    for word in words:
        rows = rows.filter(Q(name__contains=word) | Q(username__istartswith=word))
    return list(rows.order_by("-is_active", "name", "username")[:limit]) if words else []


def _words(text: str) -> list[str]:
    return [word for word in text[:60].replace("\0", " ").split() if word.isprintable()]
