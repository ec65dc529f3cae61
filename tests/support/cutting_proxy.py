"""A proxy in front of a database, which cuts connections at a chosen moment."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable

from support.loopback_server import LoopbackServer


class CuttingProxy:
    """Forwards bytes. ``cut`` decides on each message of the client.

    ``before``: the server does not get it. ``after``: the server gets it and answers, and the
    client does not get the answer.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self.cut: Callable[[bytes], str] = lambda _: ""
        self.down = False
        """Whether every connection is refused."""
        self._server = LoopbackServer(self._serve)
        self.port = self._server.port

    def _serve(self, client: socket.socket) -> None:
        if self.down:
            return
        with socket.create_connection(("127.0.0.1", self._target)) as server:
            while True:
                ready, _, _ = select.select([client, server], [], [], 30)
                for source in ready:
                    if not self._forward(source, client, server):
                        return

    def _forward(
        self, source: socket.socket, client: socket.socket, server: socket.socket
    ) -> bool:
        """Forward what is there, and return whether the connection goes on."""
        content = source.recv(1 << 20)
        if not content or self.down:
            return False
        if source is server:
            client.sendall(content)
            return True
        action = self.cut(content)
        if action == "before":
            return False
        server.sendall(content)
        if action == "after":
            server.recv(1 << 20)
            return False
        return True

    def stop(self) -> None:
        self._server.stop()

    def __enter__(self) -> CuttingProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
