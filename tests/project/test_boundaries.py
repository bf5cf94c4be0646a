"""Where one request ends and the next begins is beyond doubt: of a connection that says it twice, nothing further is answered."""

import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.project.product import Product

pytestmark = pytest.mark.slow

# What a proxy before us could take for the body of the first request, or for a second one.
SECOND = "GET /account/sign-in?smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
HEAD = "POST /account/language HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
DOUBTFUL = {
    "a length and chunks": f"{HEAD}Content-Length: {5 + len(SECOND)}\r\n{CHUNKED}\r\n0\r\n\r\n{SECOND}",
    "chunks and a length": f"{HEAD}{CHUNKED}Content-Length: {5 + len(SECOND)}\r\n\r\n0\r\n\r\n{SECOND}",
    "two lengths": f"{HEAD}Content-Length: 0\r\nContent-Length: {len(SECOND)}\r\n\r\n{SECOND}",
    "two lengths in one": f"{HEAD}Content-Length: 0, {len(SECOND)}\r\n\r\n{SECOND}",
    "a length with a sign": f"{HEAD}Content-Length: +0\r\n\r\n{SECOND}",
    "a folded header": f"{HEAD}X-Folded: one\r\n Content-Length: {len(SECOND)}\r\nContent-Length: 0\r\n\r\n{SECOND}",
    "a folded encoding": f"{HEAD}Transfer-Encoding:\r\n chunked\r\nContent-Length: {5 + len(SECOND)}\r\n\r\n0\r\n\r\n{SECOND}",
    "a space before the colon": f"{HEAD}Transfer-Encoding : chunked\r\nContent-Length: {5 + len(SECOND)}\r\n\r\n0\r\n\r\n{SECOND}",
    "an encoding that is none": f"{HEAD}Transfer-Encoding: xchunked\r\nContent-Length: {5 + len(SECOND)}\r\n\r\n0\r\n\r\n{SECOND}",
    "chunked twice": f"{HEAD}{CHUNKED}{CHUNKED}\r\n0\r\n\r\n{SECOND}",
    "a chunk of no size": f"{HEAD}{CHUNKED}\r\n0x0\r\n\r\n{SECOND}",
}
PLAIN = SECOND.replace("smuggled", "plain")


class Naive(BaseHTTPRequestHandler):
    """A server that answers whatever comes over a connection, one after the other."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_said: object) -> None:
        """Nothing."""


def answers(port: int, sent: str) -> list[str]:
    """The status lines that come back over one connection, on which after the first answer another request follows, as a proxy's does."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=3) as connection, suppress(TimeoutError, ConnectionError):
        connection.sendall(sent.encode())
        heard += connection.recv(65536)
        connection.sendall(SECOND.encode())
        while part := connection.recv(65536):
            heard += part
    return [line for line in heard.decode(errors="replace").split("\r\n") if line.startswith("HTTP/1.1 ")]


@pytest.mark.parametrize("kind", DOUBTFUL)
@pytest.mark.parametrize("process", ["web", "live"])
def test_what_says_its_end_twice_is_answered_once_at_the_most(product: Product, process: str, kind: str) -> None:
    port = product.port + (process == "live")
    found = answers(port, DOUBTFUL[kind])
    assert len(found) <= 1, found
    assert not any(line.startswith("HTTP/1.1 2") for line in found), found


def test_a_plain_request_is_answered_and_what_comes_after_the_streams_answer_is_not(product: Product) -> None:
    assert answers(product.port, PLAIN)[0].split()[1] == "200"
    assert len(answers(product.port + 1, PLAIN)) == 1


def test_a_second_answer_would_be_heard() -> None:
    """What the tests above listen for: of a server that takes one request after the other they hear both."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Naive)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert len(answers(server.server_port, PLAIN)) == 2
    finally:
        server.shutdown()
        server.server_close()
