"""A small identity provider: metadata, keys, tokens. What it answers, a test says; it is asked as a real one is, without a network."""

import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

ISSUER = "https://id.example.gov.cn"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Idp:
    """`claims` go into the next token over the usual ones; `key` and `algorithm` sign it; `metadata` over the usual ones; `is_down`."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.key: Any = KEY
        self.algorithm, self.is_down, self.nonce = "RS256", False, ""

    def request(self, _method: str, url: str, **_more: Any) -> requests.Response:
        """In place of `requests.Session.request`."""
        if self.is_down:
            raise requests.ConnectionError
        path = urlsplit(url).path
        answer = requests.Response()
        answer.status_code, answer._content = 200, json.dumps(self._answers(path)).encode()
        answer.headers["Content-Type"] = "application/json"
        return answer

    def _answers(self, path: str) -> dict[str, Any]:
        if path.endswith("/keys"):
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            return {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}
        if path.endswith("/token"):
            return {"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": self._token()}
        ends = {f"{name}_endpoint": f"{ISSUER}/{name}" for name in ("authorization", "token", "userinfo")}
        return {"issuer": ISSUER, **ends, "jwks_uri": f"{ISSUER}/keys", **self.metadata}

    def _token(self) -> str:
        now = int(time.time())
        usual = {"iss": ISSUER, "aud": "hutong", "sub": "1", "iat": now, "exp": now + 60, "nonce": self.nonce}
        claims = {name: value for name, value in {**usual, **self.claims}.items() if value is not None}
        return jwt.encode(claims, self.key, algorithm=self.algorithm, headers={"kid": "one"})

    def sign_in(self, client: Client, start: str = "/account/provider?next=/account/security", *, post: bool = False) -> Any:
        """Go there and come back."""
        there = client.post(start) if post else client.get(start)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(there["Location"]).query).items()}
        self.asked, self.nonce = asked, asked.get("nonce", "")
        return client.get(urlsplit(asked["redirect_uri"]).path, {"code": "c", "state": asked["state"]})
