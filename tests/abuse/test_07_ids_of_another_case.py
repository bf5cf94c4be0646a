"""Attack 7: a form or a request that names a thing of another case, or a case of another office, does nothing."""

import pytest
from django.urls import reverse

from hutong.hotline.cases.models import Case, Party, PartyRole
from hutong.hotline.people.models import Person
from tests.abuse.attack import attack, patched
from tests.abuse.people import GUARDIAN, a_case
from tests.clients import signed_in
from tests.desks.api.software import Software
from tests.loop import case_at

pytestmark = pytest.mark.django_db
ANY_PARTY = {"family": lambda case, section, field, of: Party.objects.get(pk=of).person.phone}


@attack(
    7,
    patched("hutong.hotline.cases.actions.revealing.FOUND", ANY_PARTY),
    patched("hutong.hotline.cases.queries.visible_to", lambda post: Case.objects.all()),
)
def test_the_ids_of_another_case_open_and_change_nothing() -> None:
    mine, other = case_at("handling"), a_case()
    guardian = other.parties.get(role="guardian")
    asked = {"why": "contact", "words": "约见"}
    answer = signed_in("zhou").post(reverse("cases:reveal", args=[mine.pk, "family", "phone", guardian.pk]), asked)
    assert answer.status_code == 422
    assert GUARDIAN["phone"] not in answer.content.decode()
    Software.of("zhou").act(mine, "change_party", party=str(guardian.pk), facts={"name": "改名"}, relation="")
    guardian.person.refresh_from_db()
    assert guardian.person.name == GUARDIAN["name"]
    assert Software.of("qin").act(mine, "merge", into=other.number, text="同一件事").status_code == 404
    assert not Party.objects.filter(case=mine, role=PartyRole.GUARDIAN).exists()
    assert GUARDIAN["name"] in {person.name for person in Person.objects.all()}
