"""What browsers are told about every page: whose scripts may run, and to keep nothing."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse


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


class HeadersMiddleware:
    """No script or style but our own files, and no copy on a shared desk's disk."""

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
        response.setdefault("Content-Security-Policy", self.policy)
        response.setdefault("Cache-Control", "no-store")
        return response
