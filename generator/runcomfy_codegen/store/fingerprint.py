"""What each model's documents are, byte for byte, without reading any: for what is unchanged."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path, PurePosixPath

from .path import model_id_of
from .schemas import DIALECT


def fingerprints(root: Path) -> dict[str, str]:
    """The hash of each model's documents, by model id. Line ends do not count.

    Raises ``FileNotFoundError`` if the folder does not exist.
    """
    if not root.is_dir():
        raise FileNotFoundError(f"no folder of schemas at {root}")
    found: dict[str, str] = {}
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not _hidden(root, folder, name))
        documents = sorted(
            name for name in files if name.endswith(".json") and name != DIALECT
        )
        if documents:
            below = Path(folder, "_").parts[len(root.parts) :]
            found[model_id_of(PurePosixPath(*below))] = _hash(folder, documents)
    return found


def _hidden(root: Path, folder: str, name: str) -> bool:
    return name.startswith(".") and Path(folder) == root


def _hash(folder: str, names: list[str]) -> str:
    whole = hashlib.sha256()
    for name in names:
        content = Path(folder, name).read_bytes().replace(b"\r\n", b"\n")
        whole.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogatepass"))
        whole.update(content)
    return whole.hexdigest()
