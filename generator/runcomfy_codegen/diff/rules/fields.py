"""Rules about fields: added, removed, renamed, required or optional."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir.one_way import NOT_RECEIVED, NOT_SENT
from ...subtype.examples import smallest_example
from ..compare.facts import (
    FieldAdded,
    FieldRemoved,
    FieldRenamed,
    RequiredChanged,
    Side,
    UndeclaredRequiredChanged,
)
from ..compare.fingerprint import field_identity
from ..finding import DiffVerdict, Lens, Witness
from ..rule import READ_BY_OLD_CLASSES, RuleResult, diff_rule


@diff_rule(
    "field-added",
    FieldAdded,
    summary="An optional field is new.",
    why=(
        "Old callers do not send it, and readers of an output ignore fields that they "
        "do not know."
    ),
    before='{"properties": {"prompt": {"type": "string"}}}',
    after=(
        '{"properties": {"prompt": {"type": "string"}, "seed": {"type": ' '"integer"}}}'
    ),
    advice=(
        "Regenerate the client to use the field. An old client can send it with "
        "`.extended(...)`."
    ),
)
def field_added(fact: FieldAdded) -> Iterator[RuleResult]:
    """A new optional field is harmless."""
    if not fact.field.required:
        yield RuleResult(
            location=fact.location,
            verdict=DiffVerdict.COMPATIBLE,
            message=f"the optional field {fact.field.wire_name!r} is new{_unmarked(fact)}",
            new=fact.field.wire_name,
            identity=("", field_identity(fact.field)),
        )


@diff_rule(
    "required-field-added",
    FieldAdded,
    summary="A required field is new.",
    why=(
        "No old call sends it. A published default does not help: for required fields "
        "it is only a sample, and the client never sends it."
    ),
    before='{"properties": {"prompt": {"type": "string"}}}',
    after=(
        '{"properties": {"prompt": {"type": "string"}, "image_url": {"type": '
        '"string"}}, "required": ["image_url"]}'
    ),
    advice="Send the field in every call before you deploy the new client.",
)
def required_field_added(fact: FieldAdded) -> Iterator[RuleResult]:
    """The witness is a smallest payload of the old schema, which lacks the field."""
    if not fact.field.required:
        return
    hurts = fact.location.side is Side.INPUT
    for lens in Lens if hurts else (Lens.WIRE,):
        yield RuleResult(
            location=fact.location,
            verdict=DiffVerdict.BREAKING if hurts else DiffVerdict.COMPATIBLE,
            message=f"the required field {fact.field.wire_name!r} is new{_unmarked(fact)}",
            lens=lens,
            new=fact.field.wire_name,
            identity=("", field_identity(fact.field)),
            witness=next(
                (Witness(value) for value in smallest_example(fact.parent)), None
            ),
        )


@diff_rule(
    "field-removed",
    FieldRemoved,
    summary="A field is no longer published.",
    why=(
        "The generated class no longer has the field, so code that uses it does not "
        "type-check. The schema does not say whether the server refuses or ignores "
        "the field."
    ),
    before=(
        '{"properties": {"prompt": {"type": "string"}, "seed": {"type": ' '"integer"}}}'
    ),
    after='{"properties": {"prompt": {"type": "string"}}}',
    advice="Remove the field from the calls, and from the code that reads it.",
)
def field_removed(fact: FieldRemoved) -> Iterator[RuleResult]:
    """Breaking for code; for the wire it depends on the server."""
    name = fact.field.wire_name
    unknown = {
        Side.INPUT: "a server may refuse or ignore a field that it does not know",
        Side.OUTPUT: "old callers do not find the field any more",
    }
    mark = _MARKS[fact.location.side]
    what = f"is marked {mark!r} now" if fact.is_marked else "is no longer published"
    yield RuleResult(
        location=fact.location,
        verdict=DiffVerdict.RISKY,
        message=f"the field {name!r} {what}",
        old=name,
        reason=unknown[fact.location.side],
    )
    if fact.name:
        yield RuleResult(
            location=fact.location,
            verdict=DiffVerdict.BREAKING,
            message=f"the generated class has no field {fact.name!r} any more",
            lens=Lens.SOURCE,
            old=name,
        )


_MARKS = {Side.INPUT: NOT_SENT, Side.OUTPUT: NOT_RECEIVED}


def _unmarked(fact: FieldAdded) -> str:
    """What to add about a field that was published before, and left out by the client."""
    mark = _MARKS[fact.location.side]
    return f"; it is no longer marked {mark!r}" if fact.was_marked else ""


@diff_rule(
    "field-renamed",
    FieldRenamed,
    summary=(
        "A field was removed, and one of the same type was added with a similar name "
        "or with the same description."
    ),
    why=(
        "A value that is sent under the old name no longer reaches the server. The "
        "change is reported once, not as a removal and an addition."
    ),
    before=(
        '{"properties": {"image_url": {"type": "string", "description": "The '
        'picture to edit."}}}'
    ),
    after=(
        '{"properties": {"input_image_url": {"type": "string", "description": '
        '"The picture to edit."}}}'
    ),
    advice=(
        "Change the name in the callers. A name in the configuration can keep the old "
        "argument."
    ),
)
def field_renamed(fact: FieldRenamed) -> Iterator[RuleResult]:
    """The name in code may be the same."""
    for lens in Lens if fact.renamed_in_code else (Lens.WIRE,):
        open_ = lens is Lens.WIRE and not _asked(fact)
        yield RuleResult(
            location=fact.location,
            verdict=DiffVerdict.RISKY if open_ else DiffVerdict.BREAKING,
            message=(
                f"{fact.old.wire_name!r} is gone, and {fact.new.wire_name!r} is new:"
                " probably a rename"
            ),
            lens=lens,
            old=fact.old.wire_name,
            new=fact.new.wire_name,
            identity=(field_identity(fact.old), field_identity(fact.new)),
            witness=_witness(fact) if lens is Lens.WIRE else None,
            reason=_UNKNOWN[fact.location.side] if open_ else "",
        )


_UNKNOWN = {
    Side.INPUT: "a server may refuse or ignore a field that it does not know",
    Side.OUTPUT: "old callers do not find the field under its old name",
}


def _asked(fact: FieldRenamed) -> bool:
    """Whether payloads with the old name lack a required field."""
    return fact.new.required and fact.location.side is Side.INPUT


def _witness(fact: FieldRenamed) -> Witness | None:
    """A smallest payload with the old name, if the new one is required."""
    if not _asked(fact):
        return None
    return next((Witness(value) for value in smallest_example(fact.parent)), None)


@diff_rule(
    "field-became-required",
    RequiredChanged,
    summary="A field that was optional is required now.",
    why="Calls without the field fail, and do not type-check.",
    before='{"properties": {"prompt": {"type": "string"}}}',
    after='{"properties": {"prompt": {"type": "string"}}, "required": ["prompt"]}',
    advice="Send the field in every call before you deploy the new client.",
)
def field_became_required(fact: RequiredChanged) -> Iterator[RuleResult]:
    """The witness is a payload without the field."""
    if not fact.required:
        return
    hurts = fact.location.side is Side.INPUT
    for lens in Lens if hurts else (Lens.WIRE,):
        yield RuleResult(
            location=fact.location,
            verdict=DiffVerdict.BREAKING if hurts else DiffVerdict.COMPATIBLE,
            message=f"the field {fact.field.wire_name!r} is required now",
            lens=lens,
            old="optional",
            new="required",
            witness=next(
                (Witness(value) for value in smallest_example(fact.parent)), None
            ),
        )


@diff_rule(
    "field-became-optional",
    RequiredChanged,
    summary="A field that was required is optional now.",
    why=(
        "Callers that send it are not affected. An output may lack it, and code that "
        "reads it may fail."
    ),
    before='{"properties": {"prompt": {"type": "string"}}, "required": ["prompt"]}',
    after='{"properties": {"prompt": {"type": "string"}}}',
    advice="Handle outputs that lack the field.",
)
def field_became_optional(fact: RequiredChanged) -> Iterator[RuleResult]:
    """Harmless for inputs; an output may lack the field now."""
    if not fact.required:
        missed = DiffVerdict.BREAKING if fact.required_by_class else DiffVerdict.RISKY
        hurts = fact.location.side is Side.OUTPUT
        yield RuleResult(
            location=fact.location,
            verdict=missed if hurts else DiffVerdict.COMPATIBLE,
            message=f"the field {fact.field.wire_name!r} is optional now",
            old="required",
            new="optional",
            reason=(
                "the old client reads None where the field is missing" if hurts else ""
            ),
        )


@diff_rule(
    "required-name-changed",
    UndeclaredRequiredChanged,
    summary="`required` lists a name without a property, or no longer does.",
    why=(
        "No property describes such a field, so a generated input cannot send it. If "
        "the server does require it, every call fails."
    ),
    before='{"properties": {"image_url": {"type": "string"}}}',
    after='{"properties": {"image_url": {"type": "string"}}, "required": ["image"]}',
    advice="Ask the publisher which property is meant.",
)
def required_name_changed(fact: UndeclaredRequiredChanged) -> Iterator[RuleResult]:
    """A required name without a property: a generated input cannot send it."""
    sent = fact.location.side is Side.INPUT
    hurts = fact.required is sent
    harm = DiffVerdict.BREAKING if sent else DiffVerdict.RISKY
    examples = smallest_example(fact.parent) if fact.required else []
    yield RuleResult(
        location=fact.location,
        verdict=harm if hurts else DiffVerdict.COMPATIBLE,
        message=(
            f"{fact.name!r} is required now, and no property declares it"
            if fact.required
            else f"{fact.name!r} is no longer required"
        ),
        old="" if fact.required else fact.name,
        new=fact.name if fact.required else "",
        witness=Witness(examples[0]) if examples else None,
        reason=READ_BY_OLD_CLASSES if hurts and not sent else "",
    )


RULES = (
    field_added,
    required_field_added,
    field_removed,
    field_renamed,
    field_became_required,
    field_became_optional,
    required_name_changed,
)
