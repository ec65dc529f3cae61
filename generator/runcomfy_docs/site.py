"""Builds and serves the site: all pages in one folder, rendered by Zensical."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from .client_page import client_page
from .command_page import command_page
from .configuration_page import configuration_page
from .examples_page import examples_page
from .model_pages import model_pages
from .navigation import SETTINGS, completed_settings
from .source_pages import ROOT_PAGES, BrokenPage, files_below, source_pages

_LOOK_PAUSE = 0.5


def made_pages(root: Path, schemas: Path) -> dict[PurePosixPath, str]:
    """The pages that are made from code and schemas, by path below the site's root."""
    reference = PurePosixPath("reference")
    return {
        reference / "client.md": client_page(root),
        reference / "command-line.md": command_page(),
        reference / "configuration.md": configuration_page(),
        PurePosixPath("examples.md"): examples_page(root),
        **model_pages(schemas),
    }


def write_pages(root: Path, folder: Path, made: Mapping[PurePosixPath, str]) -> Path:
    """Write all pages of a checkout, and the settings, into a folder. Returns the settings.

    Only what differs is written, so that a server that watches the folder renders little.
    Raises ``BrokenPage``.
    """
    written = source_pages(root, made.keys())
    texts = {**made, **written.pages}
    content = {path: text.encode("utf-8") for path, text in texts.items()}
    content |= {path: file.read_bytes() for path, file in written.files.items()}
    pages = folder / "pages"
    for path in files_below(pages) - content.keys():
        (pages / path).unlink()
    for path, data in content.items():
        _write(pages / path, data)
    # JSON is YAML, too.
    completed = json.dumps(completed_settings(root, content)).encode("utf-8")
    _write(folder / SETTINGS, completed)
    return folder / SETTINGS


def _write(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def build_site(settings: Path) -> Path:
    """Render the pages, and return the folder of the site.

    Raises ``BrokenPage`` after an error, and after a warning such as a broken link.
    """
    command = _zensical(settings, "build", "--strict", "--clean")
    done = subprocess.run(  # noqa: S603
        command, cwd=settings.parent, capture_output=True, text=True, check=False
    )
    if done.returncode:
        # It reports the places, then ends with a traceback of its own.
        report, traceback, _ = done.stderr.partition("Traceback (most recent")
        raise BrokenPage(report.strip() or traceback + done.stderr)
    return settings.parent / "site"


def serve_site(
    root: Path,
    folder: Path,
    made: Mapping[PurePosixPath, str],
    address: str,
    report: Callable[[BrokenPage], None],
) -> None:
    """Serve the site until Ctrl-C. A page that is edited is served again, unless it is broken."""
    settings = write_pages(root, folder, made)
    command = _zensical(settings, "serve", "--dev-addr", address)
    seen = dict(_edited(root))
    with subprocess.Popen(command, cwd=folder) as server:  # noqa: S603
        try:
            while server.poll() is None:
                time.sleep(_LOOK_PAUSE)
                now = dict(_edited(root))
                if now != seen:
                    seen = now
                    _write_edited(root, folder, made, report)
        finally:
            server.terminate()


def _write_edited(
    root: Path,
    folder: Path,
    made: Mapping[PurePosixPath, str],
    report: Callable[[BrokenPage], None],
) -> None:
    try:
        write_pages(root, folder, made)
    except BrokenPage as broken:
        report(broken)


def _zensical(settings: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "zensical", *arguments, "-f", settings.name]


def _edited(root: Path) -> Iterator[tuple[Path, int]]:
    """The files that people edit, with the time of their last change."""
    files = [root / f"{name}.md" for name in ROOT_PAGES]
    files += (root / "docs" / path for path in files_below(root / "docs"))
    for file in (*files, root / SETTINGS):
        yield file, file.stat().st_mtime_ns
