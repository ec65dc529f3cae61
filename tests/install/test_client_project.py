"""``generate --meta``: a project around the package, which builds, installs and is never overwritten."""

from __future__ import annotations

import runpy
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from support.command_line import Shell

from .conftest import CHECKOUT, run

MODELS = "google/nano-banana-2-lite/*"
PROGRAM = """
from runcomfy_client import RunComfy
from runcomfy_client.models.google.nano_banana_2_lite import text_to_image
with RunComfy(token="none") as client:
    print(client.validate(text_to_image.Input(prompt="A boat")).ok)
"""


def generate(shell: Shell, *more: str) -> str:
    answer = shell("generate", "--meta", "client", "--models", MODELS, *more)
    assert answer.code == 0, answer.err
    return answer.err


def test_the_project_builds_a_wheel_that_runs_alone(
    shell: Shell, bare_python: Path, tmp_path: Path
) -> None:
    (tmp_path / ".gitignore").write_text("client\n")
    generate(shell)
    project = tomllib.loads((shell.folder / "client/pyproject.toml").read_text())
    assert project["project"]["name"] == "runcomfy-client"
    needed = [text.partition(">=")[0] for text in project["project"]["dependencies"]]
    assert sorted(needed) == ["httpx", "pydantic"]
    build = ["-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist"]
    run([sys.executable, *build], shell.folder / "client")
    [wheel] = (tmp_path / "dist").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "installed")
    assert {
        "runcomfy_client/py.typed",
        "runcomfy_client/runcomfy-codegen.lock",
    } <= names
    done = run([bare_python, "-c", PROGRAM], tmp_path / "installed")
    assert done == "True\n"


def test_files_of_the_user_stay_and_ours_follow_the_package(shell: Shell) -> None:
    generate(shell)
    readme = shell.folder / "client/README.md"
    assert "text-to-image" in readme.read_text()
    shell.write("client/pyproject.toml", "# mine\n")
    narrower = shell(
        *("generate", "--meta", "client", "--models", "google/nano-banana-2-lite/edit")
    )
    assert narrower.code == 0
    assert "pyproject.toml: kept" in narrower.err
    assert (shell.folder / "client/pyproject.toml").read_text() == "# mine\n"
    assert "text-to-image" not in readme.read_text()
    edited = readme.read_text() + "Ours.\n"
    readme.write_text(edited)
    assert "README.md: kept" in generate(shell, "--force")
    assert readme.read_text() == edited


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--output", "elsewhere/client"), "is not directly in client"),
        (("--target", "openapi"), "for a Python package"),
    ],
)
def test_meta_is_for_a_python_package_in_its_folder(
    shell: Shell, options: tuple[str, ...], words: str
) -> None:
    answer = shell("generate", "--meta", "client", "--models", MODELS, *options)
    assert (answer.code, words in answer.err) == (2, True), answer.err
    assert not (shell.folder / "client/pyproject.toml").exists()


def test_every_dependency_has_a_lowest_version() -> None:
    script = runpy.run_path(str(CHECKOUT / ".ci/lowest_versions.py"))
    lines = script["constraints"]((CHECKOUT / "pyproject.toml").read_text("utf-8"))
    assert "pydantic==2.11" in lines
    assert not [line for line in lines if line.startswith("pytest")]
    unbounded = '[project]\ndependencies = ["httpx"]\n'
    with pytest.raises(SystemExit, match="needs a lower bound"):
        script["constraints"](unbounded)
