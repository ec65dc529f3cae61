"""Make the sync half of the client from the async half, which is the one to edit.

    python runtime/make_sync.py            # write the sync files
    python runtime/make_sync.py --check    # exit with 1 if one of them is not up to date

Words are replaced, blocks between ``# async only`` and ``# end`` are dropped, and ruff and
black tidy the result.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

RUNTIME = Path(__file__).parent / "runcomfy_runtime"
ASYNC_FILES = (
    "async_batch_calls.py",
    "async_catalog_calls.py",
    "async_client.py",
    "async_job.py",
    "async_named_batch.py",
    "http/async_connection_pool.py",
    "http/async_deadline_transport.py",
    "media/fetch/async_client.py",
)
HEADER = (
    "# Made from {} by runtime/make_sync.py: edit that file, then run the script.\n"
)
ASYNC_ONLY = re.compile(r"^ *# async only.*?^ *# end\n", re.DOTALL | re.MULTILINE)
WORDS = {
    r"\bawait ": "",
    r"\basync (def|for|with)\b": r"\1",
    r"\bAnyIOBackend\b": "SyncBackend",
    r"\bhandle_async_request\b": "handle_request",
    r"\b__a(enter|exit|iter|next)__": r"__\1__",
    r"\ba(close|next|iter)\b": r"\1",
    r"\bAsync([A-Z]\w*)": r"\1",
    r"\basync_(\w+)": r"\1",
    r"\b(\w+)_async\b": r"\1",
}


def main() -> int:
    """Write every sync file, or with ``--check`` name those that are out of date."""
    stale = 0
    for name in ASYNC_FILES:
        source, target = RUNTIME / name, RUNTIME / name.replace("async_", "")
        text = sync_text(source.read_text("utf-8"), name)
        if "--check" not in sys.argv:
            target.write_text(text, "utf-8")
        elif target.read_text("utf-8") != text:
            print(f"{target} is out of date: run python runtime/make_sync.py")
            stale = 1
    return stale


def sync_text(text: str, name: str) -> str:
    """The sync form of a file's text."""
    text = ASYNC_ONLY.sub("", text)
    for word, replacement in WORDS.items():
        text = re.sub(word, replacement, text)
    text = HEADER.format(name) + text
    for tool in ("ruff check --quiet --fix-only --select I,F401 -", "black --quiet -"):
        command = [sys.executable, "-m", *tool.split()]
        text = subprocess.run(  # noqa: S603 - our own tools
            command, input=text, capture_output=True, text=True, check=True
        ).stdout
    return text


if __name__ == "__main__":
    sys.exit(main())
