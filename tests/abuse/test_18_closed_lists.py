"""Whatever an address chooses comes from a closed list."""

import pytest
from django.urls import reverse

from hutong.hotline.network.models import Staff
from tests.abuse.attack import attack, patched
from tests.clients import signed_in
from tests.desks.api.software import Software
from tests.loop import case_at

pytestmark = pytest.mark.django_db
ODD = ("__class__", "../../etc/passwd", "' OR 1=1 --", "pk", "seen_by", "")
CHOOSES = {  # the address, what it is asked with, and who may ask
    "cases:work": ("list", "zhou"),
    "shift:list": ("what", "lu"),
    "province:cases": ("what", "song"),
    "supervision:orders": ("list", "song"),
}
ELSEWHERE = ("https://elsewhere.example/", "//elsewhere.example", "http:///elsewhere.example/", "/\\elsewhere.example")


@pytest.mark.parametrize("address", CHOOSES)
@pytest.mark.parametrize("value", ODD)
def test_a_list_that_is_none_is_not_there(address: str, value: str) -> None:
    name, who = CHOOSES[address]
    assert signed_in(who).get(reverse(address, query={name: value})).status_code in {200, 404}


@attack(18, patched("hutong.desks.account.entering.url_has_allowed_host_and_scheme", lambda *_all: True))
@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_nobody_is_led_to_another_site(wanted: str) -> None:
    answer = signed_in("xu").post(reverse("account:language"), {"language": "zh-hans", "next": wanted})
    assert answer["Location"] == reverse("home")


@attack(18, patched("hutong.desks.account.views.CODES", {"zh-hans", "en", "xx"}))
def test_a_language_that_we_do_not_speak_is_refused() -> None:
    answer = signed_in("xu").post(reverse("account:language"), {"language": "xx"})
    assert answer.status_code == 400
    assert not Staff.objects.filter(language="xx").exists()


def test_software_neither_sorts_nor_chooses_fields_nor_formats() -> None:
    case_at("handling")
    for name in ("order_by", "fields", "format", "template", "method", "sort", "holder__name__startswith"):
        assert Software.of("zhou").get(f"cases?{name}=pk").status_code == 422
