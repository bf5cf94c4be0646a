"""An office's own software, as it speaks to the API; and requests made out of the API's own document."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from ninja.responses import NinjaJSONEncoder

from hutong.desks.api.service import api
from hutong.hotline.cases.models import Case
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network import actions as network
from tests import cast

NOBODY = UUID("00000000-0000-7000-8000-000000000000")


def token(username: str) -> str:
    """A new key of software that acts as the post of a member of the cast."""
    return network.make_token(post=cast.post(username), name=f"接口 {new_id()}", by=None, at=timezone.now())


@dataclass
class Software:
    """Software of the office of a member of the cast."""

    key: str
    language: str = ""

    @classmethod
    def of(cls, username: str, language: str = "") -> "Software":
        return cls(token(username), language)

    def send(self, method: str, address: str, data: Any = None, *, key: str = "", **query: Any) -> HttpResponse:
        """One request, with any body."""
        headers = {"Authorization": f"Bearer {self.key}", "Accept-Language": self.language, "Idempotency-Key": key}
        said = {name: value for name, value in headers.items() if value and value != "Bearer "}
        body = data if isinstance(data, bytes) else b"" if data is None else json.dumps(data).encode()
        client = Client(enforce_csrf_checks=True)
        return client.generic(method, f"/api/{address}", body, "application/json", headers=said, query_params=query)  # type: ignore[return-value]

    def get(self, address: str, **query: Any) -> HttpResponse:
        return self.send("GET", address, **query)

    def post(self, address: str, data: Any, *, key: str = "") -> HttpResponse:
        return self.send("POST", address, data, key=key)

    def act(self, case: Case, code: str, **body: Any) -> HttpResponse:
        """Do something to a case, having seen it as it stands."""
        return self.post(f"cases/{case.pk}/actions/{code}", {"seen": case.version} | body)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/"), cls=NinjaJSONEncoder))
    return found


def operations() -> list[tuple[str, str]]:
    """Each method and address of the document."""
    return [(method.upper(), path) for path, methods in document()["paths"].items() for method in methods]


def smallest(schema: dict[str, Any]) -> Any:
    """The smallest thing that fits a schema of the document."""
    if "$ref" in schema:
        return smallest(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return smallest(schema["anyOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "object":
        return {name: smallest(schema["properties"][name]) for name in schema.get("required", ())}
    return str(NOBODY) if schema.get("format") == "uuid" else {"string": "x", "integer": 1, "boolean": True, "array": []}[schema["type"]]


def ask(software: Software, method: str, path: str, about: UUID = NOBODY) -> HttpResponse:
    """A lawful request of an operation, about a thing of this id."""
    content = document()["paths"][path][method.lower()].get("requestBody")
    body = smallest(content["content"]["application/json"]["schema"]) if content else None
    address = path.removeprefix("/api/").format(case_id=about, contact_id=about)
    return software.send(method, address, body, key="k")
