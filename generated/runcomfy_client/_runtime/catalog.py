"""What the catalog and the wallet say: values that are read, never sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the catalog publishes of a model. ``raw`` is the whole entry.

    What is not published is empty or None. ``price_usd`` is the base price of one
    ``price_unit`` (``output``, ``second``, …); ``input_schema`` is the published JSON Schema.
    """

    model_id: str
    name: str = ""
    description: str = ""
    categories: tuple[str, ...] = ()
    kind: str = ""
    inputs: tuple[str, ...] = ()
    required_inputs: tuple[str, ...] = ()
    price_usd: float | None = None
    price_unit: str = ""
    pricing_note: str = ""
    url: str = ""
    input_schema: Mapping[str, Any] | None = field(default=None, repr=False, hash=False)
    raw: Mapping[str, Any] = field(
        default_factory=dict[str, Any], repr=False, hash=False
    )

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> ModelFacts:
        """The facts of a catalog entry. Values of a wrong type count as not published."""
        schema = entry.get("input_schema")
        return cls(
            model_id=_text(entry, "model_id"),
            name=_text(entry, "display_name"),
            description=_text(entry, "description"),
            categories=_texts(entry, "categories"),
            kind=_text(entry, "kind"),
            inputs=_texts(entry, "inputs"),
            required_inputs=_texts(entry, "required_inputs"),
            price_usd=_number(entry, "base_price_usd"),
            price_unit=_text(entry, "price_unit"),
            pricing_note=_text(entry, "pricing_note"),
            url=_text(entry, "model_url"),
            input_schema=(
                cast(Mapping[str, Any], schema) if isinstance(schema, dict) else None
            ),
            raw=entry,
        )


@dataclass(frozen=True, slots=True)
class Balance:
    """The balance of the account. It may be zero or negative."""

    usd: float
    microdollars: int
    """The same in millionths of a dollar, exactly."""
    currency: str = "USD"

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Balance | None:
        """The balance in an answer; None if it states none."""
        usd, exact = _number(answer, "balance_usd"), answer.get("balance_microdollars")
        if isinstance(exact, bool) or not isinstance(exact, int):
            exact = None if usd is None else round(usd * 1_000_000)
        if exact is None:
            return None
        dollars = exact / 1_000_000 if usd is None else usd
        return cls(dollars, exact, _text(answer, "currency") or "USD")


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _texts(entry: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = entry.get(name)
    items = cast(list[object], value) if isinstance(value, list) else []
    return tuple(item for item in items if isinstance(item, str))


def _number(entry: Mapping[str, Any], name: str) -> float | None:
    value = entry.get(name)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and value is not None else None
