"""``make docs``: the site on a local address, and an edit that appears there."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

PROGRAM = """
import sys
from pathlib import Path
from runcomfy_docs.site import serve_site
root = Path(sys.argv[1])
report = lambda broken: print(broken, file=sys.stderr, flush=True)
serve_site(root, root / "build", {}, sys.argv[2], report)
"""


def until_served(url: str, words: str, server: subprocess.Popen[bytes]) -> None:
    late = time.monotonic() + 60
    with httpx.Client(trust_env=False, timeout=10) as client:
        while time.monotonic() < late and server.poll() is None:
            try:
                if words in client.get(url).text:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
    raise AssertionError(f"{url} never said {words!r}")


def until_reported(log: Path) -> None:
    late = time.monotonic() + 60
    while b"gone.md, and there is no such file" not in log.read_bytes():
        assert time.monotonic() < late
        time.sleep(0.1)


def test_an_edited_page_is_served_and_ctrl_c_ends_the_server(
    checkout: Path, long_run: bool
) -> None:
    if not long_run:
        pytest.skip("a server that watches files takes long: pass --long")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    command = [sys.executable, "-c", PROGRAM, str(checkout), address]
    log = checkout / "errors.txt"
    with log.open("wb") as errors:
        server = subprocess.Popen(command, stderr=errors)
    try:
        until_served(f"http://{address}/page.html", "Page", server)
        page = checkout / "docs" / "page.md"
        page.write_text("# Page\n\n[gone](gone.md)\n", "utf-8")
        until_reported(log)
        page.write_text("# Page\n\nother words\n", "utf-8")
        until_served(f"http://{address}/page.html", "other words", server)
        server.send_signal(signal.SIGINT)
        assert server.wait(30) is not None
    finally:
        server.terminate()
        server.wait(30)
    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection(address.split(":")),
    ):
        pass
