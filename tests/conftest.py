"""What every test can use: golden files, rewritten by ``pytest --update-golden``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what the code gives now into the golden files, instead of comparing",
    )
    parser.addoption(
        "--long",
        action="store_true",
        help="try many more random cases, as `make test-long` does",
    )


@pytest.fixture(scope="session")
def samples(request: pytest.FixtureRequest) -> int:
    """How many random values a property is tried on."""
    return 10_000 if request.config.getoption("--long") else 200


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with a golden file, or rewrite the file."""
    update = bool(request.config.getoption("--update-golden"))

    def check(path: Path, text: str) -> None:
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            return
        assert path.is_file(), f"{path} is missing; pytest --update-golden writes it"
        assert text == path.read_bytes().decode()

    return check
