"""Entries of the model catalog, as the API lists them: one, a list, or ``{"models": […]}``.

An entry may also be a stored document of a folder of schemas.

The shape of an entry is that of ``GET /v1/models?include_schema=true``: ``model_id``,
``display_name``, ``kind``, ``categories``, ``base_price_usd``, ``price_unit``,
``input_schema``, ``required_inputs``. Keys come in any order; unknown ones are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from runcomfy_runtime.protocol import valid_model_id

from ..ir.diagnostic import EXHAUSTED, Diagnostic, Severity, too_large
from ..ir.document import DEFAULT_LOCALE, Document
from ..ir.json_syntax import SyntaxIssue
from ..ir.json_text import JsonText, JsonValue
from .embedded_json import (
    Member,
    child_pointer,
    decode_whole,
    excerpt,
    is_truncated,
    item_slices,
    member_slices,
    unusable_value,
)
from .origin import STORED_TEXTS, Origin, SourceItem, is_stored, stored_document

_JSON = re.compile(r"\s*[\[{]")
_OWN_FIELDS = frozenset(
    {"model_id", "display_name", "description", "input_schema", "output_schema"}
)


def is_catalog(text: str, origin: Origin) -> bool:
    """Whether a source is JSON, by its first character or the ending of its name."""
    return bool(_JSON.match(text)) or origin.name.lower().endswith(".json")


def read_catalog(text: str, origin: Origin) -> Iterator[SourceItem]:
    """Yield a document for every usable entry and a diagnostic for every other."""
    result = decode_whole(text)
    if isinstance(result, SyntaxIssue):
        yield _not_json_diagnostic(text, result, origin)
        return
    entries = list(_entries(JsonText(text), result.value))
    if not entries:
        yield _no_models_diagnostic(text, origin)
    for pointer, entry in entries:
        try:
            yield from list(_Entry.of(entry, pointer, origin).read())
        except EXHAUSTED as error:
            yield replace(too_large(error, file=origin.name), pointer=pointer)


def _entries(whole: JsonText, value: JsonValue) -> Iterator[tuple[str, JsonText]]:
    if isinstance(value, list):
        yield from (
            (f"/{index}", item) for index, item in enumerate(item_slices(whole))
        )
    elif listed := _models_of(whole, value):
        yield from (
            (f"/models/{index}", item) for index, item in enumerate(item_slices(listed))
        )
    else:
        yield "", whole


def _models_of(whole: JsonText, value: JsonValue) -> JsonText | None:
    """The list in a response of the API; None if the value is an entry itself."""
    if not isinstance(value, dict) or "model_id" in value:
        return None
    lists = [part.value for part in member_slices(whole) if part.name == "models"]
    return lists[-1] if lists and lists[-1].text.startswith("[") else None


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry: its text, pointer and members."""

    text: JsonText
    pointer: str
    origin: Origin
    parts: tuple[Member, ...]

    @classmethod
    def of(cls, text: JsonText, pointer: str, origin: Origin) -> _Entry:
        is_object = text.text.lstrip().startswith("{")
        return cls(
            text, pointer, origin, tuple(member_slices(text)) if is_object else ()
        )

    def read(self) -> Iterator[SourceItem]:
        """The document of the entry, and what is wrong with it."""
        if (
            problem := self._malformed_entry()
            or self._no_model_id()
            or self._no_schema()
        ):
            yield problem
            return
        named = {part.name: part for part in self.parts}
        is_stored_document = is_stored(named)
        texts_of_entry = (
            STORED_TEXTS if is_stored_document else ("display_name", "description")
        )
        remarks = [self._not_a_string(name) for name in texts_of_entry]
        yield from (remark for remark in remarks if remark is not None)
        if is_stored_document:
            texts = {name: self._string(name) for name in ("model_id", *STORED_TEXTS)}
            yield stored_document(named, texts, self.origin, self.pointer)
        else:
            yield self._document()

    @property
    def model_id(self) -> str:
        value = self._value("model_id")
        return value if isinstance(value, str) else ""

    def _document(self) -> Document:
        output = self._part("output_schema")
        input_schema = self._part("input_schema")
        assert input_schema is not None, "checked by _no_schema"
        return Document(
            model_id=self.model_id,
            locale=self.origin.locale or DEFAULT_LOCALE,
            title=self._string("display_name"),
            description=self._string("description"),
            input_schema=input_schema.value,
            output_schema=None if output is None or _is_null(output) else output.value,
            facts=self._facts(),
            provenance=self.origin.provenance("catalog"),
        )

    def _facts(self) -> JsonText | None:
        """All other members of the entry, with their values verbatim."""
        others = [part for part in self.parts if part.name not in _OWN_FIELDS]
        if not others:
            return None
        written = ", ".join(f"{part.key}: {part.value.text}" for part in others)
        return JsonText(f"{{{written}}}", others[0].value.start)

    def _malformed_entry(self) -> Diagnostic | None:
        if not self.text.text.lstrip().startswith("{"):
            return self._diagnostic(
                "entry-not-object",
                f"a catalog entry is an object, not {excerpt(self.text.text)}",
                hint="give an entry, a list of entries, or the response of GET /v1/models",
            )
        if unusable := unusable_value(self.text, self.pointer):
            return self.origin.unusable(unusable)
        names = [part.name for part in self.parts]
        repeated = next(
            (part for part in self.parts if names.count(part.name) > 1), None
        )
        if repeated is None:
            return None
        return self._diagnostic(
            "duplicate-key",
            f"{repeated.name!r} occurs more than once in this entry",
            part=[part for part in self.parts if part.name == repeated.name][1],
            hint="keep one of them; it is unclear which one is meant",
        )

    def _no_model_id(self) -> Diagnostic | None:
        part = self._part("model_id")
        if part is None:
            return self._diagnostic(
                "no-model-id",
                "this entry has no model_id",
                hint="a catalog entry has the id of its model: "
                '{"model_id": "vendor/model", "input_schema": {…}}',
            )
        if not _is_text(self.model_id) or not valid_model_id(self.model_id):
            pointer = child_pointer(self.pointer, "model_id")
            return self.origin.invalid_model_id(
                part.value.text, part.value.start, pointer
            )
        return None

    def _no_schema(self) -> Diagnostic | None:
        input_schema = self._part("input_schema")
        if input_schema is None:
            return self._diagnostic(
                "no-input-schema",
                "this entry has no input_schema",
                hint="request the list with include_schema=true, or the model by its id",
            )
        for part in (input_schema, self._part("output_schema")):
            if part is None or part.value.text.startswith("{"):
                continue
            if part.name == "output_schema" and _is_null(part):
                continue
            return self._diagnostic(
                "schema-not-object",
                f"{part.name} is {excerpt(part.value.text)}, not an object",
                part=part,
                hint="a schema is a JSON object; import the entry again when it has one",
            )
        return None

    def _not_a_string(self, name: str) -> Diagnostic | None:
        part = self._part(name)
        if part is None or _is_null(part) or _is_text(self._value(name)):
            return None
        return self._diagnostic(
            "not-a-string",
            f"{name} is {excerpt(part.value.text)}, not a string",
            part=part,
            severity=Severity.WARNING,
            hint="the model is read without it",
        )

    def _part(self, name: str) -> Member | None:
        return next((member for member in self.parts if member.name == name), None)

    def _value(self, name: str) -> object:
        part = self._part(name)
        return None if part is None else part.value.value()

    def _string(self, name: str) -> str:
        value = self._value(name)
        return value if isinstance(value, str) and _is_text(value) else ""

    def _diagnostic(
        self,
        code: str,
        message: str,
        *,
        hint: str,
        part: Member | None = None,
        severity: Severity = Severity.ERROR,
    ) -> Diagnostic:
        return self.origin.diagnostic(
            code,
            message,
            severity=severity,
            model=self.model_id if valid_model_id(self.model_id) else "",
            pointer=(
                self.pointer if part is None else child_pointer(self.pointer, part.name)
            ),
            place=self.text.start if part is None else part.value.start,
            hint=hint,
        )


def _is_null(part: Member) -> bool:
    return part.value.text == "null"


def _is_text(value: object) -> bool:
    """Whether a value is a string that can be encoded: without half a surrogate pair."""
    return isinstance(value, str) and not any(
        "\ud800" <= char <= "\udfff" for char in value
    )


def _not_json_diagnostic(text: str, stop: SyntaxIssue, origin: Origin) -> Diagnostic:
    cut = is_truncated(text, stop)
    return origin.diagnostic(
        "truncated-json" if cut else "not-json",
        "the JSON ends before it is complete" if cut else f"not JSON: {stop.reason}",
        place=JsonText(text).at(len(text.rstrip()) if cut else stop.offset),
        hint=(
            "a part of the file is missing: fetch it again"
            if cut
            else "correct this line, or fetch the entry again"
        ),
    )


def _no_models_diagnostic(text: str, origin: Origin) -> Diagnostic:
    return origin.diagnostic(
        "no-models",
        "the list of models is empty",
        severity=Severity.WARNING,
        place=JsonText(text).start,
        hint="request other models from the catalog",
    )
