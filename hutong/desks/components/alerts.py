"""The alert of the frame: what of tier I this person's office has not confirmed, and for an hour what they were told of an account."""

from typing import Any

from hutong.desks import access
from hutong.hotline.notices import queries
from hutong.hotline.notices.rules import ALARMS

SHOWN = 3


def alerts_of(request: access.DeskRequest) -> dict[str, Any]:
    """Used by every page, and by the region alone; the log has which cases it showed."""
    asked, many = queries.to_acknowledge(request.post, SHOWN)
    access.shown(request, asked, part="notices:alerts", beside=True)
    told = [ALARMS[verb] for verb in dict.fromkeys(request.sign_in.told)]  # type: ignore[attr-defined]  # with the session
    return {"asked": asked, "more": many - len(asked), "told": told, "post": request.post}
