"""The API itself: whose key opens it, and what is mounted in it."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.parser import Parser
from ninja.security import HttpBearer

from hutong.desks.api import actions, answers, cases, contacts
from hutong.hotline.cases.queries import READS_NO_CASES
from hutong.hotline.kernel import wall
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Post

KEEPS_THE_NETWORK = Reason("not_yours", _("管理员和审计员的岗位不办理个案。"), _("请用办理个案的岗位建立密钥。"))


class Token(HttpBearer):
    """The key of an office's own software. The request acts as the key's post, with its rights and no others."""

    def authenticate(self, request: HttpRequest, token: str) -> Post | None:
        post = network.post_of_token(token, on=timezone.localdate())
        if post and post.role in READS_NO_CASES:
            raise Refusal(KEEPS_THE_NETWORK)
        request.post = post  # type: ignore[attr-defined]
        if post:
            wall.enter(post.pk)  # PostMiddleware leaves
        return post


class BlankIsNoFilter(Parser):
    """`?stage=&tier=I` asks for a tier, and for no stage."""

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> dict[str, Any]:
        return {name: value for name, value in super().parse_querydict(data, list_fields, request).items() if value != ""}


api = NinjaAPI(
    title="护童 Hutong 12349",
    version="1",
    description="A request acts as the post of its key, by the same rules as the screens. Accept-Language: zh or en.",
    urls_namespace="api",
    openapi_url=None,  # served by urls.py
    docs_url=None,  # its page would load scripts from elsewhere
    auth=Token(),
    parser=BlankIsNoFilter(),
)
for error, handler in answers.HANDLERS.items():
    api.add_exception_handler(error, handler)
for part in (contacts, cases, actions):
    api.add_router("", part.router)
