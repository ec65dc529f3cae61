"""What each model's documents are, byte for byte, without reading any: for what is unchanged."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from .path import model_id_in
from .schemas import DIALECT


def fingerprints(root: Path) -> dict[str, str]:
    """The hash of each model's documents, by model id. Line ends do not count.

    Raises ``FileNotFoundError`` if the folder does not exist.
    """
    if not root.is_dir():
        raise FileNotFoundError(f"no folder of schemas at {root}")
    # Texts all the way: a Path for each of a thousand folders takes longer than reading them.
    top, found = str(root), dict[str, str]()
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(
            name for name in folders if folder != top or not name.startswith(".")
        )
        documents = sorted(
            name for name in files if name.endswith(".json") and name != DIALECT
        )
        if documents:
            below = folder[len(top) :].strip(os.sep).split(os.sep)  # noqa: PTH206
            found[model_id_in(below)] = _hash(folder, documents)
    return found


def _hash(folder: str, names: list[str]) -> str:
    whole = hashlib.sha256()
    for name in names:
        with open(f"{folder}{os.sep}{name}", "rb") as file:  # noqa: PTH123
            content = file.read().replace(b"\r\n", b"\n")
        whole.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogatepass"))
        whole.update(content)
    return whole.hexdigest()
