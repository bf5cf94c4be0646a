"""Each page that somebody signed in sees says, faintly and all over, who it was, from which office and when."""

import re
from base64 import b64decode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.network.models import Staff
from tests import cast
from tests.clients import signed_in
from tests.loop import case_at

pytestmark = pytest.mark.django_db


def marks(client: Client, address: str) -> list[str]:
    """What the watermarks of a page say."""
    found = re.findall(r'class="watermark" alt="" src="data:image/svg\+xml;base64,([\w+/=]+)"', client.get(address).content.decode())
    return [b64decode(each).decode() for each in found]


def test_a_case_a_list_and_an_own_page_say_who_looks_from_where_and_when(client: Client) -> None:
    case = case_at("handling")
    signed = signed_in("zhou")
    for address in (reverse("cases:case", args=[case.pk]), reverse("cases:work"), reverse("account:security")):
        (mark,) = marks(signed, address)
        assert f"周敏 · {cast.office('xian').name}" in mark
        assert f"{timezone.localtime():%Y-%m-%d}" in mark
    assert marks(client, reverse("account:sign_in")) == []


def test_a_name_stays_a_name() -> None:
    Staff.objects.filter(username="zhou").update(name='<script>"&')
    (mark,) = marks(signed_in("zhou"), reverse("cases:work"))
    assert "&lt;script&gt;&quot;&amp; · " in mark
