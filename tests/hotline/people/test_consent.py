"""Consent is told where it is the basis, by whom, how and when; below 14 a guardian's, and never a suspected one's."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.people import actions
from hutong.hotline.people.actions import ChildFacts, PersonFacts
from hutong.hotline.people.models import Child
from tests import cast

pytestmark = pytest.mark.django_db
NOW = timezone.now()
WHOLE: dict[str, Any] = {"lawful_basis": "consent", "consent_by": "guardian", "consent_how": "written", "consent_on": date(2026, 1, 5)}


def child(**facts: Any) -> Child:
    return actions.remember_child(ChildFacts(name="小雨", **{"age": 7, **facts}), by=cast.post("xu"), at=NOW)


def test_consent_is_kept_whole() -> None:
    made = child(**WHOLE)
    assert (made.lawful_basis, made.consent_by, made.consent_how, made.consent_on) == ("consent", "guardian", "written", date(2026, 1, 5))
    assert child(age=15, **WHOLE | {"consent_by": "oneself"}).consent_by == "oneself"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"lawful_basis": "consent"}, "consent_by"),
        (WHOLE | {"consent_on": None}, "consent_by"),
        (WHOLE | {"lawful_basis": "emergency"}, "consent_by"),
        (WHOLE | {"consent_on": timezone.localdate() + timedelta(days=2)}, "consent_by"),
        (WHOLE | {"consent_by": "oneself"}, "consent_by"),
        (WHOLE | {"tell_guardian": False}, "consent_by"),
        (WHOLE | {"consent_how": "telepathy"}, "consent_how"),
    ],
    ids=["nobody", "no day", "not the basis", "tomorrow", "a child of 7", "guardian not to be told", "unknown way"],
)
def test_what_is_no_consent_is_refused_beside_its_field(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        child(**facts)
    assert field in refused.value.fields


def test_of_a_grown_person_too() -> None:
    with pytest.raises(Refusal):
        actions.remember_person(PersonFacts(name="钱强", lawful_basis="consent"), by=cast.post("xu"), at=NOW)


def test_the_database_holds_it() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Child.objects.create(name="小雨", lawful_basis="consent")
