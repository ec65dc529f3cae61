"""Which folder and which configuration each side of a diff has.

A side is a folder on disk, ``REF:path``, or ``REF`` for the folder that the configuration of
that revision names. Only a configured folder may be absent: then the side has no models.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ..disk.read_file import SETTINGS_CAP
from ..errors import ConfigError, NoSchemas, UsageError
from ..package.lock import LOCK
from ..targets.target import Overrides
from .configuration import OWN_FILE, Config, config_of
from .git import (
    TreeEntry,
    UnreadableBlob,
    commit,
    file_in_commit,
    is_in_commit,
    is_unborn,
    merge_base,
    path_in_repository,
    repository_root,
    tree_entry,
)
from .loaded_side import load_side
from .project import Project
from .revision import AbsentFolder, Folder, Revision, SchemasFolder

_USUAL_FILES = (OWN_FILE, "pyproject.toml")


@dataclass(frozen=True, slots=True)
class DiffSide:
    """One side: its folder, its configuration, and the names that users chose on it.

    ``config`` is None for a folder that no configuration names, and for a revision without
    a configuration. ``by_hand`` says that the call names the folder itself.
    """

    folder: Folder
    config: Config | None
    overrides: Overrides
    by_hand: bool = False


def resolve_sides(
    base: str, head: str | None, project: Project, *, from_merge_base: bool
) -> tuple[DiffSide, DiffSide]:
    """Both sides of a diff; without ``head``, the new side is the work tree.

    Raises ``CodegenError``.
    """
    with_base = _from_merge_base(base, head) if from_merge_base else base
    old = _side(with_base, project, shown=base)
    new = _side(head, project) if head else _work_tree(old, project)
    absent = [side.folder for side in (old, new)]
    if all(isinstance(folder, AbsentFolder) for folder in absent):
        reasons = (
            folder.reason for folder in absent if isinstance(folder, AbsentFolder)
        )
        raise NoSchemas(
            f"there are no schemas to compare: {', and '.join(reasons)};"
            " `schemas=` names another folder"
        )
    return old, new


def _from_merge_base(base: str, head: str | None) -> str:
    """The last commit that both sides have in common, with the path of the base."""
    if Path(base).is_dir() or (head and Path(head).is_dir()):
        raise UsageError("`merge_base=True` needs git revisions, not folders")
    ref, colon, path = base.partition(":")
    if not colon and not head and is_unborn(ref):
        return base
    other = head.partition(":")[0] if head else "HEAD"
    return f"{merge_base(ref, other)}{colon}{path}"


def _side(text: str, project: Project, shown: str = "") -> DiffSide:
    """The side for a folder, ``REF:path``, or ``REF``; messages say ``shown`` in its place."""
    if Path(text).is_dir():
        return _on_disk(Path(text), project, by_hand=True)
    ref, colon, path = text.partition(":")
    if not ref or text.startswith("-"):
        raise UsageError(
            f"{text!r} is neither a folder nor a git revision such as main:schemas"
        )
    try:
        commit_id = commit(ref)
    except UsageError:
        if colon or not is_unborn(ref):
            raise
        absent = AbsentFolder(
            project.config.schemas.as_posix(), "there is no commit yet"
        )
        return DiffSide(absent, None, project.config.overrides)
    name = shown.partition(":")[0] or ref
    if colon:
        return _named_in_commit(name, commit_id, path, project)
    return _configured_in_commit(name, commit_id, project)


def _on_disk(path: Path, project: Project, *, by_hand: bool = False) -> DiffSide:
    """A folder on disk. The current configuration names its fields, and may select its models."""
    config = project.config
    configured = path.resolve() == config.schemas.resolve()
    chosen = config if configured else None
    return DiffSide(SchemasFolder(path), chosen, config.overrides, by_hand)


def _work_tree(old: DiffSide, project: Project) -> DiffSide:
    """The new side if none is given: the schemas on disk."""
    configured = project.config.schemas
    folders = [configured]
    if isinstance(old.folder, Revision) and old.by_hand:
        folders = [_relative(repository_root() / old.folder.path), configured]
    for folder in folders:
        if folder.is_dir():
            return _on_disk(folder, project)
    if isinstance(old.folder, SchemasFolder):
        raise NoSchemas(f"no schemas folder at {configured}; give one as HEAD")
    reason = f"the folder {folders[0].as_posix()!r} does not exist"
    absent = AbsentFolder(folders[0].as_posix(), reason)
    return DiffSide(absent, project.config, project.config.overrides)


def _named_in_commit(ref: str, commit_id: str, path: str, project: Project) -> DiffSide:
    """The side for ``REF:path``. The folder must be there."""
    wanted: str | None = path.rstrip("/")
    if path.startswith("."):
        # As in git, such a path starts at the current folder.
        wanted = path_in_repository(Path(path))
    entry = None if wanted is None else tree_entry(commit_id, wanted)
    if wanted is None or entry is None:
        raise UsageError(f"the revision {ref!r} has no folder {path.rstrip('/')!r}")
    if entry.kind != "tree":
        raise UsageError(f"in the revision {ref!r}, {wanted!r} is not a folder")
    config = _config_in_commit(ref, commit_id, project)
    known = [config.schemas] if config else []
    configured = wanted in map(path_in_repository, (*known, project.config.schemas))
    return DiffSide(
        _revision(ref, wanted, entry, commit_id),
        config if configured else None,
        config.overrides if config else Overrides(),
        by_hand=True,
    )


def _revision(ref: str, path: str, entry: TreeEntry, commit_id: str) -> Revision:
    name = Path(os.path.relpath(repository_root() / path)).as_posix()
    return Revision(ref, path, entry.oid, commit_id, name)


def _configured_in_commit(ref: str, commit_id: str, project: Project) -> DiffSide:
    """The side for ``REF``: the folder that its own configuration names, or the current one."""
    config = _config_in_commit(ref, commit_id, project)
    overrides = config.overrides if config else Overrides()
    candidates = list(_candidates(config, project))
    for path, is_guess in candidates:
        entry = tree_entry(commit_id, path)
        if entry is None:
            continue
        if entry.kind != "tree":
            raise UsageError(f"in the revision {ref!r}, {path!r} is not a folder")
        folder = _revision(ref, path, entry, commit_id)
        if not is_guess or load_side(folder, {}).documents:
            return DiffSide(folder, config, overrides)
    missing = candidates[0][0]
    reason = f"the revision {ref!r} has no folder {missing!r}"
    return DiffSide(AbsentFolder(missing, reason), config, overrides)


def _candidates(config: Config | None, project: Project) -> Iterator[tuple[str, bool]]:
    """Where the schemas of a revision may be, and whether that is a guess.

    A guess is the usual folder of a revision that has no configuration: it counts only if
    it has published documents, because other projects have a folder of that name too.
    """
    current = project.config.schemas
    usual = (project.config.file or Path(OWN_FILE)).with_name("schemas")
    if project.schemas_given or config is None:
        named = [(current, False), (config.schemas if config else usual, not config)]
    else:
        named = [(config.schemas, False), (current, False)]
    inside = [(path_in_repository(path), is_guess) for path, is_guess in named]
    candidates = [(path, is_guess) for path, is_guess in inside if path is not None]
    if not candidates:
        raise UsageError(
            f"the schemas at {current.resolve()} are not in this git repository;"
            " write REF:path"
        )
    yield from candidates


def _config_in_commit(ref: str, commit_id: str, project: Project) -> Config | None:
    """The configuration of a revision; None if it has none, and no client of the defaults.

    Raises ``UsageError`` if it cannot be used.
    """
    file = project.config.file or Path(OWN_FILE)
    for name in _USUAL_FILES if file.name in _USUAL_FILES else (file.name,):
        path = file.with_name(name)
        try:
            content = file_in_commit(commit_id, path, SETTINGS_CAP)
            if content is None:
                continue
            config = config_of(content, path)
        except ConfigError as error:
            raise UsageError(f"in the revision {ref!r}: {error}") from None
        except UnreadableBlob as error:
            raise UsageError(f"in the revision {ref!r}, {path} {error}") from None
        if config.file is not None:
            return config
        break
    usual = Config()
    defaults = replace(
        usual,
        schemas=file.parent / usual.schemas,
        output=file.parent / usual.output,
    )
    return defaults if is_in_commit(commit_id, defaults.output / LOCK) else None


def _relative(path: Path) -> Path:
    here = Path.cwd().resolve()
    return path.relative_to(here) if path.is_relative_to(here) else path
