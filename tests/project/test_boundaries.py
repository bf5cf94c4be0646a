"""Where one request ends and the next begins is beyond doubt: of a connection that says it twice, nothing further is answered."""

import socket
from contextlib import suppress

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
PLAIN = f"{HEAD}Content-Length: 0\r\n\r\n{SECOND}"


def answers(port: int, sent: str) -> list[str]:
    """The status lines that come back over one connection, until it is closed or silent."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=3) as connection:
        connection.sendall(sent.encode())
        with suppress(TimeoutError, ConnectionError):
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


def test_a_plain_second_request_is_heard_by_the_pages_and_never_by_the_stream(product: Product) -> None:
    """What the test above listens for is there to be heard; the stream ends each connection with its answer."""
    assert [line.split()[1] for line in answers(product.port, PLAIN)] == ["403", "200"]
    assert len(answers(product.port + 1, PLAIN)) == 1
