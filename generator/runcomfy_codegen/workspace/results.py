"""What the functions of the Python API return: frozen values, nothing printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from runcomfy_runtime.did_you_mean import did_you_mean

from ..errors import UnknownModel
from ..ir.diagnostic import Diagnostic, Severity
from ..ir.model import Model

if TYPE_CHECKING:
    from ..diff.finding import DiffFinding
    from ..diff.report import DiffReport, Locate
    from ..prose.draft import Draft, Unread
    from ..targets.target import Named

Progress: TypeAlias = Callable[[int, int, str], None]
"""Called after each item with the number of finished items, of all items, and its name."""


def ignore_progress(done: int, total: int, name: str) -> None:
    """Report nothing."""


def has_error(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether one of the diagnostics is an error."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no diagnostic is an error."""
        return not has_error(self.diagnostics)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A document of an import: where it comes from, where it is stored, what that changes."""

    model_id: str
    locale: str
    title: str
    source: str
    file: Path
    change: Literal["new", "unchanged", "texts changed", "structure changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult(_Result):
    """The documents that an import accepted, in the order of the sources."""

    schemas: Path
    documents: tuple[Imported, ...]

    @property
    def written(self) -> tuple[Path, ...]:
        """The files that are new or changed."""
        return tuple(
            document.file
            for document in self.documents
            if document.change != "unchanged"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog(_Result):
    """The models of a schemas folder.

    ``failed`` are the ids of models that cannot be built; the diagnostics say why.
    """

    schemas: Path
    models: tuple[Model, ...]
    failed: tuple[str, ...] = ()

    @property
    def by_id(self) -> dict[str, Model]:
        """The models by their ids, as the sandbox takes them."""
        return {model.model_id: model for model in self.models}

    def model(self, model_id: str) -> Model:
        """The model with this id. Raises ``UnknownModel``."""
        return find_model(model_id, self, self.schemas)


_SIMILAR = 3


def find_model(
    model_id: str, catalog: Catalog | Named, schemas: Path, others: Iterable[str] = ()
) -> Model:
    """The model with this id in a catalog of this folder. Raises ``UnknownModel``.

    ``others`` are the ids of more models in the folder, as suggestions.
    """
    known = {model.model_id: model for model in catalog.models}
    if model_id in known:
        return known[model_id]
    if model_id in catalog.failed:
        reasons = [
            diagnostic
            for diagnostic in catalog.diagnostics
            if diagnostic.model == model_id
        ]
        where = f"{reasons[0].file}: " if reasons[0].file else ""
        raise UnknownModel(f"{model_id!r} cannot be built: {where}{reasons[0].message}")
    hint = _similar_models(model_id, sorted({*known, *others}))
    raise UnknownModel(f"no model {model_id!r} in {schemas}{hint}")


def _similar_models(name: str, ids: Sequence[str]) -> str:
    """The end of a message about an unknown model: the id that was probably meant.

    People also give a part of an id, another case, and the URL of a page.
    """
    wanted = name.partition("://")[2].partition("/models/")[2] or name
    containing = [id_ for id_ in ids if wanted.lower() in id_.lower()][:_SIMILAR]
    if containing:
        return f"; did you mean {' or '.join(map(repr, containing))}?"
    similar = did_you_mean(wanted, ids, count=_SIMILAR, cutoff=0.5)
    return similar or "; `runcomfy-codegen models` lists the ids"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageResult(_Result):
    """What ``generate`` did to one client.

    ``client`` is its name in ``[clients.NAME]``, empty for a configuration without clients.
    ``files`` counts the files of the package. ``changes`` are what callers of an earlier
    package notice, as pairs of a word (``added``, ``removed``, ``renamed`` …) and a sentence.
    """

    client: str
    output: Path
    written: tuple[Path, ...]
    removed: tuple[Path, ...]
    files: int
    changes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateResult(_Result):
    """What ``generate`` did, client by client."""

    packages: tuple[PackageResult, ...]

    @property
    def written(self) -> tuple[Path, ...]:
        """Every file that was written."""
        return tuple(path for package in self.packages for path in package.written)

    @property
    def removed(self) -> tuple[Path, ...]:
        """Every file that was removed."""
        return tuple(path for package in self.packages for path in package.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A file that is not what the schemas say, the model it belongs to, and why.

    ``diff`` is a unified diff from the file on disk to what it should be, line by line.
    """

    file: Path
    model: str
    why: str
    reason: str
    diff: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageCheck(_Result):
    """One client compared with its schemas.

    ``removed`` are files that ``generate`` would remove, ``edited`` those that it would
    refuse to replace. ``generated_with`` are the options of the last ``generate``, if they
    differ from those of this check; None if they do not. ``interrupted`` says that the last
    ``generate`` was killed before it was done, ``missing`` that there is no folder: then
    every file is stale, and has no diff.
    """

    client: str
    schemas: Path
    output: Path
    stale: tuple[Stale, ...]
    edited: tuple[Path, ...]
    removed: tuple[Path, ...]
    files: int
    generated_with: str | None = None
    interrupted: bool = False
    missing: bool = False

    @property
    def up_to_date(self) -> bool:
        """Whether the folder has what the schemas say.

        That is unknown for a model with an error, whose files stay as they are.
        """
        wrong = self.stale or self.edited or self.removed or self.interrupted
        return self.ok and not (wrong or self.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult(_Result):
    """Every client compared with its schemas."""

    packages: tuple[PackageCheck, ...]

    @property
    def ok(self) -> bool:
        """Whether every client is up to date and no diagnostic is an error."""
        # Not super().ok: a dataclass with slots is another class, and zero-argument super() fails.
        current = all(package.up_to_date for package in self.packages)
        return current and not has_error(self.diagnostics)

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The folders that were compared."""
        return tuple(package.output for package in self.packages)

    @property
    def stale(self) -> tuple[Stale, ...]:
        """Every file that is not what the schemas say."""
        return tuple(stale for package in self.packages for stale in package.stale)

    @property
    def edited(self) -> tuple[Path, ...]:
        """Every file that was edited by hand."""
        return tuple(path for package in self.packages for path in package.edited)

    @property
    def removed(self) -> tuple[Path, ...]:
        """Every file that ``generate`` would remove."""
        return tuple(path for package in self.packages for path in package.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class LintResult(_Result):
    """What is wrong or contradictory in the schemas: ``diagnostics``."""

    schemas: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsResult(_Result):
    """What is wrong with the stated limits of models: ``diagnostics``.

    ``limits`` is the project's own folder of limits. ``files`` counts the files of these
    models, ``applied`` the limits that a client enforces.
    """

    limits: Path
    files: int
    applied: int

    @property
    def ok(self) -> bool:
        """Whether every limit applies. Redundant ones do."""
        return all(
            diagnostic.severity is Severity.INFO for diagnostic in self.diagnostics
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedLimits:
    """What the descriptions of a model state, drafted.

    ``text`` is a file of limits (TOML) with the drafts. ``unread`` are words that may state
    limits and that a person must read.
    """

    model_id: str
    drafts: tuple[Draft, ...]
    unread: tuple[Unread, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestResult(_Result):
    """Drafts of limits for each model, for a person to review.

    ``written`` are the files that were written, ``kept`` those that already existed.
    """

    suggested: tuple[SuggestedLimits, ...] = ()
    written: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffResult(_Result):
    """What a change of the schemas means for callers.

    ``locate`` gives the file and the line of a finding. ``report.for_writers(locate)`` is
    the report for the writers in ``runcomfy_codegen.reports``. ``unselected`` are the models
    that changed and are not judged, because no configuration selects them.
    """

    report: DiffReport
    locate: Locate
    unselected: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[DiffFinding, ...]:
        """Every finding that is not approved."""
        return self.report.findings

    @property
    def approved(self) -> tuple[DiffFinding, ...]:
        """The findings that the approvals file covers."""
        return self.report.approved

    @property
    def notices(self) -> tuple[str, ...]:
        """What else a reader must know: a side without schemas, models that are not judged."""
        return self.report.notices

    @property
    def bump(self) -> str:
        """The version bump that the changes ask for: major, minor, patch or none."""
        return self.report.bump

    @property
    def summary(self) -> Mapping[str, int]:
        """The number of findings of each verdict, without the approved ones."""
        return self.report.summary
