"""The wheel: what is in it, and that it works far from the checkout."""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

import pytest

from runcomfy_codegen import resources

from .conftest import CHECKOUT, Installed, run

TREES = {
    "runtime/runcomfy_runtime": "runcomfy_runtime",
    "templates": "runcomfy_codegen/_shipped/templates",
    "schemas": "runcomfy_codegen/_shipped/schemas",
    "limits": "runcomfy_codegen/_shipped/limits",
    "generator/runcomfy_codegen/demo_pages": "runcomfy_codegen/demo_pages",
}


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("source", TREES)
def test_the_wheel_holds_every_file_of(source: str, wheel: Path) -> None:
    inside = TREES[source]
    with zipfile.ZipFile(wheel) as archive:
        shipped = {
            name.removeprefix(f"{inside}/"): archive.read(name)
            for name in archive.namelist()
            if name.startswith(f"{inside}/")
        }
    assert shipped == tree(CHECKOUT / source)
    assert shipped


def test_nothing_but_our_two_packages_reaches_site_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    answer = {name for name in tops if not name.endswith(".dist-info")}
    assert answer == {"runcomfy_codegen", "runcomfy_runtime"}


def test_the_installed_tool_is_not_the_checkout(installed: Installed) -> None:
    where = installed.python("import runcomfy_codegen as it; print(it.__file__)")
    assert Path(where.strip()).is_relative_to(installed.folder)


def test_the_installed_tool_generates_the_same_bytes_from_the_root(
    installed: Installed, tmp_path: Path
) -> None:
    schemas = installed.folder / TREES["schemas"]
    there, here = (tmp_path / place / "runcomfy_client" for place in ("a", "b"))
    installed("generate", "--schemas", schemas, "--output", there)
    tool = [sys.executable, "-m", "runcomfy_codegen", "generate"]
    run([*tool, "--schemas", CHECKOUT / "schemas", "--output", here])
    assert tree(there) == tree(here)
    assert "models/bytedance/dreamina_4_0/edit.py" in tree(there)


def test_the_installed_tool_tells_the_whole_story(
    installed: Installed, tmp_path: Path
) -> None:
    answer = installed("demo", "--output", tmp_path / "demo")
    assert (tmp_path / "demo" / "runcomfy_client" / "py.typed").is_file()
    assert "Next:" in answer


def test_the_command_of_the_wheel_is_the_tool(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (
            each for each in archive.namelist() if each.endswith("entry_points.txt")
        )
        declared = archive.read(name).decode()
    assert "runcomfy-codegen = runcomfy_codegen.cli:main" in declared


def test_the_version_is_the_one_of_the_code(installed: Installed) -> None:
    from runcomfy_codegen import __version__

    assert __version__ in installed("--version")
    assert resources.template_sources("python")


def test_the_readme_of_the_wheel_links_no_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [name] = (each for each in archive.namelist() if each.endswith("/METADATA"))
        readme = archive.read(name).decode().partition("\n\n")[2]
    assert readme.startswith("# runcomfy-codegen")
    assert "docs/sandbox.md" in readme
    assert "![" not in readme
    links = re.findall(r"\]\(([^)]*)\)", readme)
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
