"""What browsers are told with each answer, whoever asks for whichever address; and what no address does."""

import json
import re
import runpy
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse

from hutong.hotline.network.models import Role
from hutong.project import settings as ours
from tests import cast
from tests.abuse.matrix import Matrix
from tests.clients import signed_in
from tests.desks.api.software import Software
from tests.desks.test_everything_is_logged import views

pytestmark = pytest.mark.django_db
YEAR = 365 * 24 * 3600
OF_HTTPS = (
    "SECURE_COOKIES", "SECURE_SSL_REDIRECT", "SECURE_REDIRECT_EXEMPT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
)  # fmt: skip
STARTS = {  # how a file of a kind begins
    "application/pdf": b"%PDF", "audio/wav": b"RIFF", "application/zip": b"PK",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": b"PK",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": b"PK",
}  # fmt: skip
FILES = {"supervision:letter", "office:export"}  # by POST alone
OUTSIDE = ("/", "/no-such-page", "/api/openapi.json", "/api/nothing", "/static/js/frame.js", "/static/css/frame.css", "/static/none.js")


@pytest.fixture
def in_service(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    """The settings as HUTONG_HTTPS makes them."""
    monkeypatch.setenv("HUTONG_HTTPS", "1")
    made = runpy.run_path(str(ours.__file__))
    for name in OF_HTTPS:
        setattr(settings, name, made[name])


WALKED: dict[str, HttpResponse] = {}


@pytest.fixture
def answers(in_service: None) -> dict[str, HttpResponse]:
    """The answer of each address to two whom its gate admits, and to nobody; walked once."""
    if not WALKED:
        WALKED.update(dict(_walk()))
    return WALKED


def _walk() -> Iterator[tuple[str, HttpResponse]]:
    matrix, nobody = Matrix.made(), Client()
    people = {role: signed_in(who) for role, who in {role: who for who, (_name, role, _office) in reversed(cast.PEOPLE.items())}.items()}
    for name, takes, view in views(get_resolver()):
        if name == "api:None":  # whatever is no address of the API: OUTSIDE
            continue
        address = reverse(name, kwargs={**matrix.given(name, takes), **dict.fromkeys({"factor_id"} & set(takes), 1)})
        admitted = [role for role in people if role in view.gate] or [Role.COORDINATOR]
        for role in {admitted[0], admitted[-1]}:
            yield f"GET {address} as {role}", people[role].get(address, secure=True)  # type: ignore[misc]
            if name in FILES:
                yield f"POST {address} as {role}", people[role].post(address, secure=True)  # type: ignore[misc]
        yield f"GET {address} as nobody", nobody.get(address, secure=True)  # type: ignore[misc]
    for address in OUTSIDE:
        yield f"GET {address}", nobody.get(address, secure=True)  # type: ignore[misc]
    yield "POST without a token", Client(enforce_csrf_checks=True).post("/account/sign-in", secure=True)  # type: ignore[misc]
    yield "POST /account/sign-in", nobody.post("/account/sign-in", {"username": "xu", "password": "guess"}, secure=True)  # type: ignore[misc]


def body(answer: HttpResponse) -> bytes:
    """All of it, streamed or not."""
    if not answer.streaming:
        return answer.content
    if not hasattr(answer, "read_once"):
        answer.read_once = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    return answer.read_once  # type: ignore[attr-defined, no-any-return]


def lacking(answers: dict[str, HttpResponse], name: str, wanted: str) -> list[str]:
    """Who was not told just that."""
    return [asked for asked, answer in answers.items() if answer.get(name) != wanted]


def is_page(answer: HttpResponse) -> bool:
    return bool(answer.get("Content-Type", "").startswith("text/html"))


def test_the_walk_sees_pages_files_and_refusals(answers: dict[str, HttpResponse]) -> None:
    assert {200, 302, 401, 403, 404, 405} <= {answer.status_code for answer in answers.values()}
    assert len({answer.get("Content-Type") for answer in answers.values()}) > 5
    assert len(answers) > 250


def test_each_says_what_it_is_and_in_which_letters(answers: dict[str, HttpResponse]) -> None:
    for asked, answer in answers.items():
        content, kind = body(answer), answer.get("Content-Type", "")
        assert kind or not content, asked
        if re.match(r"text/|\S+[+/]xml", kind):
            assert re.search(r"charset=\"?utf-8", kind), asked
            content.decode()
        elif kind.startswith("application/json"):
            json.loads(content)
        elif content:
            assert content.startswith(STARTS[kind.partition(";")[0]]), asked


def test_no_browser_guesses_what_it_is(answers: dict[str, HttpResponse]) -> None:
    assert lacking(answers, "X-Content-Type-Options", "nosniff") == []


def test_no_other_site_hears_where_one_came_from_shares_a_window_or_loads_anything(answers: dict[str, HttpResponse]) -> None:
    for name in ("Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"):
        assert lacking(answers, name, "same-origin") == []
    assert [asked for asked, answer in answers.items() if "Access-Control-Allow-Origin" in answer] == []


def test_each_asks_for_https_for_two_years_with_all_below(answers: dict[str, HttpResponse]) -> None:
    assert lacking(answers, "Strict-Transport-Security", f"max-age={2 * YEAR}; includeSubDomains") == []


def test_nothing_stands_in_a_frame_and_what_is_no_page_runs_nothing(answers: dict[str, HttpResponse]) -> None:
    for asked, answer in answers.items():
        policy = answer["Content-Security-Policy"].split("; ")
        assert "frame-ancestors 'none'" in policy, asked
        assert is_page(answer) or {"default-src 'none'", "sandbox"} <= set(policy), asked


def test_every_cookie_is_for_this_host_alone_over_https_and_out_of_reach_of_scripts(answers: dict[str, HttpResponse]) -> None:
    cookies = [cookie for answer in answers.values() for cookie in answer.cookies.values()]
    cookies += _more_cookies()
    assert {cookie.key for cookie in cookies} == {"__Host-session", "__Host-csrf", "__Host-language", "__Host-machine", "__Host-messages"}
    for cookie in cookies:
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
        assert cookie["httponly"] or not cookie.value  # one that is taken away holds nothing
        assert cookie["samesite"] == ("Lax" if cookie.key == "__Host-language" else "Strict")
        assert len(cookie.key) + len(cookie.value) <= 4096


def _more_cookies() -> list[Any]:
    """Those of a language, and of a machine where somebody signed in."""
    from tests.clients import OWN, code

    client, post = Client(), cast.post("xu")
    post.staff.set_password(OWN)
    post.staff.save()
    chosen = client.post("/account/language", {"language": "en"}, secure=True)
    client.post("/account/sign-in", {"username": "xu", "password": OWN}, secure=True)
    entered = client.post("/account/second-step", {"code": code("xu")}, secure=True)
    return [*chosen.cookies.values(), *entered.cookies.values(), *client.cookies.values()]


def test_no_address_calls_what_somebody_names(answers: dict[str, HttpResponse]) -> None:
    matrix = Client()
    for asked in [asked.split()[1] for asked in answers if asked.endswith("as nobody")][:40]:
        assert b"hutongcalls(" not in body(matrix.get(asked, {"callback": "hutongcalls", "jsonp": "hutongcalls"}, secure=True))  # type: ignore[arg-type]
    answer = Software.of("zhou").get("cases?callback=hutongcalls")
    assert b"hutongcalls(" not in answer.content
    scripts = [asked for asked, answer in answers.items() if "javascript" in answer.get("Content-Type", "")]
    assert [asked for asked in scripts if "/static/" not in asked] == []
