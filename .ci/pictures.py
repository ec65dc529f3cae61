"""Make the pictures of the README again: a terminal, and the page of the sandbox.

    python .ci/pictures.py            # needs Chromium for the page
    python .ci/pictures.py --check    # exit 1 if a picture no longer shows what there is

The terminal shows what the commands really print. The picture of the page keeps the hash of the
page that it shows.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
TERMINAL, WATCH = PICTURES / "terminal.svg", PICTURES / "watch.png"
PAGE = ROOT / "generator" / "runcomfy_codegen" / "sandbox" / "watch.html"
HASH = "sha256 of watch.html"
PAINTER = "google/nano-banana-2-lite/text-to-image"
SESSION = (
    "runcomfy-codegen models nano-banana",
    'runcomfy-codegen validate bytedance/dreamina-4-0/edit prompt="A girl on a boat"'
    " image_urls=@boat.png scale=1.5 promt=x",
    f'runcomfy-codegen run {PAINTER} prompt="A girl on a boat" --sandbox',
)
"""What is typed. The folder has a ``boat.png``."""
_WIDTH = 100
_TEXT = "{http://www.w3.org/2000/svg}text"


def terminal_svg() -> str:
    """A picture of the session: each command, and what it prints."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / "docs" / "boat.png", folder)
        shutil.copytree(ROOT / "schemas", Path(folder, "schemas"))
        for line in SESSION:
            console.print(Text.assemble(("$ ", "bold green"), (line, "bold")))
            console.print(Text.from_ansi(_printed(shlex.split(line), Path(folder))))
    svg = console.export_svg(title="runcomfy-codegen", unique_id="runcomfy")
    # Nothing is fetched: a viewer has its own font.
    return re.sub(r" *@font-face {.*?}\n", "", svg, flags=re.DOTALL)


def _printed(words: list[str], folder: Path) -> str:
    """What a command shows on a terminal. A bar is shown once, at its end, without times."""
    import pty

    ours, theirs = pty.openpty()
    tool = [sys.executable, "-m", "runcomfy_codegen", *words[1:]]
    term = "dumb" if "--sandbox" in words else "xterm"
    environment = {"PATH": os.defpath, "TERM": term, "COLUMNS": str(_WIDTH)}
    process = subprocess.Popen(  # noqa: S603 - our own command
        tool, cwd=folder, env=environment, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = bytearray()
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass  # Linux says so when the other end is closed
    os.close(ours)
    process.wait()
    text = re.sub(r" +\d:\d\d:\d\d|(?<= kB) +\S.*|\r", "", shown.decode())
    return re.sub(r"\n{2,}", "\n", text).strip("\n") + "\n"


def svg_text(svg: str) -> str:
    """The text in a picture of a terminal, without white space."""
    texts = ElementTree.fromstring(svg).iter(_TEXT)  # noqa: S314 - our own picture
    return "".join("".join("".join(node.itertext()).split()) for node in texts)


def watch_png() -> bytes:
    """A picture of the page of a sandbox with some jobs."""
    sys.path.insert(0, str(ROOT / "tests"))
    from runcomfy_codegen.api import load
    from runcomfy_codegen.sandbox import Sandbox
    from sandbox.browser import browser

    models = load(schemas=ROOT / "schemas").by_id
    with (
        tempfile.TemporaryDirectory() as profile,
        Sandbox(models, drive="steps") as sandbox,
        browser(Path(profile)) as tab,
    ):
        count = _submit_jobs(sandbox)
        tab.open(sandbox.watch_url)
        size = {"width": 1280, "height": 760, "deviceScaleFactor": 1, "mobile": False}
        tab.call("Emulation.setDeviceMetricsOverride", **size)
        light = [{"name": "prefers-color-scheme", "value": "light"}]
        tab.call("Emulation.setEmulatedMedia", features=light)
        tab.until(f"document.querySelectorAll('article').length === {count}")
        tab.until("document.querySelector('img')?.naturalWidth > 0")
        shot = tab.call("Page.captureScreenshot", format="png")["data"]
    return _with_hash(base64.b64decode(shot))


def _submit_jobs(sandbox: Any) -> int:
    """Jobs in every state. Returns how many."""
    from runcomfy_runtime.client import RunComfy

    film = "kling/kling-3.0/pro/text-to-video"
    jobs = (
        (film, {"prompt": "A boat leaves the harbour [sandbox: failed-job]"}, 3),
        (PAINTER, {"prompt": "A gull over the pier"}, 2),
        (film, {"prompt": "Waves, in slow motion"}, 0),
        (PAINTER, {"prompt": "A girl on a boat", "aspect_ratio": "16:9"}, 3),
    )
    with RunComfy(token=sandbox.token, base_url=sandbox.url) as client:
        for model_id, payload, steps in jobs:
            job = client.submit(model_id, payload)
            for _ in range(steps):
                sandbox.step(job.request_id)
    return len(jobs)


def _with_hash(png: bytes) -> bytes:
    """The picture with fewer colours, and with the hash of the page that it shows."""
    from PIL import Image, PngImagePlugin

    about = PngImagePlugin.PngInfo()
    about.add_text(HASH, page_hash())
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(255)
    made = io.BytesIO()
    picture.save(made, "PNG", optimize=True, pnginfo=about)
    return made.getvalue()


def page_hash() -> str:
    """The hash of the page as it is now."""
    return hashlib.sha256(PAGE.read_bytes()).hexdigest()


def stale(*, terminal: bool = True) -> list[Path]:
    """The pictures that no longer show what there is."""
    from PIL import Image

    found: list[Path] = []
    if terminal and svg_text(TERMINAL.read_text("utf-8")) != svg_text(terminal_svg()):
        found.append(TERMINAL)
    with Image.open(WATCH) as picture:
        if picture.info.get(HASH) != page_hash():
            found.append(WATCH)
    return found


def main(arguments: list[str]) -> int:
    """Make the pictures, or check them."""
    if "--check" in arguments:
        for path in (old := stale()):
            print(f"{path.relative_to(ROOT)} is stale: python .ci/pictures.py")
        return int(bool(old))
    PICTURES.mkdir(exist_ok=True)
    TERMINAL.write_text(terminal_svg(), encoding="utf-8")
    WATCH.write_bytes(watch_png())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
