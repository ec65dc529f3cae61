"""A headless Chromium, driven over its debugging pipe: no driver, no other package."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--remote-debugging-pipe",
)


class Browser:
    """One tab."""

    def __init__(self, send: int, receive: int) -> None:
        self._send = send
        self._received = os.fdopen(receive, "rb", buffering=0)
        self._buffer = b""
        self._numbers = itertools.count(1)
        self._session = ""

    def open(self, url: str) -> None:
        """Load a page."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self.call("Page.navigate", url=url)

    def value(self, script: str) -> Any:
        """What a script gives, promises awaited."""
        reply = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in reply, reply
        return reply["result"].get("value")

    def until(self, script: str, seconds: float = 20) -> None:
        """Wait until a script gives something true."""
        late = time.monotonic() + seconds
        while not self.value(script):
            assert time.monotonic() < late, script
            time.sleep(0.05)

    def call(self, method: str, **parameters: Any) -> Any:
        """One call of the DevTools protocol."""
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while True:
            reply = self._next()
            if reply.get("id") == number:
                assert "error" not in reply, reply
                return reply["result"]

    def close(self) -> None:
        """Close both ends; the browser leaves then."""
        os.close(self._send)
        self._received.close()

    def _next(self) -> Any:
        while b"\0" not in self._buffer:
            piece = self._received.read(65536)
            assert piece, "the browser is gone"
            self._buffer += piece
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)


@contextmanager
def browser(profile: Path) -> Generator[Browser]:
    """A browser with an empty profile, gone at the end."""
    their_input, our_output = os.pipe()
    our_input, their_output = os.pipe()
    line = f'exec "$@" 3<&{their_input} 4>&{their_output}'
    command = [
        "bash",
        "-c",
        line,
        "sh",
        str(CHROMIUM),
        *_FLAGS,
        f"--user-data-dir={profile}",
    ]
    with subprocess.Popen(
        command,
        pass_fds=(their_input, their_output),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(their_input)
        os.close(their_output)
        tab = Browser(our_output, our_input)
        try:
            yield tab
        finally:
            tab.close()
            process.terminate()
