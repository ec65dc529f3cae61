"""The configuration, the schemas folder, and the models in it."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from runcomfy_runtime.did_you_mean import did_you_mean, did_you_mean_or_list

from .. import resources
from ..disk.walk import list_folder
from ..errors import NoSchemas, OperationError, UnknownModel, UsageError
from ..ir.document import DEFAULT_LOCALE
from ..ir.model import Model
from ..store.schemas_folder import (
    NoSchemasFolder,
    document_paths,
    locales_of,
    read_all,
    stored_ids,
    stored_locales,
)
from ..targets import DEFAULT_TARGET, TARGETS
from .configuration import Config, find_config, read_config
from .named_catalog import named_catalog
from .results import Catalog, find_model
from .shipped_schemas import SHIPPED

if TYPE_CHECKING:
    from ..build.build_model import BuildOptions, BuiltCatalog
    from ..ir.diagnostic import Diagnostic
    from ..limits.limits_folders import LimitsFolders
    from ..store.schemas_folder import StoredDocuments
    from ..targets.target import Named

StrPath: TypeAlias = str | PathLike[str]

EVERY = "*"
"""The glob that matches every model; it is allowed to match none."""


@dataclass(frozen=True, slots=True)
class Project:
    """A configuration; the options of a call replace parts of it.

    ``schemas_given`` says that the call names the schemas folder, ``shipped`` that it is the
    one that ships with the tool.
    """

    config: Config
    schemas_given: bool = False
    shipped: bool = False

    @property
    def build_options(self) -> BuildOptions:
        """The options for building models."""
        from ..build.build_model import BuildOptions

        return BuildOptions(dialect=resources.dialect(), locale=self.config.locale)

    @property
    def limits(self) -> LimitsFolders:
        """The folders of stated limits: the project's own, and the shipped one."""
        from ..limits.limits_folders import LimitsFolders

        own, shipped = self.config.limits_folder, resources.limits()
        return LimitsFolders(own, None if own.resolve() == shipped else shipped)

    def in_locale(self, locale: str | None) -> Project:
        """The same project with texts in this language; unchanged for None."""
        if not locale:
            return self
        return replace(self, config=replace(self.config, locale=locale))

    def clients(self, name: str | None, output: Path | None) -> list[Project]:
        """The clients of the configuration, or only the one with this name.

        ``output`` is the folder of a single client. Raises ``UsageError``.
        """
        known = self.config.clients
        if name is not None and name not in known:
            raise UsageError(
                f"no client {name!r} in the configuration"
                f"{did_you_mean_or_list(name, sorted(known))}"
            )
        if name is not None:
            return [self._of(known[name], output)]
        if output is not None or not known:
            return [self._of(self.config, output)]
        return [self._of(client, None) for client in known.values()]

    def _of(self, client: Config, output: Path | None) -> Project:
        folder = output or client.output
        stated = folder.resolve() == client.output.resolve()
        config = replace(
            client,
            schemas=self.config.schemas,
            output=folder,
            file=client.file if stated else None,
        )
        return replace(self, config=config)

    def catalog(
        self, models: Collection[str] | None = None, target: str = DEFAULT_TARGET
    ) -> Named:
        """Every model of the schemas folder, or only these, with the names of a target.

        Raises ``NoSchemas``.
        """

        built, stored = self._built(models)
        chosen = self.config.overrides
        named = named_catalog(built, stored.documents, TARGETS[target], chosen)
        return replace(named, diagnostics=(*stored.diagnostics, *named.diagnostics))

    def built_catalog(self, target: str | None = None) -> Catalog:
        """Every model of the schemas folder. Raises ``NoSchemas``.

        With a ``target``, the diagnostics also report the names that collide in its output.
        """
        built, stored = self._built(None)
        diagnostics = built.diagnostics
        if target is not None:
            chosen = self.config.overrides
            named = named_catalog(built, stored.documents, TARGETS[target], chosen)
            diagnostics = named.diagnostics
        return Catalog(
            schemas=self.config.schemas,
            models=built.models,
            failed=built.failed,
            diagnostics=(*stored.diagnostics, *diagnostics),
        )

    def _built(
        self, models: Collection[str] | None
    ) -> tuple[BuiltCatalog, StoredDocuments]:
        # Imported here: a package that is up to date is reported without building anything.
        from ..build.build_model import build_catalog
        from .limits_of_models import with_limits

        try:
            stored = read_all(self.config.schemas, models)
        except NoSchemasFolder as error:
            raise no_schemas(error) from None
        self._check_locale(models)
        built = build_catalog(stored.documents, self.build_options)
        built = with_limits(built, stored.documents, self.limits)
        built = replace(built, failed=(*built.failed, *stored.unreadable_models))
        if models is None:
            diagnostics = (*built.diagnostics, *self.limits_of_no_model())
            built = replace(built, diagnostics=diagnostics)
        return built, stored

    def limits_of_no_model(self) -> list[Diagnostic]:
        """A diagnostic for each own file of limits whose model is not in the schemas."""
        own = self.limits.own_ids()
        known = stored_ids(self.config.schemas) if own else ()
        stray = [model_id for model_id in own if model_id not in known]
        if not stray:
            return []
        from .limits_of_models import limits_of_no_model

        return limits_of_no_model(self.limits, stray)

    def model(self, model_id: str, target: str = DEFAULT_TARGET) -> tuple[Model, Named]:
        """A model, and the catalog of it alone. Raises ``UnknownModel``.

        Only the model's own folder is read. The others are listed if there is no such model,
        to suggest a similar one.
        """
        catalog = self.catalog([model_id], target)
        known = {model.model_id for model in catalog.models} | {*catalog.failed}
        others = () if model_id in known else stored_ids(self.config.schemas)
        return find_model(model_id, catalog, self.config.schemas, others), catalog

    def _check_locale(self, models: Collection[str] | None) -> None:
        """Reject a language that no document has: most likely a misspelling.

        All documents of the folder count, even if only some of them are read. The whole
        folder is listed only if the models that are read lack the language.
        """
        chosen, root = self.config.locale, self.config.schemas
        if chosen == DEFAULT_LOCALE or chosen in _locales_of(root, models or ()):
            return
        known = stored_locales(root)
        if known and chosen not in known:
            raise UsageError(
                f"no document is in {chosen!r}{did_you_mean_or_list(chosen, known)}"
            )


