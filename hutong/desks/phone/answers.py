"""How the phone's pages answer a deed: with a word where it was refused, and a sign to draw anew what stands beside."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hutong.desks import access
from hutong.hotline.kernel.refusals import Refusal


def answer(request: access.DeskRequest, deed: Callable[[], object], *, back: str = "phone:window") -> HttpResponse:
    """Do it. Regions with `done from:body` draw themselves anew; where no script asks, it goes back to a page."""
    refusal: Refusal | None = None
    try:
        deed()
    except Refusal as caught:
        refusal = caught
    if not request.htmx:  # type: ignore[attr-defined]
        if refusal:
            messages.warning(request, str(refusal))
        return redirect(back)
    response = render(request, "phone/said.html", {"said": str(refusal or "")}, status=422 if refusal else 200)
    response["HX-Trigger"] = "done"
    return response
