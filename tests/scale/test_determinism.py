"""The same schemas give the same bytes, wherever and however they are generated."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from runcomfy_codegen import resources
from support.command_line import Shell

MODELS = ("bytedance/*", "blackforestlabs/flux-3/*")


def generate(
    folder: Path,
    environment: Mapping[str, str],
    python: str = sys.executable,
    umask: int = 0o022,
) -> dict[str, bytes]:
    """A client of a part of the shipped schemas, made in a folder; its files."""
    output = folder / "runcomfy_client"
    selected = [word for glob in MODELS for word in ("--models", glob)]
    command = [python, "-m", "runcomfy_codegen", "generate", "--output", str(output)]
    subprocess.run(
        [*command, "--schemas", str(resources.schemas()), *selected],
        env={**os.environ, **environment},
        cwd=folder,
        umask=umask,
        check=True,
        capture_output=True,
    )
    return Shell(folder).files("runcomfy_client")


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return generate(tmp_path_factory.mktemp("usual"), {"PYTHONHASHSEED": "0"})


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "4242"},
        {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"},
        {"LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati"},
    ],
    ids=["hash seed", "C locale", "Turkish, and tomorrow"],
)
def test_the_bytes_depend_on_no_setting_of_the_machine(
    environment: dict[str, str], usual: dict[str, bytes], tmp_path: Path
) -> None:
    deep = tmp_path / "an odd ~ path" / "ß"
    deep.mkdir(parents=True)
    assert generate(deep, environment, umask=0o077) == usual


def _usable(name: str) -> str | None:
    """The interpreter of this name, if there is one that starts: on the path, or where
    pyenv keeps those that the path does not name."""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    found = [shutil.which(name), *map(str, sorted(kept.glob(f"*/bin/{name}")))]
    for python in filter(None, found):
        answer = subprocess.run([python, "--version"], capture_output=True, check=False)
        if answer.returncode == 0:
            return python
    return None


@pytest.mark.parametrize("name", ["python3.12", "python3.13"])
def test_the_bytes_are_the_same_under_another_python(
    name: str,
    usual: dict[str, bytes],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("installs everything anew; --long runs it")
    python = _usable(name)
    if python is None:
        pytest.skip(f"there is no {name} on this machine")
    made = tmp_path / "environment"
    subprocess.run([python, "-m", "venv", "--without-pip", made], check=True)
    other = str(made / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", other, "install", "--quiet"]
    checkout = Path(__file__).parents[2]
    subprocess.run([*pip, "--disable-pip-version-check", str(checkout)], check=True)
    assert generate(tmp_path, {}, other) == usual
