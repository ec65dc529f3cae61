"""The site, built once for all tests: the pages of this checkout, and a hostile model."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from runcomfy_codegen.api import import_sources
from runcomfy_docs.site import build_site, made_pages, write_pages
from runcomfy_docs.source_pages import ROOT_PAGES, site_path
from support.pages import ROOT

SCRIPT = "<script>window.stolen = 1</script>"
HOSTILE = "\n\n".join(
    (
        f"{SCRIPT} <img src=x onerror='window.stolen=1'>",
        "[click](javascript:stolen) ![p](https://evil.invalid/p.png) <https://evil.invalid>",
        "```\nfence\n```",
        "    indented\n# heading\n- item\n1. first\n> quote\n---\n| a | b |\n|---|---|",
        '::: runcomfy_runtime\n--8<-- "pyproject.toml"\n{{ 7 * 7 }} {% raw %}',
        "**bold** `code` :smile: {: onclick=stolen } &lt;b&gt; &amp; \\* https://evil.invalid",
        "<!-- include ../../pyproject.toml --> </div></article> \u202e \x1b[31m",
    )
)
MODEL_ID = "evil/<b onmouseover=stolen>-*x*-[y](z)</title><script>stolen</script>"


def hostile_entry() -> dict[str, Any]:
    """A catalog entry with such a text wherever one is published."""
    return {
        "model_id": MODEL_ID,
        "display_name": HOSTILE,
        "description": HOSTILE,
        "kind": "model",
        "categories": [HOSTILE],
        "base_price_usd": 1,
        "price_unit": HOSTILE,
        "input_schema": {
            "type": "object",
            "required": ["prompt", f"image {SCRIPT}"],
            "properties": {
                "prompt": {
                    "type": "string",
                    "title": HOSTILE,
                    "description": HOSTILE,
                    "default": f"'; touch stolen; ```\n```\n'$(touch stolen) {SCRIPT}",
                },
                f"image {SCRIPT}": {
                    "type": "string",
                    "format": "image_uri",
                    "validations": [
                        {
                            "validation_rule": "width_pixels<=",
                            "validation_value": 4096,
                            "validation_error": HOSTILE,
                        }
                    ],
                },
                "choice": {
                    "type": "string",
                    "enum": [HOSTILE, "b"],
                    "default": HOSTILE,
                },
            },
        },
    }


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with ``pages`` and ``site``. All processes of a test run share it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    folder = folder / "the site"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            schemas = folder / "schemas"
            shutil.copytree(ROOT / "schemas", schemas)
            entry = json.dumps(hostile_entry()).encode()
            assert import_sources(entry, schemas=schemas).ok
            build_site(write_pages(ROOT, folder, made_pages(ROOT, schemas)))
            (folder / "done").touch()
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small checkout: the pages of the root, and one in ``docs/``."""
    for name in ROOT_PAGES:
        (tmp_path / f"{name}.md").write_text(f"# {name}\n", "utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text("# Page\n", "utf-8")
    listed = [site_path(PurePosixPath(f"{name}.md")) for name in ROOT_PAGES]
    nav = [{"P": str(path)} for path in [*listed, "page.md"]]
    settings = {
        "site_name": "s",
        "use_directory_urls": False,
        "validation": {"links": {"anchors": "warn"}},
    }
    (tmp_path / "mkdocs.yml").write_text(json.dumps({**settings, "nav": nav}), "utf-8")
    return tmp_path
