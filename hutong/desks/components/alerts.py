"""The alert of the frame: what of tier I this person's office has not confirmed."""

from typing import Any

from hutong.hotline.network.models import Post
from hutong.hotline.notices import queries

SHOWN = 3


def alerts_of(post: Post) -> dict[str, Any]:
    """Used by every page, and by the region alone."""
    asked = queries.to_acknowledge(post)
    return {"asked": asked[:SHOWN], "more": len(asked[SHOWN:]), "post": post}
