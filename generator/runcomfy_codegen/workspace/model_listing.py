"""Which models there are: what the stored documents publish about each."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from runcomfy_runtime.did_you_mean import did_you_mean, did_you_mean_or_list

from ..errors import UnknownModel, UsageError
from ..ir.assumed_facts import ASSUMED_PRICE, category_in_id
from ..ir.diagnostic import Diagnostic
from ..ir.document import Document
from ..ir.json_text import items, members
from ..ir.model import MediaKind
from ..store.schemas_folder import NoSchemasFolder, read_all
from .project import Project, no_schemas


@dataclass(frozen=True, slots=True)
class ListedModel:
    """What is published about a model; a text is empty if it is not published.

    ``price_usd`` is None unless the catalog publishes a price; ``price_unit`` says for what.
    """

    model_id: str
    title: str = ""
    kind: str = ""
    categories: tuple[str, ...] = ()
    price_usd: Decimal | int | float | None = None
    price_unit: str = ""
    description: str = field(default="", repr=False)

    @property
    def price(self) -> str:
        """The price in words; empty if it is not published."""
        if self.price_usd is None:
            return ""
        unit = f" / {self.price_unit}" if self.price_unit else ""
        return f"${self.price_usd}{unit}"


@dataclass(frozen=True, slots=True)
class ModelSearch:
    """What to list: a text or a glob over ids, a kind, a category; empty for everything."""

    text: str = ""
    kind: str = ""
    category: str = ""

    def of(self, models: Iterable[ListedModel]) -> list[ListedModel]:
        """The models that match, by id.

        Raises ``UsageError`` for an unknown kind or category, ``UnknownModel`` if the text
        matches no model.
        """
        every = sorted(models, key=lambda model: model.model_id)
        self._check("kind", self.kind, {model.kind for model in every})
        categories = {name for model in every for name in model.categories}
        self._check("category", self.category, categories)
        matches = [model for model in every if self._matches(model)]
        if not matches and self.text:
            ids = [model.model_id for model in every]
            hint = did_you_mean(self.text, ids, count=3, cutoff=0.4)
            hint = hint or "; `runcomfy-codegen models` lists all"
            raise UnknownModel(f"no model matches {self.text!r}{hint}")
        return matches

    @staticmethod
    def _check(what: str, name: str, known: Iterable[str]) -> None:
        names = sorted(filter(None, known))
        if name and name not in names:
            hint = did_you_mean_or_list(name, names)
            raise UsageError(f"no model has the {what} {name!r}{hint}")

    def _matches(self, model: ListedModel) -> bool:
        return (
            self._is_named(model)
            and self.kind in ("", model.kind)
            and self.category in ("", *model.categories)
        )

    def _is_named(self, model: ListedModel) -> bool:
        if any(character in self.text for character in "*?["):
            return fnmatch.fnmatchcase(model.model_id, self.text)
        texts = (model.model_id, model.title, model.description)
        return self.text.lower() in "\n".join(texts).lower()


def stored_models(
    project: Project, report: Callable[[Diagnostic], None]
) -> list[ListedModel]:
    """Every model of the schemas folder, in the language of the configuration.

    ``report`` gets the diagnostics of documents that cannot be read. Raises ``NoSchemas``.
    """
    try:
        stored = read_all(project.config.schemas)
    except NoSchemasFolder as error:
        raise no_schemas(error) from None
    for diagnostic in stored.diagnostics:
        report(diagnostic)
    files: dict[str, list[_StoredFile]] = {}
    for file, document in stored.documents:
        files.setdefault(document.model_id, []).append((file, document))
    return [_listed(group, project) for group in files.values()]


_StoredFile = tuple[str, Document]


def _listed(files: list[_StoredFile], project: Project) -> ListedModel:
    documents = [document for _, document in files]
    locale = project.config.locale
    first = min(
        documents, key=lambda document: (document.locale != locale, document.locale)
    )
    facts: dict[str, Any] = {}
    for document in reversed([first, *documents]):
        if document.facts is not None:
            facts |= members(document.facts.value())
    entry = {**facts, "model_id": first.model_id, "display_name": first.title}
    listed = listed_model(entry, first.description)
    names_task = category_in_id(first.model_id, MediaKind.IMAGE)
    if listed.categories or not names_task:
        return listed
    return _with_category(listed, files, facts, project)


def _with_category(
    listed: ListedModel,
    files: list[_StoredFile],
    facts: dict[str, Any],
    project: Project,
) -> ListedModel:
    """The model with its category. For a task such as ``edit``, what it makes decides, too."""
    from ..build.build_model import build_model  # most models need neither
    from ..sandbox.output_files import output_kind

    model = build_model(files, project.build_options).model
    if model is None:
        return listed
    category = category_in_id(model.model_id, output_kind(model, facts))
    return replace(listed, categories=(category,))


def listed_model(entry: dict[str, Any], description: str = "") -> ListedModel:
    """A model from its catalog entry. What is not of the documented type is left out."""
    model_id = str(entry["model_id"])
    price = entry.get("base_price_usd")
    is_price = (
        isinstance(price, int | float | Decimal)
        and not isinstance(price, bool)
        and entry.get("pricing_note") != ASSUMED_PRICE
    )
    published = tuple(map(str, items(entry.get("categories"))))
    assumed = category_in_id(model_id)
    return ListedModel(
        model_id=model_id,
        title=_text(entry.get("display_name")),
        kind=_text(entry.get("kind")),
        categories=published or ((assumed,) if assumed else ()),
        price_usd=price if is_price else None,
        price_unit=_text(entry.get("price_unit")),
        description=description,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
