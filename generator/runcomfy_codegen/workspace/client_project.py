"""``generate --meta``: a project folder around a generated package, ready to build.

Each file begins with a line that has the hash of the rest. So a file that a person wrote or
edited is known, and stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path, PurePosixPath

from .. import __version__
from ..disk.atomic_write import FolderChanges, apply_changes
from ..disk.read_file import SETTINGS_CAP, read_if_there
from ..errors import OperationError, UsageError
from ..package.folder import lock_of, package_name
from ..package.lock import Lock, sha256
from .project import StrPath, open_project

_NEEDED = {"httpx": "", "pydantic": "", "psycopg": "postgres"}
"""What a generated package needs, and in which extra."""
_NAME = re.compile(r"[A-Za-z0-9]+")
PYPROJECT, README = PurePosixPath("pyproject.toml"), PurePosixPath("README.md")
_MARK = "Written by runcomfy-codegen generate --meta"
_COMMENTS = {PYPROJECT: ("# ", ""), README: ("<!-- ", " -->")}
_STATED = re.compile(rf"{re.escape(_MARK)}, sha256 ([0-9a-f]{{64}})")


@dataclass(frozen=True, slots=True)
class ClientProject:
    """The files that were written, and those of the user, which stay as they are."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def package_in(folder: Path, output: Path | None, config: StrPath | None) -> Path:
    """The folder of the package in a project folder. Raises ``UsageError``."""
    if output is None:
        return folder / open_project(None, config).config.output.name
    if output.resolve().parent != folder.resolve():
        raise UsageError(
            f"--output {output} is not directly in {folder}, the folder of --meta"
        )
    return output


def write_client_project(folder: Path, package: Path) -> ClientProject:
    """Write ``pyproject.toml`` and README next to a package.

    A file that a person wrote or edited stays. Raises ``CodegenError``.
    """
    lock = lock_of(package)
    if not lock.models or any(path.suffix == ".json" for path in lock.files):
        raise UsageError(
            f"--meta is for a Python package with models, and {package} is not one"
        )
    wanted = project_files(lock, package_name(package), __version__, _requirements())
    before = {path: read_if_there(folder / path, SETTINGS_CAP) for path in wanted}
    ours = {
        path: text
        for path, text in wanted.items()
        if (content := before[path]) is None or is_written_by_us(content)
    }
    changed = {
        path: text.encode()
        for path, text in ours.items()
        if before[path] != text.encode()
    }
    apply_changes(folder, FolderChanges(write=changed))
    return ClientProject(
        written=tuple(folder / path for path in changed),
        kept=tuple(folder / path for path in wanted if path not in ours),
    )


def _requirements() -> dict[str, list[str]]:
    """The requirements of a generated package: those that the tool has of the same name."""
    try:
        stated = requires("runcomfy-codegen") or []
    except PackageNotFoundError:
        raise OperationError(
            "runcomfy-codegen is not installed, so the versions that a client needs are not"
            " known; install it, for example with `pip install -e .`"
        ) from None
    requirements: dict[str, list[str]] = {}
    for requirement in stated:
        text, _, condition = requirement.partition(";")
        name = _NAME.match(text)
        extra = _NEEDED.get(name[0]) if name else None
        if extra is not None and (
            not condition or f'"{extra}"' in condition.replace("'", '"')
        ):
            requirements.setdefault(extra, []).append(text.strip())
    return requirements


def project_files(
    lock: Lock, package: str, version: str, requirements: Mapping[str, Sequence[str]]
) -> dict[PurePosixPath, str]:
    """The files of the project of a package with this name, as text.

    ``requirements`` are those of the package, under an empty name, and of its extras.
    """
    texts = {
        PYPROJECT: _pyproject(package, version, requirements, len(lock.models)),
        README: _readme(lock, package),
    }
    return {path: _marked(path, text) for path, text in texts.items()}


def is_written_by_us(content: bytes) -> bool:
    """Whether a file is as ``generate --meta`` wrote it."""
    first, _, rest = content.replace(b"\r\n", b"\n").partition(b"\n")
    stated = _STATED.search(first.decode("utf-8", "replace"))
    return stated is not None and stated[1] == sha256(rest)


def _marked(path: PurePosixPath, text: str) -> str:
    start, end = _COMMENTS[path]
    return f"{start}{_MARK}, sha256 {sha256(text.encode())}{end}\n{text}"


def distribution_name(package: str) -> str:
    """The name under which a package is installed."""
    return re.sub(r"[-_.]+", "-", package).lower()


def _pyproject(
    package: str, version: str, requirements: Mapping[str, Sequence[str]], models: int
) -> str:
    extras = {name: needed for name, needed in requirements.items() if name}
    lines = [
        "[build-system]",
        'requires = ["hatchling>=1.27"]',
        'build-backend = "hatchling.build"',
        "",
        "[project]",
        f'name = "{distribution_name(package)}"',
        f'version = "{version}"',
        f'description = "Typed Python client for {models} models of RunComfy"',
        'readme = "README.md"',
        'requires-python = ">=3.11"',
        f"dependencies = {_list(requirements.get('', ()))}",
        *(["", "[project.optional-dependencies]"] if extras else []),
        *(f"{name} = {_list(needed)}" for name, needed in extras.items()),
        "",
        "[tool.hatch.build]",
        "ignore-vcs = true",
        f'only-include = ["{package}"]',
        "",
    ]
    return "\n".join(lines)


def _list(values: Sequence[str]) -> str:
    return json.dumps(list(values))


def _readme(lock: Lock, package: str) -> str:
    rows = [f"| `{id_}` | `{_module(lock, id_, package)}` |" for id_ in lock.models]
    first = next(iter(lock.models))
    table = "\n".join(sorted(rows))
    parent, _, name = _module(lock, first, package).rpartition(".")
    return f"""# {distribution_name(package)}

A typed Python client for {len(lock.models)} models of RunComfy. runcomfy-codegen generated it
from the published schemas. It needs `httpx` and `pydantic`, and nothing else.

```sh
pip install .                     # in this folder
export RUNCOMFY_TOKEN=...         # your API key
```

```python
from {package} import RunComfy
from {parent} import {name}

help({name}.Input)                # every field, with its limits
with RunComfy() as client:
    result = client.run({name}.Input(...))
    result.download("out/")
```

| model | module |
|---|---|
{table}
"""


def _module(lock: Lock, model_id: str, package: str) -> str:
    path = lock.module(model_id)
    steps = (
        path.parent.parts if path.name == "__init__.py" else path.with_suffix("").parts
    )
    return ".".join((package, *steps))
