"""What every command starts from: the configuration, the schemas, the models in them."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from .. import resources
from ..build.catalog import Catalog, build_catalog
from ..build.model import Settings
from ..config import Config, ConfigError, find_config, read_config
from ..ir.model import Model
from ..store.schemas import read_all
from .failure import usage

Returned = TypeVar("Returned")


@dataclass(frozen=True, slots=True)
class Project:
    """The configuration with the options of this call laid over it."""

    config: Config

    @property
    def settings(self) -> Settings:
        """What building models depends on."""
        return Settings(
            dialect=resources.dialect(),
            locale=self.config.locale,
            overrides=self.config.overrides,
        )

    def in_locale(self, locale: str | None) -> Project:
        """The same project with texts in another language, if one is named."""
        return Project(replace(self.config, locale=locale)) if locale else self

    def catalog(self) -> Catalog:
        """Every model of the schemas folder, with what was noticed."""
        try:
            stored = read_all(self.config.schemas)
        except FileNotFoundError as error:
            raise usage(
                f"{error}; `runcomfy-codegen import` makes one, --schemas names another"
            ) from None
        built = build_catalog(stored.documents, self.settings)
        return replace(
            built,
            diagnostics=(*stored.diagnostics, *built.diagnostics),
            failed=(*built.failed, *stored.unread),
        )

    def model(self, model_id: str) -> tuple[Model, Catalog]:
        """One model by its id, and the catalog it is of."""
        catalog = self.catalog()
        found = {model.model_id: model for model in catalog.models}
        if model_id in found:
            return found[model_id], catalog
        if model_id in catalog.failed:
            told = [each for each in catalog.diagnostics if each.model == model_id]
            raise usage(f"{model_id!r} cannot be built: {told[0].message}")
        near = difflib.get_close_matches(model_id, found, n=3, cutoff=0.5)
        hint = f"; perhaps {' or '.join(map(repr, near))} is meant" if near else ""
        raise usage(f"no model {model_id!r} in {self.config.schemas}{hint}")


def select(
    models: Iterable[Model], patterns: Iterable[str], exclude: Iterable[str]
) -> list[Model]:
    """The models whose whole id matches a glob (``*`` crosses ``/``) and none excluded.

    Raises ``Failure`` for a pattern that matches nothing: most likely a misspelling.
    """
    every = list(models)
    chosen: dict[str, Model] = {}
    for pattern in patterns:
        hits = [
            model for model in every if fnmatch.fnmatchcase(model.model_id, pattern)
        ]
        if not hits:
            raise usage(
                f"no model matches {pattern!r}; `*` matches anything, slashes too"
            )
        chosen |= {model.model_id: model for model in hits}
    kept = (
        model
        for model_id, model in chosen.items()
        if not any(fnmatch.fnmatchcase(model_id, pattern) for pattern in exclude)
    )
    return sorted(kept, key=lambda model: model.model_id)


def project_options(function: Callable[..., Returned]) -> Callable[..., Returned]:
    """Give a command ``--schemas`` and ``--config``, and a ``Project`` made of them."""

    @click.option(
        "--schemas",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of published documents.  [default: from the configuration, else schemas/]",
    )
    @click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Configuration file.  [default: runcomfy-codegen.toml or pyproject.toml]",
    )
    @wraps(function)
    def wrapped(
        schemas: Path | None, config_file: Path | None, **options: Any
    ) -> Returned:
        try:
            config = read_config(config_file) if config_file else find_config(Path())
        except ConfigError as error:
            raise usage(str(error)) from None
        if schemas is not None:
            config = replace(config, schemas=schemas)
        return function(project=Project(config), **options)

    return wrapped