def _locales_of(root: Path, models: Iterable[str]) -> list[str]:
    paths = (path for model_id in models for path in document_paths(root, model_id))
    return locales_of(path.name for path in paths)


def open_project(
    schemas: StrPath | None = None,
    config: StrPath | None = None,
    limits: StrPath | None = None,
) -> Project:
    """The project of the current folder, or of this configuration file.

    ``schemas`` and ``limits`` replace the folders that the configuration names. Raises
    ``ConfigError``, and ``UsageError`` if there is no folder at ``limits``.
    """
    configuration = find_config(Path()) if config is None else read_config(Path(config))
    shipped = schemas is SHIPPED
    if shipped:
        configuration = replace(configuration, limits=configuration.limits_folder)
    if schemas is not None:
        configuration = replace(configuration, schemas=Path(schemas))
    if limits is not None:
        if not Path(limits).is_dir():
            raise UsageError(f"no folder of stated limits at {limits}")
        configuration = replace(configuration, limits=Path(limits))
    given = schemas is not None and not shipped
    return Project(configuration, schemas_given=given, shipped=shipped)


def check_empty(folder: Path) -> None:
    """Raise ``OperationError`` if there is a folder, and it holds anything."""
    if folder.exists() and list_folder(folder):
        raise OperationError(f"{folder} is not empty; nothing was written")


def no_schemas(error: FileNotFoundError) -> NoSchemas:
    """The error for a missing schemas folder."""
    return NoSchemas(
        f"{error}; `runcomfy-codegen import` creates it, `schemas=` names another one"
    )


def ids_matching(catalog: Catalog | Named, patterns: Sequence[str]) -> set[str] | None:
    """The ids that match a glob, including models that cannot be built; None for all."""
    if not patterns:
        return None
    failed = {model_id for model_id in catalog.failed if model_id in patterns}
    globs = [pattern for pattern in patterns if pattern not in failed]
    return failed | {model.model_id for model in select(catalog.models, globs, ())}


def select(
    models: Iterable[Model], patterns: Iterable[str], exclude: Iterable[str]
) -> list[Model]:
    """The models whose id matches a pattern and no excluded one; ``*`` also matches ``/``.

    Raises ``UnknownModel`` for a pattern that matches nothing: most likely a misspelling.
    """
    every = {model.model_id: model for model in models}
    return [every[model_id] for model_id in select_ids(every, patterns, exclude)]


def select_ids(
    model_ids: Iterable[str], patterns: Iterable[str], exclude: Iterable[str]
) -> list[str]:
    """The same for ids, in alphabetical order."""
    every, excluded = list(model_ids), list(exclude)
    chosen: set[str] = set()
    for pattern in patterns:
        chosen |= _matching(every, pattern)
    for pattern in excluded:
        _matching(every, pattern)
    return sorted(
        id_
        for id_ in chosen
        if not any(fnmatch.fnmatchcase(id_, pattern) for pattern in excluded)
    )


def _matching(model_ids: Iterable[str], pattern: str) -> set[str]:
    every = sorted(model_ids)
    hits = {id_ for id_ in every if fnmatch.fnmatchcase(id_, pattern)}
    if not hits and pattern != EVERY:
        is_glob = any(character in pattern for character in "*?[")
        hint = "" if is_glob else did_you_mean(pattern, every, count=3, cutoff=0.5)
        raise UnknownModel(
            f"no model matches {pattern!r}"
            + (hint or "; `*` matches any text, slashes too")
        )
    return hits
