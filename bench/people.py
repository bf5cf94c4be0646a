"""Who uses the product in the bench: people of the hotline centres, signed in through the form, each at their own post."""

from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from uuid import UUID

import httpx
from django.utils import timezone

from bench.product import ORIGIN
from hutong.hotline.cases.models import Case
from hutong.hotline.network.demo import PASSWORD, code
from hutong.hotline.network.models import Office, OfficeKind, Post, Role

DESK = (Role.OPERATOR, Role.SHIFT_LEAD, Role.COORDINATOR)
KNOWN = 100  # cases that a person opens in turn: fewer than are remarkable within an hour (cases.pace)


@dataclass
class User:
    """A signed-in browser, and what its person works on."""

    post: Post
    place: str
    client: httpx.Client
    above: httpx.Client  # the province's supervisor, whose board counts this person's work
    cases: "cycle[UUID]" = field(default_factory=lambda: cycle(()))

    def get(self, address: str) -> httpx.Response:
        """A page, as it must come."""
        return self._right(self.client.get(address), 200)

    def get_above(self, address: str) -> httpx.Response:
        """A page of the province's supervisor."""
        return self._right(self.above.get(address), 200)

    def send(self, address: str, data: dict[str, Any]) -> httpx.Response:
        """A form handed in, as the page would; accepted forms lead elsewhere."""
        token = self.client.cookies["csrftoken"]
        return self._right(self.client.post(address, data=data | {"csrfmiddlewaretoken": token}, headers={"Referer": ORIGIN}), 302)

    def _right(self, answer: httpx.Response, status: int) -> httpx.Response:
        if answer.status_code != status:
            raise RuntimeError(f"{self.post}: {answer.request.method} {answer.request.url} gave {answer.status_code}\n{answer.text[:300]}")
        return answer


def sign_in(count: int) -> list[User]:
    """So many people of the centres, the largest centre's first, each with one post."""
    home = Office.objects.get(code="HC-6101")
    posts = Post.objects.filter(office__kind=OfficeKind.HOTLINE_CENTRE, role__in=DESK, office__division__code__startswith="61")
    once = {
        post.staff_id: post
        for post in posts.select_related("staff", "office__parent", "office__division").order_by("staff__username", "role")
    }
    ordered = sorted(once.values(), key=lambda post: (post.office_id != home.pk, post.staff.username))
    single = [post for post in ordered if post.staff.posts.count() == 1]
    above = _browser("sheng")
    return [_at_work(post, above) for post in single[:count]]


def _at_work(post: Post, above: httpx.Client) -> User:
    county = post.office.children.filter(kind=OfficeKind.COUNTY_BUREAU).order_by("code").values_list("division__name", flat=True)
    user = User(post, str(county[0]), _browser(post.staff.username), above)
    known = Case.objects.filter(centre=post.office_id).order_by("number").values_list("pk", flat=True)
    user.cases = cycle(list(known[:: max(1, known.count() // KNOWN)]))
    return user


def _browser(username: str) -> httpx.Client:
    """A browser in which somebody has signed in."""
    client = httpx.Client(base_url=ORIGIN, timeout=60)
    client.get("/account/sign-in").raise_for_status()
    steps = {"sign-in": {"username": username, "password": PASSWORD}, "second-step": {}}
    for step, form in steps.items():
        given = form or {"code": code(username, at=timezone.now())}
        token = {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
        if client.post(f"/account/{step}", data=given | token, headers={"Referer": ORIGIN}).status_code != 302:
            raise RuntimeError(f"{username} could not sign in: {step}")
    return client
