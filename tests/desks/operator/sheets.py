"""What a browser sends from the operator's desk."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from hutong.hotline.kernel.ids import new_id

WORDS = "楼上孩子连着三晚一个人在家，今晚哭了很久。"


def typed(**changes: Any) -> dict[str, Any]:
    """A sheet as typed: a report by telephone, no child, no person."""
    sheet = {
        "channel": "phone", "narrative": WORDS, "tier": "III", "place": "莲湖区", "is_anonymous": "yes", "wants_answer": "no",
        "call_back": "reporter_only", "children-TOTAL_FORMS": "0", "children-INITIAL_FORMS": "0", "parties-TOTAL_FORMS": "0",
        "parties-INITIAL_FORMS": "0", "version": "1",
    }  # fmt: skip
    return sheet | changes


def child(place: int = 0, **changes: Any) -> dict[str, Any]:
    """The fields of one child in its row."""
    said = {"name": "小雨", "sex": "female", "age": "7", "tell_guardian": "on", "lawful_basis": "statutory_duty"} | changes
    return {f"children-{place}-{name}": value for name, value in said.items()} | {"children-TOTAL_FORMS": str(place + 1)}


def party(place: int = 0, **changes: Any) -> dict[str, Any]:
    """The fields of one person concerned in their row."""
    said = {"role": "suspected", "name": "赵某", "relation": "继父", "sex": "male", "lawful_basis": "statutory_duty"} | changes
    return {f"parties-{place}-{name}": value for name, value in said.items()} | {"parties-TOTAL_FORMS": str(place + 1)}


def hand_in(
    client: Client, sheet: dict[str, Any], end: str = "case_opened", *, draft_id: UUID | None = None, **pressed: str
) -> HttpResponse:
    """Press one of the buttons at the foot."""
    address = reverse("operator:desk", query={"sheet": draft_id or new_id()})
    return client.post(address, sheet | (pressed or {"end": end}))  # type: ignore[return-value]
