"""What a browser sends from the form of an action."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.ids import new_id
from tests.clients import signed_in


def act(
    who: str | Client, case: Case, code: str, *, seen: int | None = None, once: UUID | None = None, htmx: bool = True, **typed: Any
) -> HttpResponse:
    """Fill in the form of an action and hand it in."""
    client = signed_in(who) if isinstance(who, str) else who
    if seen is None:
        seen = Case.objects.get(pk=case.pk).version
    sheet = {"seen": seen, "once": once or new_id(), "version": "1", **typed}
    address = reverse("cases:act", args=[case.pk, code])
    return client.post(address, sheet, headers={"HX-Request": "true"} if htmx else {})  # type: ignore[return-value]


def did(answer: HttpResponse) -> bool:
    """Whether the deed was done: the page goes on."""
    return answer.status_code == 204 and "HX-Redirect" in answer.headers
