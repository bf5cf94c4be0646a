"""A script in what was told, in a name, in a title stays text; and the page's policy would not run it."""

import pytest
from django.urls import reverse

from hutong.hotline.cases.actions import recording
from hutong.hotline.people.models import Child, Person
from tests import cast
from tests.abuse.attack import attack, patched
from tests.clients import signed_in
from tests.loop import START, case_at, opened

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
PIECES = ("<script>alert", "<img src=x")


@attack(45, patched("django.template.base.conditional_escape", str))
def test_what_was_typed_is_shown_as_it_was_typed() -> None:
    case = opened(child=Child.objects.create(name=SCRIPT, age=7), at=START)
    recording.note(case.pk, by=cast.post("xu"), at=START, text=SCRIPT)
    recording.add_party(case.pk, person=Person.objects.create(name=SCRIPT), role="suspected", relation="邻居", by=cast.post("xu"), at=START)
    for address in (reverse("cases:case", args=[case.pk]), reverse("cases:story", args=[case.pk]), reverse("operator:desk")):
        page = signed_in("xu").get(address, follow=True)
        text = page.content.decode()
        assert not [piece for piece in PIECES if piece in text], address
    assert "&lt;script&gt;alert" in signed_in("xu").get(reverse("cases:case", args=[case.pk])).content.decode()


def no_policy(middleware: object, request: object) -> object:
    return middleware.get_response(request)  # type: ignore[attr-defined]


@attack(45, patched("hutong.desks.headers.HeadersMiddleware.__call__", no_policy))
def test_the_policy_of_every_page_runs_our_own_files_alone() -> None:
    case = case_at("handling")
    for address in (reverse("cases:case", args=[case.pk]), reverse("account:sign_in"), "/nothing-here"):
        policy = signed_in("zhou").get(address).headers.get("Content-Security-Policy", "")
        assert "default-src 'self'" in policy, address
        assert "unsafe" not in policy
        assert "object-src 'none'" in policy
