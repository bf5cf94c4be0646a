"""A provider as apprise meets it: a real HTTP server on this machine, which answers, refuses or keeps one waiting as it is told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.certificates import Authority


class Provider(ThreadingHTTPServer):
    """`heard` is what reached it; `status` what it answers; an answer waits until `open` is set."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[dict[str, Any]] = []
        self.status, self.body = 200, b""
        self.headers: dict[str, str] = {}
        self.open = threading.Event()
        self.open.set()

    @property
    def address(self) -> str:
        """Its address, with a secret in it."""
        return f"json://clerk:wordofmouth@127.0.0.1:{self.server_port}/hook/3f9a77e1c0de"

    @property
    def texts(self) -> list[str]:
        """What was said."""
        return [each["message"] for each in self.heard]

    def speak_tls(self, folder: Path) -> None:
        """From now on, with a certificate of an authority (`authority.pem` in the folder) that nobody knows."""
        context = Authority(folder).server("127.0.0.1")
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up is no error."""


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.heard.append(json.loads(self.rfile.read(length)))
        self.server.open.wait(60)
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_args: object) -> None:
        """Nothing: the tests speak for themselves."""


@contextmanager
def provider() -> Iterator[Provider]:
    """One that runs for as long as the block lasts."""
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.open.set()
    server.shutdown()
    server.server_close()
    thread.join()
