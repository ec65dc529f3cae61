"""The stated limits of each side of a diff: next to its schemas, else those that ship."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from .. import resources
from ..limits.limits_file import LimitsFile, limits_path, read_limits
from ..limits.limits_folders import LimitsFolders
from .git import blob_contents, git, path_in_repository, tree_entry
from .revision import Revision, SchemasFolder
from .sides import DiffSide


@dataclass(frozen=True, slots=True)
class SideLimits:
    """The files of limits of one side; ``folders`` has those that ``committed`` lacks."""

    folders: LimitsFolders
    committed: Mapping[PurePosixPath, bytes] = field(
        default_factory=dict[PurePosixPath, bytes]
    )
    name: str = ""

    def content(self, model_id: str) -> bytes | None:
        """The bytes of a model's file; None if there is none that can be read."""
        path = limits_path(model_id)
        return self.committed.get(path) or self.folders.content(model_id)

    def owns(self, file: LimitsFile) -> bool:
        """Whether a file is one of the side's own."""
        committed = limits_path(file.model_id) in self.committed
        return committed or self.folders.owns(file)

    def read(self, model_id: str) -> LimitsFile | None:
        """The limits of a model."""
        path = limits_path(model_id)
        if path in self.committed:
            file = f"{self.name}/{path.as_posix()}"
            return read_limits(self.committed[path], model_id, file)
        return self.folders.read(model_id)


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
    return SideLimits(
        LimitsFolders(None, shipped), _committed(folder.commit, path), path
    )


def _committed(commit_id: str, path: str) -> dict[PurePosixPath, bytes]:
    """Every file of limits below a folder of a commit."""
    entry = tree_entry(commit_id, path)
    if entry is None or entry.kind != "tree":
        return {}
    listed = git("ls-tree", "-r", "-z", "--full-tree", entry.oid)
    oids: dict[PurePosixPath, bytes] = {}
    for row in filter(None, listed.split(b"\0")):
        about, _, name = row.partition(b"\t")
        mode, _, oid = about.split()
        if mode.startswith(b"100") and name.endswith(b".toml"):
            oids[PurePosixPath(name.decode("utf-8", "surrogateescape"))] = oid
    contents = blob_contents([*oids.values()])
    return dict(zip(oids, contents, strict=True))


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
