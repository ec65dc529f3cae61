"""The catalog: the models of the sandbox, their published facts, and search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from runcomfy_runtime.did_you_mean import did_you_mean
from runcomfy_runtime.error_codes import INVALID_MODEL
from runcomfy_runtime.protocol import valid_model_id

from ..ir.as_json import to_json_schema
from ..ir.assumed_facts import ASSUMED_PRICE, assumed_category, assumed_page
from ..ir.json_text import items
from ..ir.model import Anything, MediaKind, Model, Object, Value
from .http_messages import ApiResponse, assumed_error, coded_error, json_response
from .input_validation import InputSchema
from .output_files import JobOutput, output_kind

CatalogEntry = Mapping[str, Any]

_NO_ENTRY: CatalogEntry = MappingProxyType({})
_FACTS = frozenset(
    [
        "display_name",
        "description",
        "categories",
        "kind",
        "inputs",
        "required_inputs",
        "input_schema",
        "base_price_usd",
        "price_unit",
        "pricing_note",
        "model_url",
    ]
)
"""Members of catalog entries, as RunComfy's own clients read them."""
_DEFAULT_LIMIT, _LARGEST_LIMIT = 100, 500  # entries of a page

_ASSUMED_PRICES: Mapping[MediaKind, float] = MappingProxyType(
    {MediaKind.IMAGE: 0.03, MediaKind.AUDIO: 0.02, MediaKind.VIDEO: 0.05}
)
"""US dollars for an image, a piece of audio, a second of video, without a published price."""
_ASSUMED_UNITS: Mapping[MediaKind, str] = MappingProxyType(
    {MediaKind.IMAGE: "output", MediaKind.AUDIO: "output", MediaKind.VIDEO: "second"}
)
"""What the price is for, without a published unit."""
_HIGHEST_PRICE = 1e6  # US dollars; a published number above is ignored


