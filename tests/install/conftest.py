"""The tool as users get it: a wheel, unpacked far from the checkout; and empty environments."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


def run(
    command: Sequence[str | Path],
    folder: Path = Path("/"),
    environment: Mapping[str, str] | None = None,
) -> str:
    """What a program prints. It must succeed."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass(frozen=True, slots=True)
class Installed:
    """The tool's packages in a folder of their own, the checkout out of sight."""

    folder: Path

    def __call__(self, *arguments: str | Path, folder: Path = Path("/")) -> str:
        return run(
            [sys.executable, "-P", "-m", "runcomfy_codegen", *arguments],
            folder,
            {"PYTHONPATH": str(self.folder)},
        )

    def python(self, program: str) -> str:
        return run(
            [sys.executable, "-P", "-c", program],
            environment={"PYTHONPATH": str(self.folder)},
        )


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that hatchling builds of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        CHECKOUT,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, installed. Its dependencies are those of this environment."""
    folder = tmp_path_factory.mktemp("installed")
    offline = ("--quiet", "--no-deps", "--no-index")
    run([sys.executable, "-m", "pip", "install", *offline, "--target", folder, wheel])
    return Installed(folder)


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with httpx and pydantic, and nothing else."""
    folder = tmp_path_factory.mktemp("bare") / "environment"
    run([sys.executable, "-m", "venv", "--without-pip", folder])
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", python]
    run([*pip, "install", "--quiet", "httpx", "pydantic"])
    return python
