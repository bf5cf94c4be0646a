"""What the administration pages share: a page with one form on it, and a page that tells a secret once."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hutong.desks import access
from hutong.desks.office.forms import Form
from hutong.hotline.network.models import Role

administrators = access.for_posts(Role.ADMINISTRATOR)


def form_page(
    request: access.DeskRequest, form: Form, deed: Callable[..., object], *, title: str, back: str, done: str, note: str = "",
    danger: bool = False, secret: bool = False,
) -> HttpResponse:  # fmt: skip
    """A page with one form; once its deed is done, back with a word of it.

    `danger` is a deed that takes something away. `secret` is one that makes a password or key: it is shown once, with `done` beside it.
    """
    if request.method == "POST" and form.carry_out(deed):
        if secret:
            return render(request, "office/secret.html", {"title": title, "secret": form.made, "advice": done, "back": back})
        messages.success(request, done)
        return redirect(back)
    context = {"form": form, "title": title, "back": back, "note": note, "danger": danger}
    return render(request, "office/form.html", context, status=422 if form.errors else 200)
