"""TLS in front of a PostgreSQL that has none of its own (the embedded one is made without), as a server elsewhere speaks it."""

import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer

ASKS_FOR_TLS = bytes.fromhex("0000000804d2162f")
CHUNK = 2**16


class Front(ThreadingTCPServer):
    """Listens on `port`, before that of a PostgreSQL; without a context it says that it speaks no TLS.

    `in_clear` counts who began without it: they are left.
    """

    def __init__(self, context: ssl.SSLContext | None, behind: int) -> None:
        super().__init__(("127.0.0.1", 0), _Guest)
        self.context, self.behind, self.in_clear = context, behind, 0
        self.port = int(self.server_address[1])

    @contextmanager
    def standing(self) -> "Iterator[Front]":
        """It serves for as long as the block lasts."""
        thread = threading.Thread(target=self.serve_forever, args=(0.02,))
        thread.start()
        yield self
        self.shutdown()
        self.server_close()
        thread.join()


class _Guest(BaseRequestHandler):
    server: Front
    request: socket.socket

    def handle(self) -> None:
        if self.request.recv(len(ASKS_FOR_TLS)) != ASKS_FOR_TLS:
            self.server.in_clear += 1
        elif self.server.context is None:
            self.request.sendall(b"N")
            self.request.recv(1)
        else:
            self.request.sendall(b"S")
            with suppress(OSError), self.server.context.wrap_socket(self.request, server_side=True) as guest:
                self._pass_on(guest)

    def _pass_on(self, guest: ssl.SSLSocket) -> None:
        with socket.create_connection(("127.0.0.1", self.server.behind)) as behind:
            while True:
                for heard in [guest] if guest.pending() else select.select([guest, behind], [], [])[0]:
                    if not (data := heard.recv(CHUNK)):
                        return
                    (behind if heard is guest else guest).sendall(data)
