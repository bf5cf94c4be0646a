"""What every page knows: who looks at it, in which post, with which desks, and where the live stream is."""

import time

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from hutong.desks.navigation import desks_of
from hutong.hotline.supervision import queries as supervision


def page(request: HttpRequest) -> dict[str, object]:
    """Context of the frame around every page. `drawn_at` (seconds since 1970) lets the page catch up and set its clocks."""
    post = getattr(request, "post", None)
    return {
        "post": post,
        "desks": desks_of(post) if post else (),
        "orders_waiting": SimpleLazyObject(lambda: supervision.waiting(post) if post else 0),  # asked only where the bar is drawn
        "live_url": settings.LIVE_URL,
        "drawn_at": f"{time.time():.3f}",
    }
