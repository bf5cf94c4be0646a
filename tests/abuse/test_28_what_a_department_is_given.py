"""Attack 28: who is given a part of a case sees the fields that the table permits, and hands no others on."""

import json

import pytest
from django.urls import reverse

from tests.abuse.attack import attack, patched
from tests.abuse.people import ALL_PLAIN, CHILD, SECRETS, a_case
from tests.clients import signed_in
from tests.desks.api.software import Software

pytestmark = pytest.mark.django_db
GIVEN = {CHILD["name"], CHILD["school"]}


@attack(28, patched("hutong.hotline.cases.sight.TABLE", ALL_PLAIN))
def test_a_department_sees_and_exports_what_its_part_needs() -> None:
    case = a_case()
    page = signed_in("shi").get(reverse("cases:case", args=[case.pk])).content.decode()
    software = json.dumps(Software.of("shi").get(f"cases/{case.pk}").json(), ensure_ascii=False)
    for text in (page, software):
        assert {secret for secret in SECRETS if secret in text} == GIVEN
    assert '"suicide_risk": null' in software
