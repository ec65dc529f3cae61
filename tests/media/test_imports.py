"""What importing costs: nothing that is not used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import runcomfy_runtime.media as media


def loaded_by(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_package_itself_loads_no_format_and_no_library() -> None:
    loaded = loaded_by("import runcomfy_runtime.media")
    assert not [name for name in loaded if name.startswith("runcomfy_runtime.media.")]
    assert not loaded & {"httpx", "httpcore", "ssl", "asyncio", "pydantic"}


def test_measuring_a_file_needs_the_standard_library_only() -> None:
    loaded = loaded_by(
        "from runcomfy_runtime.media import probe\nprobe(b'GIF89a' + b'\\1' * 99)"
    )
    assert "runcomfy_runtime.media.formats.gif" in loaded
    assert not loaded & {"httpx", "httpcore", "pydantic", "ssl", "asyncio", "anyio"}


def test_every_public_name_is_there() -> None:
    for name in media.__dir__():
        assert getattr(media, name) is not None


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'prob'"):
        getattr(media, "prob")  # noqa: B009 - a name that checkers would not let pass
