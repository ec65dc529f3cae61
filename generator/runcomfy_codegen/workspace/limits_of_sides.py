"""The stated limits of each side of a diff: next to its schemas, else those that ship."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from .. import resources
from ..disk.read_file import SETTINGS_CAP
from ..disk.walk import is_read
from ..limits.limits_file import LimitsFile, read_limits, unread_limits
from ..limits.limits_folders import LimitsFolders, limits_path
from .git import path_in_repository, tree_entry
from .revision import Content, Revision, SchemasFolder, tree_contents
from .sides import DiffSide


@dataclass(frozen=True, slots=True)
class SideLimits:
    """The files of limits of one side; ``folders`` has those that ``committed`` lacks."""

    folders: LimitsFolders
    committed: Mapping[PurePosixPath, Content] = field(
        default_factory=dict[PurePosixPath, Content]
    )
    name: str = ""

    def content(self, model_id: str) -> bytes | None:
        """The bytes of a model's file, or why it is not read; None if there is no file."""
        content = self.committed.get(limits_path(model_id))
        if content is None:
            return self.folders.content(model_id)
        return content if isinstance(content, bytes) else content.message.encode()

    def owns(self, file: LimitsFile) -> bool:
        """Whether a file is one of the side's own."""
        committed = limits_path(file.model_id) in self.committed
        return committed or self.folders.owns(file)

    def read(self, model_id: str) -> LimitsFile | None:
        """The limits of a model."""
        path = limits_path(model_id)
        content = self.committed.get(path)
        if content is None:
            return self.folders.read(model_id)
        file = f"{self.name}/{path.as_posix()}"
        if isinstance(content, bytes):
            return read_limits(content, model_id, file)
        return unread_limits(model_id, file, content.message)


def limits_of_side(side: DiffSide) -> SideLimits:
    """The limits of a side. Raises ``CodegenError`` if git fails."""
    folder, shipped = side.folder, resources.limits()
    named = side.config.limits if side.config else None
    if isinstance(folder, SchemasFolder):
        own = named or folder.path.parent / "limits"
        return SideLimits(LimitsFolders(own, shipped))
    if not isinstance(folder, Revision):
        return SideLimits(LimitsFolders(None, shipped))
    path = None if named is None else path_in_repository(named)
    if path is None:
        path = (PurePosixPath(folder.path).parent / "limits").as_posix()
    return SideLimits(LimitsFolders(None, shipped), _committed(folder, path), path)


def _committed(side: Revision, path: str) -> dict[PurePosixPath, Content]:
    """Every file of limits below a folder of a commit."""
    entry = tree_entry(side.commit, path)
    if entry is None or entry.kind != "tree":
        return {}
    folder = replace(side, path=path, tree=entry.oid)
    return tree_contents(folder, SETTINGS_CAP, _is_limits)


def _is_limits(path: PurePosixPath) -> bool:
    return path.suffix == ".toml" and all(map(is_read, path.parts))


def limits_changed(
    old: SideLimits, new: SideLimits, model_ids: Collection[str]
) -> set[str]:
    """The models whose files of limits differ."""
    return {
        model_id
        for model_id in model_ids
        if old.content(model_id) != new.content(model_id)
    }


NO_LIMITS = SideLimits(LimitsFolders())
"""A side without limits."""
