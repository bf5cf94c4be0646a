"""Pages for what went wrong, and what browsers are told about every page."""

from uuid import uuid4

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import path
from django.utils.html import strip_tags

from hutong.desks import errors
from tests import cast
from tests.browser import DESK, PHONE, Site, check_accessibility, shoot


def broken(request: HttpRequest, how: str) -> None:
    raise {"400": BadRequest, "403": PermissionDenied, "500": RuntimeError}[how]


def names(request: HttpRequest) -> None:
    """Stands in for the frame's own addresses while this module is the whole address space."""


urlpatterns = [path("", names, name="home"), path("<how>", broken)]
handler400, handler403, handler404, handler500 = errors.bad_request, errors.forbidden, errors.not_found, errors.server_error


@pytest.fixture
def quiet(client: Client, settings: object) -> Client:
    """Answers a failure as in service, instead of raising it in the test."""
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("how", ["400", "403", "500"])
def test_each_failure_says_what_happened_what_was_kept_and_what_to_do(quiet: Client, how: str) -> None:
    answer = quiet.get(f"/{how}")
    text = answer.content.decode()

    assert answer.status_code == int(how)
    assert [str(part) in text for part in errors.PAGES[how]] == [True] * 4


def test_a_page_that_is_not_there_says_so(client: Client) -> None:
    answer = client.get("/no-such-page")

    assert answer.status_code == 404
    assert [str(part) in answer.content.decode() for part in errors.PAGES["404"]] == [True] * 4


def test_a_region_gets_only_the_status_and_the_page_keeps_its_messages(client: Client) -> None:
    """Who hands a case over sees it no more: what its regions are answered must not use up the word that it was saved."""
    answer = client.get("/no-such-page", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.content) == (404, b"")


def test_not_there_and_not_permitted_read_the_same(rf: RequestFactory) -> None:
    def words(why: str) -> str:
        return strip_tags(errors.not_found(rf.get("/"), Exception(why)).content.decode())

    assert words("no such case") == words("")


def test_an_old_form_is_told_plainly(settings: object) -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/account/sign-in", {"username": "xu", "password": cast.PASSWORD})

    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()


@pytest.mark.django_db
def test_only_our_own_scripts_run_and_nothing_stays_on_a_shared_desk(client: Client) -> None:
    answer = client.get("/account/sign-in")

    assert answer["Content-Security-Policy"].startswith("default-src 'self'; connect-src 'self'")
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_lost_page_is_accessible(site: Site, size: dict[str, int]) -> None:
    page = site.sign_in("gao", size)
    page.goto(f"{site.servers.origin}/{uuid4()}")
    shoot(page, f"error-404-{size['width']}")

    check_accessibility(page)
