"""The addresses of the API. Around each stands the same small door: the asker's language, and one kind of answer."""

import json
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path, reverse
from django.utils import translation
from django.views.decorators.http import require_safe
from ninja.responses import NinjaJSONEncoder

from hutong.desks import access
from hutong.desks.api import answers
from hutong.desks.api.service import api

View = Callable[..., HttpResponse]


def spoken(view: View) -> View:
    """Answer in the language that the request asks for, a wrong method like any other fault, and nothing that was asked for in clear."""

    @wraps(view)
    def answered(request: HttpRequest, **named: Any) -> HttpResponse:
        translation.activate(translation.get_language_from_request(request))
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            return answers.answer(403, answers.IN_CLEAR)
        response = view(request, **named)
        if response.status_code == 405:
            allowed = response["Allow"]
            response = answers.answer(405, answers.WRONG_METHOD)
            response["Allow"] = allowed
        return response

    answered.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie opens anything here
    return answered


@access.public
@spoken
@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, for who writes software before they have a key."""
    return HttpResponse(_document(translation.get_language() or ""), "application/json")


@cache
def _document(language: str) -> str:
    """Made once for each language: it takes a second."""
    root = reverse("api:document").removesuffix("openapi.json")
    return json.dumps(api.get_openapi_schema(path_prefix=root), cls=NinjaJSONEncoder, ensure_ascii=False)


@access.public
@spoken
def nothing_here(request: HttpRequest, **named: Any) -> HttpResponse:
    """No such address, whoever asks."""
    return answers.answer(404, answers.NOT_FOUND)


def gated(pattern: URLPattern) -> URLPattern:
    """An operation of ninja's. All of them ask for a key (tests/desks/api/test_gates.py)."""
    view = spoken(pattern.callback)
    view.gate = "token"  # type: ignore[attr-defined]
    return URLPattern(pattern.pattern, view, pattern.default_args, pattern.name)


app_name = "api"
*operations, _root = api.urls[0]  # nothing stands at the root
urlpatterns = [
    path("openapi.json", document, name="document"),
    *(gated(operation) for operation in operations if isinstance(operation, URLPattern)),
    re_path("", nothing_here),
]
