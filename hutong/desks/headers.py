"""What browsers are told about every page: whose scripts may run, and to keep nothing."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hutong.desks import errors


class ProxyMiddleware:
    """Behind our own proxy, who asks is whoever the proxy names last; what the browser itself wrote there counts for nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.BEHIND_PROXY and (told := request.headers.get("X-Forwarded-For")):
            request.META["REMOTE_ADDR"] = told.rpartition(",")[2].strip()
        return self.get_response(request)


def _origin(address: str) -> str:
    """Without the path: a policy names a host and its port."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


class FetchMiddleware:
    """What a page of another site asks for is refused, whatever cookies come along: from there leads a link to a whole page alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"} and not _is_link(request):
            return errors.from_elsewhere(request)
        return self.get_response(request)


def _is_link(request: HttpRequest) -> bool:
    is_page = request.headers.get("Sec-Fetch-Mode") == "navigate" and request.headers.get("Sec-Fetch-Dest") == "document"
    return request.method in {"GET", "HEAD"} and is_page


# Of what is no page, and yet opened as one: it runs nothing, loads nothing, and stands in nobody's frame.
NO_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"


class HeadersMiddleware:
    """No script or style but our own files, no copy on a shared desk's disk, and nothing of it inside another site's page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = "; ".join(
            (
                "default-src 'self'",
                " ".join(("connect-src 'self'", *filter(None, (settings.LIVE_URL, _origin(settings.PHONE_URL))))),
                "img-src 'self' data:",
                "object-src 'none'",
                "base-uri 'none'",
                "form-action 'self'",
                "frame-ancestors 'none'",
            )
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        response.setdefault("Content-Security-Policy", self.policy if is_page else NO_PAGE)
        response.setdefault("Cache-Control", "no-store")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
