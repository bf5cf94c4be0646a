"""Views of the province desk."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from hutong.desks import access


@access.for_posts()
@require_GET
def board(request: access.DeskRequest) -> HttpResponse:
    """The work list."""
    return redirect("cases:work")
