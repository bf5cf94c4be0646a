"""What the administration pages share: a page with one form on it, and a page that tells a secret once."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hutong.desks import access
from hutong.desks.components.deeds import Form
from hutong.hotline.network.models import Role

administrators = access.for_posts(Role.ADMINISTRATOR)  # of offices, divisions and days
security = access.for_posts(Role.SECURITY_OFFICER)  # of people, posts, passwords and keys
keepers = access.for_posts(Role.ADMINISTRATOR, Role.SECURITY_OFFICER)


@dataclass(frozen=True)
class Page:
    """What is said around a form: its title, the words on its button, what is told once it is done, what to know before.

    `back` is where one came from, `here` its tab. `danger` is a deed that takes something away. `secret` is one that makes
    a password or key: it is shown once, with `done` beside it.
    """

    title: str
    button: str
    done: str
    back: str
    note: str = ""
    here: str = "offices"
    danger: bool = False
    secret: bool = False


def form_page(request: access.DeskRequest, form: Form, deed: Callable[..., object], page: Page) -> HttpResponse:
    """A page with one form; once its deed is done, back with a word of it."""
    if request.method == "POST" and form.carry_out(request, deed):
        if page.secret:
            return render(request, "office/secret.html", {**asdict(page), "secret": form.made})
        messages.success(request, page.done)
        return redirect(page.back)
    form.focus()
    return render(request, "office/form.html", {**asdict(page), "form": form}, status=422 if form.errors else 200)
