"""The alert of the frame: what of tier I this person's office has not confirmed."""

from typing import Any

from hutong.desks import access
from hutong.hotline.notices import queries

SHOWN = 3


def alerts_of(request: access.DeskRequest) -> dict[str, Any]:
    """Used by every page, and by the region alone; the log has which cases it showed."""
    asked = queries.to_acknowledge(request.post)
    access.shown(request, asked[:SHOWN], part="notices:alerts", beside=True)
    return {"asked": asked[:SHOWN], "more": len(asked[SHOWN:]), "post": request.post}
