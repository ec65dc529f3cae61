"""What every command starts from: the configuration, the schemas, the models in them."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from runcomfy_runtime.did_you_mean import did_you_mean, did_you_mean_or_list

from .. import resources
from ..errors import NoSchemas, UnknownModel, UsageError
from ..ir.document import DEFAULT_LOCALE, Document
from ..ir.model import Model
from ..store.schemas_folder import read_all, stored_locales
from ..targets import DEFAULT_TARGET, TARGETS
from .configuration import Config

if TYPE_CHECKING:
    from ..build.build_model import BuildOptions, BuiltCatalog
    from ..targets.target import Named

EVERY = "*"
"""The glob that matches every model; it is no misspelling where there is none."""


@dataclass(frozen=True, slots=True)
class Project:
    """The configuration with the options of this call laid over it."""

    config: Config

    @property
    def settings(self) -> BuildOptions:
        """What building models depends on."""
        from ..build.build_model import BuildOptions as Settings

        return Settings(
            dialect=resources.dialect(),
            locale=self.config.locale,
        )

    def in_locale(self, locale: str | None) -> Project:
        """The same project with texts in another language, if one is named."""
        return Project(replace(self.config, locale=locale)) if locale else self

    def clients(self, name: str | None, output: Path | None) -> list[Project]:
        """The clients that a call is about: those of the configuration, or the one named.

        With a folder in ``output``, it is that one alone. Raises ``CodegenError``.
        """
        known = self.config.clients
        if name is not None and name not in known:
            raise UsageError(
                f"no client {name!r} in the configuration; known: {sorted(known)}"
            )
        if name is not None:
            return [self._of(known[name], output)]
        if output is not None or not known:
            return [self._of(self.config, output)]
        return [self._of(client, None) for client in known.values()]

    def _of(self, client: Config, output: Path | None) -> Project:
        folder = output or client.output
        stated = folder.resolve() == client.output.resolve()
        return Project(
            replace(
                client,
                schemas=self.config.schemas,
                output=folder,
                file=client.file if stated else None,
            )
        )

    def catalog(
        self, models: Collection[str] | None = None, target: str = DEFAULT_TARGET
    ) -> Named:
        """Every model of the schemas folder, or these, with the names that a target gives."""
        from .named_catalog import named_catalog

        built, documents = self._built(models)
        return named_catalog(built, documents, TARGETS[target], self.config.overrides)

    def built_catalog(self) -> BuiltCatalog:
        """Every model of the schemas folder, whatever code would call it."""
        return self._built(None)[0]

    def _built(
        self, models: Collection[str] | None
    ) -> tuple[BuiltCatalog, Iterable[tuple[str, Document]]]:
        # Imported here: a package that is up to date needs no model.
        from ..build.build_model import build_catalog

        try:
            stored = read_all(self.config.schemas, models)
        except FileNotFoundError as error:
            raise no_schemas(error) from None
        self._check_locale()
        built = build_catalog(stored.documents, self.settings)
        whole = replace(
            built,
            diagnostics=(*stored.diagnostics, *built.diagnostics),
            failed=(*built.failed, *stored.unread),
        )
        return whole, stored.documents

    def _check_locale(self) -> None:
        """Refuse a language that no document has: most likely a misspelling.

        All of the folder counts, whatever part of it is read.
        """
        chosen = self.config.locale
        known = stored_locales(self.config.schemas)
        if known and chosen not in known and chosen != DEFAULT_LOCALE:
            raise UsageError(
                f"no document is in {chosen!r}{did_you_mean_or_list(chosen, known)}"
            )

    def model(self, model_id: str, target: str = DEFAULT_TARGET) -> tuple[Model, Named]:
        """One model by its id, and the catalog it is of."""
        catalog = self.catalog(target=target)
        found = {model.model_id: model for model in catalog.models}
        if model_id in found:
            return found[model_id], catalog
        if model_id in catalog.failed:
            told = [each for each in catalog.diagnostics if each.model == model_id]
            raise UnknownModel(f"{model_id!r} cannot be built: {told[0].message}")
        hint = did_you_mean(model_id, found, count=3, cutoff=0.5)
        raise UnknownModel(f"no model {model_id!r} in {self.config.schemas}{hint}")


def no_schemas(error: FileNotFoundError) -> NoSchemas:
    """What to do where there is no folder of schemas."""
    return NoSchemas(
        f"{error}; `runcomfy-codegen import` creates it, --schemas names another one"
    )


def select(
    models: Iterable[Model], patterns: Iterable[str], exclude: Iterable[str]
) -> list[Model]:
    """The models whose whole id matches a glob (``*`` crosses ``/``) and none excluded.

    Raises ``CodegenError`` for a pattern that matches nothing: most likely a misspelling.
    """
    every = {model.model_id: model for model in models}
    return [every[model_id] for model_id in select_ids(every, patterns, exclude)]


def select_ids(
    model_ids: Iterable[str], patterns: Iterable[str], exclude: Iterable[str]
) -> list[str]:
    """The same of ids alone, in their order."""
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
    hits = {id_ for id_ in model_ids if fnmatch.fnmatchcase(id_, pattern)}
    if not hits and pattern != EVERY:
        raise UnknownModel(
            f"no model matches {pattern!r}; `*` matches anything, slashes too"
        )
    return hits
