"""``readOnly`` properties of inputs are never sent, ``writeOnly`` ones of outputs never come."""

from __future__ import annotations

from typing import Any

import pytest

from diff.test_outputs import outputs_of
from runcomfy_codegen.dialect.validator import input_validator
from runcomfy_codegen.diff.finding import DiffFinding
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.sandbox.input_validation import InputSchema
from support.built_models import built, compared, executed, model_of

TEXT = {"type": "string"}
READ = {"type": "integer", "readOnly": True}
WRITE = {"type": "integer", "writeOnly": True}


def schema(required: str = "", **members: Any) -> dict[str, Any]:
    return {"type": "object", "properties": members, "required": required.split()}


def sent(old: Any, new: Any) -> list[tuple[str, str, str]]:
    return _told(compared([model_of(old)], [model_of(new)]))


def received(old: Any, new: Any) -> list[tuple[str, str, str]]:
    models = [model_of(schema(), output_schema=each) for each in (old, new)]
    return _told(compared(models[:1], models[1:], outputs_of(*models)))


def _told(findings: tuple[DiffFinding, ...]) -> list[tuple[str, str, str]]:
    return [(str(each.verdict), each.rule, str(each.lens)) for each in findings]


PROMPT = schema("p", p=TEXT)
WITH_ID = schema("p id", p=TEXT, id=READ)
DOCS = [("docs-only", "texts-changed", "wire")]
GONE = [("risky", "field-removed", "wire"), ("breaking", "field-removed", "source")]
NEEDED = [
    ("breaking", "required-field-added", "source"),
    ("breaking", "required-field-added", "wire"),
]

SENT = [
    (PROMPT, WITH_ID, DOCS),
    (WITH_ID, PROMPT, DOCS),
    (WITH_ID, schema("p id", p=TEXT, id={**READ, "minimum": 5}), DOCS),
    (WITH_ID, schema("p", p=TEXT, id=READ), []),
    (WITH_ID, schema("p id", p=TEXT, id={"type": "integer"}), NEEDED),
    (WITH_ID, schema("p id", p=TEXT, id={**READ, "readOnly": False}), NEEDED),
    (PROMPT, schema("p id", p=TEXT, id={"allOf": [READ]}), DOCS),
    (PROMPT, {**WITH_ID, "required": [], "allOf": [{"required": ["p", "id"]}]}, None),
    (PROMPT, schema("p", p={**TEXT, "readOnly": False, "writeOnly": True}), []),
]


@pytest.mark.parametrize(("old", "new", "told"), SENT)
def test_what_callers_do_not_send_breaks_none(old: Any, new: Any, told: Any) -> None:
    found = sent(old, new)
    if told is None:
        assert not [each for each in found if each[0] == "breaking"]
    else:
        assert sorted(found) == sorted(told)


def test_a_field_that_only_the_server_sets_now_may_be_refused_or_ignored() -> None:
    old = schema("p", p=TEXT, id={"type": "integer"}, ids={"type": "integer"})
    new = schema("p", p=TEXT, id=READ, ids={"type": "integer"})
    findings = compared([model_of(old)], [model_of(new)])
    assert sorted(_told(findings)) == sorted(GONE)
    messages = {str(each.lens): each.message for each in findings}
    assert messages["wire"] == "the field 'id' is marked 'readOnly' now"
    # Not a guess that it is called otherwise now.
    old = schema("p", p=TEXT, id={"type": "integer"})
    renamed = schema("p", p=TEXT, id=READ, id_2={"type": "integer"})
    assert not [rule for _, rule, _ in sent(old, renamed) if rule == "field-renamed"]


RECEIVED = [
    (schema("a", a=TEXT), schema("a b", a=TEXT, b=WRITE), DOCS),
    (schema("a b", a=TEXT, b=WRITE), schema("a", a=TEXT), DOCS),
    (schema("a", a=TEXT), schema("a", a={**TEXT, "readOnly": True}), []),
]


@pytest.mark.parametrize(("old", "new", "told"), RECEIVED)
def test_what_never_comes_changes_no_output(old: Any, new: Any, told: Any) -> None:
    assert received(old, new) == told


def test_the_generated_input_is_complete_without_it() -> None:
    inner = schema("a b", a=TEXT, b=READ)
    published = schema("p id o", p=TEXT, id=READ, o=inner, secret=WRITE)
    model = model_of(published)
    module = executed(model)
    value = module.Input(p="x", o={"a": "y"}, secret=1)
    assert value.payload() == {"p": "x", "o": {"a": "y"}, "secret": 1}
    with pytest.raises(ValueError, match="id"):
        module.Input(p="x", o={"a": "y"}, id=1)


def accepted(model: Model, published: Any, document: Any) -> tuple[bool, bool]:
    judge = input_validator(published)
    return InputSchema(model).problems(document) == (), judge.is_valid(document)


CLOSED = {**schema("a b", a=TEXT, b=READ), "additionalProperties": False}
DOCUMENTS = [
    ({"p": "x", "o": {"a": "y"}}, True),
    ({"p": "x", "o": {"a": "y", "b": 1}}, True),
    ({"p": "x", "o": {}}, False),
    ({"p": "x", "id": 1, "o": {"a": "y"}}, False),
    ({"id": 1, "o": {"a": "y"}}, False),
]


@pytest.mark.parametrize("inner", [CLOSED, schema("a b", a=TEXT, b=READ)])
@pytest.mark.parametrize(("document", "fits"), DOCUMENTS)
def test_sandbox_and_dialect_agree(inner: Any, document: Any, fits: bool) -> None:
    published = schema("p id o", p=TEXT, id=READ, o=inner)
    assert accepted(model_of(published), published, document) == (fits, fits)


def test_lint_says_which_fields_are_left_out_and_which_cannot_be_meant() -> None:
    published = schema("id", id=READ, odd={**TEXT, "readOnly": True, "writeOnly": True})
    found = built(published, output_schema=schema("b", b=WRITE)).diagnostics
    assert [(each.code, each.pointer) for each in found] == [
        ("left-out-field", "/input_schema/properties/id"),
        ("left-out-everywhere", "/input_schema/properties/odd"),
        ("left-out-field", "/output_schema/properties/b"),
    ]
    assert "'id' is marked 'readOnly': callers do not send it" in found[0].message
    malformed = built(schema(a={**TEXT, "readOnly": "yes"}))
    assert [each.code for each in malformed.diagnostics] == ["malformed-keyword"]
    assert malformed.model is not None
    assert [field.wire_name for field in malformed.model.input.fields] == ["a"]
