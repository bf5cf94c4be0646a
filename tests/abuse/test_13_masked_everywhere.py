"""Attack 13: what is masked is masked everywhere: page, forms, lists, search, software, log."""

import json

import pytest
from django.urls import reverse

from hutong.hotline.audit.models import AuditEntry
from tests.abuse.attack import attack, patched
from tests.abuse.people import ALL_PLAIN, SECRETS, a_case
from tests.clients import signed_in
from tests.desks.api.software import Software

pytestmark = pytest.mark.django_db


@attack(13, patched("hutong.hotline.cases.sight.TABLE", ALL_PLAIN))
def test_no_way_out_shows_what_is_masked() -> None:
    case = a_case()
    child, party = case.child_links.get().child, case.parties.get(role="guardian")
    addresses = [
        reverse("cases:case", args=[case.pk]),
        *(reverse("cases:region", args=[case.pk, name]) for name in ("top", "story", "file")),
        reverse("cases:act", args=[case.pk, "change_child"]) + f"?which={child.pk}",
        reverse("cases:act", args=[case.pk, "change_party"]) + f"?which={party.pk}",
        reverse("cases:act", args=[case.pk, "set_risk"]),
        reverse("cases:reveal", args=[case.pk, "child", "id_number", child.pk]),
        reverse("cases:search", query={"q": case.number}),
        reverse("county:work"),
        reverse("cases:work"),
    ]
    client = signed_in("ma")
    for address in addresses:
        text = client.get(address).content.decode()
        assert [secret for secret in SECRETS if secret in text] == [], address
    software = json.dumps(Software.of("ma").get(f"cases/{case.pk}").json(), ensure_ascii=False)
    assert [secret for secret in SECRETS if secret in software] == []
    log = json.dumps(list(AuditEntry.objects.values_list("detail", flat=True)), ensure_ascii=False)
    assert [secret for secret in SECRETS if secret in log] == []
