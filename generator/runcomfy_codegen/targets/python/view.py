"""What the templates see of a module. ``view_builder`` makes these values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from runcomfy_runtime.limits.stated_limit import Limit
from runcomfy_runtime.rule import Rule

from ...ir.as_json import model_as_json
from ...ir.document import DEFAULT_LOCALE
from ...ir.model import Field, Text, fields_in, types_in
from ..source_text import literal
from ..templates import CONTEXT_VERSION
from .names import NamedModel
from .params import ParamsView


@dataclass(frozen=True, slots=True)
class FieldView:
    """One line of a class: ``name: annotation = default`` and its docstring.

    ``declaration`` is all of the line, laid out as in the body of a class. ``facts`` and
    ``limits`` are what ``text`` says besides the description.
    """

    name: str
    annotation: str
    required: bool
    text: str
    declaration: str
    facts: str = ""
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectView:
    """One class of a module; ``extra`` is pydantic's word for undeclared members.

    Callers know it by ``name``; ``class_name`` is the one it is defined with.
    ``extra_type`` is the annotation of undeclared members; empty if they can be anything.
    ``text`` is the docstring, ``base`` the class of the runtime that it extends, and ``own``
    are the fields that an output does not have from it.
    """

    name: str
    class_name: str
    extra: str
    fields: tuple[FieldView, ...]
    extra_type: str = ""
    text: str = ""
    base: str = ""
    own: tuple[FieldView, ...] = ()


@dataclass(frozen=True, slots=True)
class AliasView:
    """A name for a type: ``declaration`` is the whole statement."""

    name: str
    declaration: str


@dataclass(frozen=True, slots=True)
class ModelView:
    """One module.

    ``stem`` is the beginning of the names of its classes, ``example`` a call that runs.
    ``params`` are the classes of dicts, that of the whole input last.
    """

    model: NamedModel
    dots: str
    typing: tuple[str, ...]
    pydantic: tuple[str, ...]
    constraints: tuple[str, ...]
    input_parts: tuple[ObjectView, ...]
    output_parts: tuple[ObjectView, ...]
    input: ObjectView
    output: ObjectView
    stem: str
    example: str
    media: tuple[str, ...]
    outputs: tuple[str, ...]
    aliases: tuple[AliasView, ...]
    params: tuple[ParamsView, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The media rules of the input, each with the kind of media that its field takes."""
        return tuple(
            replace(rule, kind=_media_kind(field))
            for field in fields_in(self.model.input)
            for rule in field.rules
        )

    @property
    def limits(self) -> str:
        """The stated limits as a Python expression; empty without limits."""
        return limits_call(self.model.limits)

    @property
    def rule_groups(self) -> tuple[tuple[Rule, ...], ...]:
        """The same rules, those of one place together."""
        groups: dict[tuple[str, str], list[Rule]] = {}
        for rule in self.rules:
            groups.setdefault((rule.pointer, rule.kind), []).append(rule)
        return tuple(map(tuple, groups.values()))

    @property
    def printed(self) -> dict[str, Any]:
        """The model as ``show MODEL --format json`` prints it."""
        return model_as_json(self.model, self.model.names)


def _media_kind(field: Field) -> str:
    """The kind of media that a field takes; empty if it takes more than one, or any text."""
    formats = {
        (kind.format or "").partition("_")[0]
        for kind in types_in(field.type)
        if isinstance(kind, Text)
    }
    return field.media.value if field.media and len(formats) == 1 else ""


def module_context(model: NamedModel, view: ModelView) -> dict[str, Any]:
    """Of ``model.jinja``."""
    return {"version": CONTEXT_VERSION, "view": view, "heading": _heading(model)}


def _heading(model: NamedModel) -> str:
    """The docstring of a module: id, title, description."""
    title = f": {model.title}" if model.title else ""
    return "\n\n".join(filter(None, (f"{model.model_id}{title}", model.description)))


def limits_call(limits: Sequence[Limit]) -> str:
    """The Python expression of the limits of a model; empty if it has none.

    A limit of several fields is one row. Those of another day or language than the first, and
    warnings, are written in full.
    """
    if not limits:
        return ""
    limits = _joined(limits)
    day, locale = limits[0].published, _locale(limits[0])
    rows = [
        (
            _row(limit)
            if (limit.published, _locale(limit), limit.level) == (day, locale, "error")
            else _full(limit)
        )
        for limit in limits
    ]
    named = [f"locale={literal(locale)}"] if locale else []
    return f"limits_read_on({', '.join((literal(day), *rows, *named))})"


def _joined(limits: Sequence[Limit]) -> Sequence[Limit]:
    """The limits, those that differ by their field alone as one."""
    joined: list[Limit] = []
    for limit in limits:
        last = joined[-1] if joined else None
        if last is not None and _is_same_rule(last, limit):
            joined[-1] = replace(last, fields=(*last.fields, *limit.fields))
        else:
            joined.append(limit)
    return joined


def _is_same_rule(one: Limit, other: Limit) -> bool:
    """Whether two limits say the same of each value of their fields."""
    is_of_each = one.require is None and not any("total_" in rule for rule in one.rules)
    return is_of_each and replace(one, fields=other.fields) == other


def _row(limit: Limit) -> str:
    condition = literal(dict(limit.require or {}))
    if limit.require is None:
        condition = _brief(limit.rules)
    return f"({_brief(limit.fields)}, {condition}, {literal(limit.quote)})"


def _full(limit: Limit) -> str:
    arguments = [_texts(limit.fields)]
    if limit.require is None:
        arguments.append(_texts(limit.rules))
    else:
        arguments.append(f"require={literal(dict(limit.require))}")
    named = {
        "quote": limit.quote,
        "locale": _locale(limit),
        "level": "" if limit.level == "error" else limit.level,
        "published": limit.published,
    }
    arguments += [f"{name}={literal(text)}" for name, text in named.items() if text]
    return f"Limit({', '.join(arguments)})"


def _locale(limit: Limit) -> str:
    return "" if limit.locale == DEFAULT_LOCALE else limit.locale


def _brief(texts: Sequence[str]) -> str:
    return literal(texts[0]) if len(texts) == 1 else _texts(texts)


def _texts(texts: Sequence[str]) -> str:
    listed = list(map(literal, texts))
    # A comma at the end would make black give each text a line of its own.
    return f"({listed[0]},)" if len(listed) == 1 else f"({', '.join(listed)})"