@dataclass(frozen=True)
class CatalogModel:
    """A model of the catalog: its IR, and the catalog entry that RunComfy published, if any."""

    model: Model
    published: CatalogEntry

    @cached_property
    def schema(self) -> InputSchema:
        """The schema that inputs are checked against."""
        return InputSchema(self.model)

    @cached_property
    def media(self) -> MediaKind:
        """The kind of media that the model makes."""
        return output_kind(self.model, self.published)

    @cached_property
    def entry(self) -> dict[str, Any]:
        """The catalog entry of the model. Published facts win over those of the schema."""
        fields = self.model.input.fields
        return {
            "model_id": self.model.model_id,
            "display_name": self.model.title or self.model.model_id,
            "description": self.model.description,
            "categories": [assumed_category(self.model, self.media)],
            "kind": self.model.kind or "model",
            "inputs": [field.wire_name for field in fields],
            "required_inputs": [field.wire_name for field in fields if field.required],
            "input_schema": to_json_schema(self.model.input),
            "model_url": assumed_page(self.model.model_id),
            "price_unit": _ASSUMED_UNITS[self.media],
            **{name: self.published[name] for name in _FACTS & self.published.keys()},
            **self._assumed_price,
        }

    @property
    def price_is_assumed(self) -> bool:
        """Whether the sandbox has no published price of the model."""
        return self._published_price is None

    @property
    def _assumed_price(self) -> dict[str, Any]:
        if not self.price_is_assumed:
            return {}
        return {
            "base_price_usd": _ASSUMED_PRICES[self.media],
            "price_unit": _ASSUMED_UNITS[self.media],
            "pricing_note": ASSUMED_PRICE,
        }

    def price(self, output: JobOutput) -> float:
        """The price of one job in US dollars: the published one, else the assumed one."""
        published = self._published_price
        price = _ASSUMED_PRICES[output.kind] if published is None else published
        unit = None if published is None else self.published.get("price_unit")
        if (unit or _ASSUMED_UNITS[output.kind]) == "second":
            return round(price * output.shape.seconds, 6)
        return round(price * output.shape.count, 6)

    @property
    def _published_price(self) -> float | None:
        price = self.published.get("base_price_usd")
        if isinstance(price, bool) or not isinstance(price, int | float):
            return None
        return float(price) if 0 <= price <= _HIGHEST_PRICE else None

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories of the model."""
        return tuple(map(str, items(self.entry["categories"])))

    def matches(self, query: Mapping[str, str]) -> bool:
        """Whether the model matches ``search``, ``kind`` and ``category`` of a query."""
        entry = self.entry
        texts = (entry["model_id"], entry["display_name"], entry["description"])
        return (
            query.get("search", "").lower() in "\n".join(map(str, texts)).lower()
            and query.get("kind", entry["kind"]) == entry["kind"]
            and ("category" not in query or query["category"] in self.categories)
        )


class ModelCatalog:
    """Every model of the sandbox. Without models, every valid id is a model."""

    def __init__(
        self, models: Mapping[str, Model] | None, entries: Mapping[str, CatalogEntry]
    ) -> None:
        self.closed = models is not None
        """Whether these are all models."""
        self._models = {
            model_id: CatalogModel(model, _plain(entries.get(model_id, _NO_ENTRY)))
            for model_id, model in sorted((models or {}).items())
        }

    def __iter__(self) -> Iterator[CatalogModel]:
        return iter(self._models.values())

    def get(self, model_id: str) -> CatalogModel:
        """One model. Raises ``Refused`` with 400001 if there is no model with that id."""
        valid = valid_model_id(model_id)
        model = self._models.get(model_id) if valid else None
        if model is not None:
            return model
        if valid and not self.closed:
            return CatalogModel(_anything(model_id), _NO_ENTRY)
        hint = did_you_mean(model_id, self._models) or "."
        raise coded_error(INVALID_MODEL, f"There is no model {model_id!r:.200}{hint}")

    def list(self, query: Mapping[str, str]) -> ApiResponse:
        """A page of the catalog: ``GET /v1/models``."""
        limit = whole_parameter(query, "limit", _DEFAULT_LIMIT, 1, _LARGEST_LIMIT)
        offset = whole_parameter(query, "offset", 0, 0, 2**31)
        matching = [model for model in self if model.matches(query)]
        schemas = query.get("include_schema", "").lower() == "true"
        chosen = matching[offset : offset + limit]
        page = [_listed(model, schemas) for model in chosen]
        body = {
            "models": page,
            "total": len(matching),
            "limit": limit,
            "offset": offset,
        }
        assumed = any(model.price_is_assumed for model in chosen)
        return json_response(body, assumed=assumed)

    def one(self, model_id: str) -> ApiResponse:
        """One entry with its schema: ``GET /v1/models/{model_id}``."""
        model = self.get(model_id)
        return json_response(model.entry, assumed=model.price_is_assumed)

    def categories(self) -> ApiResponse:
        """Every category once: ``GET /v1/models/categories``."""
        names = sorted({name for model in self for name in model.categories})
        assumed = any("categories" not in model.published for model in self)
        return json_response({"categories": names}, assumed=assumed)


def _plain(entry: CatalogEntry) -> CatalogEntry:
    # Stored entries keep fractions as ``Decimal``, which the JSON writer does not take.
    known = {name: value for name, value in entry.items() if value is not None}
    plain: dict[str, Any] = Value.of(known).load()
    return plain


def _anything(model_id: str) -> Model:
    return Model(
        model_id=model_id,
        title="",
        description="",
        locale="en",
        input=Object(extra=Anything()),
        output=Object(extra=Anything()),
        schema_sha256="",
        documents=(),
    )


def _listed(model: CatalogModel, schemas: bool) -> CatalogEntry:
    if schemas:
        return model.entry
    return {
        name: value for name, value in model.entry.items() if name != "input_schema"
    }


def whole_parameter(
    query: Mapping[str, str], name: str, default: int, minimum: int, maximum: int
) -> int:
    """A number of the query. Raises ``Refused`` (400, assumed) if it is not one in range."""
    text = query.get(name, str(default))
    digits = text.isascii() and text.isdigit() and len(text) < 12
    if digits and minimum <= int(text) <= maximum:
        return int(text)
    raise assumed_error(
        400,
        f"{name} must be a whole number from {minimum} to {maximum}, not {text!r:.40}.",
    )
