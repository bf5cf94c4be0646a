"""Each page that somebody signed in sees says, faintly and all over, who it was, from which office and when."""

import re
from base64 import b64decode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.network.models import Office, Staff
from tests import cast
from tests.clients import signed_in
from tests.loop import case_at

pytestmark = pytest.mark.django_db


def marks(client: Client, address: str) -> list[str]:
    """What the watermarks of a page say."""
    found = re.findall(r'class="watermark" alt="" src="data:image/svg\+xml;base64,([\w+/=]+)"', client.get(address).content.decode())
    return [b64decode(each).decode() for each in found]


def test_a_list_and_an_own_page_say_who_looks_from_where_and_when(client: Client) -> None:
    signed = signed_in("zhou")
    for address in (reverse("cases:work"), reverse("account:security")):
        (mark,) = marks(signed, address)
        assert f"周敏 · {cast.office('xian').name}" in mark
        assert f"{timezone.localtime():%Y-%m-%d}" in mark
    assert marks(client, reverse("account:sign_in")) == []


def test_on_a_case_its_dialog_says_so_too() -> None:
    """An open dialog lies over everything else of the page, and shows what was hidden."""
    case = case_at("handling")
    of_page, of_dialog = marks(signed_in("zhou"), reverse("cases:case", args=[case.pk]))
    assert of_page == of_dialog
    assert f"周敏 · {cast.office('xian').name}" in of_page


def test_a_long_name_of_an_office_is_not_cut() -> None:
    office = cast.office("xian")
    Office.objects.filter(pk=office.pk).update(name="新疆维吾尔自治区巴音郭楞蒙古自治州儿童救助保护12349热线中心")
    (mark,) = marks(signed_in("zhou"), reverse("cases:work"))
    (width,) = re.findall(r'<pattern id="p" width="(\d+)"', mark)
    assert int(width) > 15 * len("周敏 · 新疆维吾尔自治区巴音郭楞蒙古自治州儿童救助保护12349热线中心")


def test_a_name_stays_a_name() -> None:
    Staff.objects.filter(username="zhou").update(name='<script>"&')
    (mark,) = marks(signed_in("zhou"), reverse("cases:work"))
    assert "&lt;script&gt;&quot;&amp; · " in mark
