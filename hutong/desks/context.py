"""What every page knows: who looks at it, in which post, and where the live stream is."""

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:
    """Context of the frame around every page."""
    return {"post": getattr(request, "post", None), "live_url": settings.LIVE_URL, "demo": settings.DEMO}
