"""Chinese first; English for whoever chose it."""

import pytest
from django.test import Client

from tests import cast

pytestmark = pytest.mark.django_db


def lang(client: Client, **headers: str) -> str:
    return client.get("/account/sign-in", headers=headers)["Content-Language"]


def test_chinese_whatever_the_browser_prefers(client: Client) -> None:
    assert lang(client, accept_language="en-GB,en") == "zh-hans"


def test_the_sign_in_page_remembers_english(client: Client) -> None:
    answer = client.post("/account/language", {"language": "en", "next": "/account/sign-in"})

    assert answer["Location"] == "/account/sign-in"
    assert lang(client) == "en"
    assert '<html lang="en">' in client.get("/account/sign-in").content.decode()


def test_a_persons_choice_goes_with_them_to_another_desk(client: Client) -> None:
    client.force_login(cast.post("xu").staff)
    client.post("/account/language", {"language": "en"})
    elsewhere = Client()
    elsewhere.force_login(cast.post("xu").staff)

    assert elsewhere.get("/account/post")["Content-Language"] == "en"


def test_a_language_that_we_do_not_speak_is_refused(client: Client) -> None:
    assert client.post("/account/language", {"language": "xx"}).status_code == 400
