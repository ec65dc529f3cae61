"""Folders of stated limits: the project's own, and the one that ships with the tool."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ..disk.read_file import SETTINGS_CAP, NotReadable, read_if_there
from ..disk.walk import refuse_linked_folders, walk
from ..ir.document import DEFAULT_LOCALE
from ..store.document_file import document_path, model_id_of_folders
from ..store.schemas_folder import UNREADABLE

if TYPE_CHECKING:
    from .limits_file import LimitsFile

_ENDING = ".toml"
_ENCODED_ENDING = "%2etoml"


@lru_cache(maxsize=16_384)
def limits_path(model_id: str) -> PurePosixPath:
    """The path of a model's file below the folder of limits."""
    # A document at the top of the schemas folder has the id "", and no limits.
    *folders, last = document_path(model_id, DEFAULT_LOCALE).parent.parts or ("",)
    return PurePosixPath(*map(_no_file, folders), last + _ENDING)


def _no_file(folder: str) -> str:
    """A folder's name that no file of another model has."""
    if not folder.endswith(_ENDING):
        return folder
    return folder.removesuffix(_ENDING) + _ENCODED_ENDING


def model_id_of_limits(path: PurePosixPath) -> str:
    """The model id of a path below the folder of limits: the inverse of ``limits_path``."""
    *folders, last = path.parts
    return model_id_of_folders((*folders, last.removesuffix(_ENDING)))


@dataclass(frozen=True, slots=True)
class LimitsFolders:
    """Where limits are read: a file in ``own`` replaces the one in ``shipped``.

    Either may be a folder that does not exist: then it has no limits.
    """

    own: Path | None = None
    shipped: Path | None = None

    def read(self, model_id: str) -> LimitsFile | None:
        """The limits of a model; None if neither folder has a file for it.

        Raises ``OSError`` if a file cannot be read, and ``LinkedFolder``.
        """
        stored = self._content(limits_path(model_id))
        if stored is None:
            return None
        # Imported here: a package that is up to date is reported without reading limits.
        from .limits_file import read_limits, unread_limits

        root, content = stored
        file = (root / limits_path(model_id)).as_posix()
        if isinstance(content, NotReadable):
            return unread_limits(model_id, file, content.reason)
        return read_limits(content, model_id, file)

    def owns(self, file: LimitsFile) -> bool:
        """Whether a file is one of the project's own."""
        return file.file == self.own_file(file.model_id)

    def content(self, model_id: str) -> bytes | None:
        """The bytes of a model's file, or None if it is missing or cannot be read."""
        stored = self._content(limits_path(model_id))
        return stored[1] if stored and isinstance(stored[1], bytes) else None

    def own_file(self, model_id: str) -> str:
        """The path of a model's file in the project's own folder, as messages show it."""
        return (self.own / limits_path(model_id)).as_posix() if self.own else ""

    def own_ids(self) -> list[str]:
        """The ids of all models that the project's own folder has files for."""
        return sorted(map(model_id_of_limits, _listed(self.own)))

    def hashes(self, hashes: Mapping[str, str]) -> dict[str, str]:
        """The hashes of models' documents, each with that of the model's limits, if any."""
        # Listed once: looking for a file of each of a thousand models takes longer.
        listed = _listed(self.own) | _listed(self.shipped)
        limited = set(map(model_id_of_limits, listed))
        return {
            model_id: (
                self._with_limits(model_id, known) if model_id in limited else known
            )
            for model_id, known in hashes.items()
        }

    def _with_limits(self, model_id: str, known: str) -> str:
        stored = self._content(limits_path(model_id))
        if stored is None or known == UNREADABLE:
            return known
        _, content = stored
        if isinstance(content, NotReadable):
            return UNREADABLE
        content = content.replace(b"\r\n", b"\n")
        return hashlib.sha256(f"{known}\0".encode() + content).hexdigest()

    def _content(self, path: PurePosixPath) -> tuple[Path, bytes | NotReadable] | None:
        for root in self._roots():
            refuse_linked_folders(root, path.parent)
            try:
                content = read_if_there(root / path, SETTINGS_CAP)
            except NotReadable as error:
                return root, error
            if content is not None:
                return root, content
        return None

    def _roots(self) -> Iterable[Path]:
        return (root for root in (self.own, self.shipped) if root is not None)


def _listed(root: Path | None) -> set[PurePosixPath]:
    """The paths of all files of limits below a folder; none if there is no such folder."""
    if root is None or not root.is_dir():
        return set()
    return {
        PurePosixPath(*folder.below, name)
        for folder in walk(root)
        for name in folder.files
        if name.endswith(_ENDING)
    }
