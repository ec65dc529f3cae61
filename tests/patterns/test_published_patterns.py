"""A published pattern means the same to client, sandbox, diff, lint and ``validate``."""

from __future__ import annotations

import json
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runcomfy_codegen.build.build_model import build_catalog
from runcomfy_codegen.dialect.validator import input_validator, validator_class
from runcomfy_codegen.ir.diagnostic import Severity
from runcomfy_codegen.ir.exact import exact_value
from runcomfy_codegen.ir.model import Model, Value
from runcomfy_codegen.sandbox.input_validation import InputSchema
from runcomfy_codegen.subtype.accepts import accepts
from support.built_models import SETTINGS, documents, imported, write_client

# What Python's `re` or Rust read otherwise than ECMA-262, with texts of both kinds.
CASES = {
    "digits": (r"^\d+$", ("12",), ("٣", "12\n", "")),
    "no_word": (r"^\W$", ("é", "-"), ("a", "_")),
    "bracket": (r"^[[a-z]+$", ("[a",), ("A",)),
    "ampersands": (r"^[a&&b]$", ("&", "a", "b"), ("c",)),
    "dot": (r"^.$", ("a", "\x85"), ("\n", "\u2028", "\r")),
    "space": (r"^\s$", ("\ufeff", "\v"), ("\x1c", "\x85")),
    "boundary": (r"\bé", ("aé",), ("é", " é")),
    "end": (r"^a$", ("a",), ("a\n",)),
    "astral": (r"^\u{1F600}$", ("😀",), ("u",)),
    "letters": (r"^\p{L}+$", ("éa",), ("1",)),
    "searched": (r"b", ("abc",), ("ac",)),
}
WIDE = (
    r"(?=a)",
    r"(?<!a)b",
    r"(a)\1",
    r"(?i)a",
    r"a++",
    r"(?P<n>a)",
    "([",
    r"\Aa\Z",
    "a{",
)


def document(patterns: dict[str, str]) -> str:
    properties = {
        name: {"type": "string", "pattern": pattern}
        for name, pattern in patterns.items()
    }
    schema = {"type": "object", "properties": properties}
    return json.dumps({"model_id": "a/b", "display_name": "N", "input_schema": schema})


def built(patterns: dict[str, str]) -> tuple[Model, list[Any]]:
    files = [("a.json", each) for each in documents(document(patterns))]
    catalog = build_catalog(files, SETTINGS)
    return catalog.models[0], list(catalog.diagnostics)


@pytest.fixture(scope="module")
def model() -> Model:
    return built({name: case[0] for name, case in CASES.items()})[0]


@pytest.fixture(scope="module")
def client(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("patterns") / "patterns_client"
    write_client(folder, [model])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return imported(folder, model)


@pytest.mark.parametrize("name", CASES)
def test_client_sandbox_schema_and_diff_agree(
    name: str, model: Model, client: Any
) -> None:
    pattern, good, bad = CASES[name]
    published = {"properties": {name: {"type": "string", "pattern": pattern}}}
    kind = next(each.type for each in model.input.fields if each.wire_name == name)
    for text in (*good, *bad):
        fits = text in good
        given = {name: text}
        assert (InputSchema(model).problems(given) == ()) is fits, repr(text)
        assert input_validator(published).is_valid(given) is fits, repr(text)
        assert accepts(kind, exact_value(Value.of(text))) is fits, repr(text)
        if fits:
            assert client.Input(**given).payload() == given
        else:
            with pytest.raises(ValueError, match=name) as refused:
                client.Input(**given)
            # The problem names the published pattern, not the one in Rust's syntax.
            assert refused.value.report.problems[0].limit == pattern


@pytest.mark.parametrize("pattern", WIDE)
def test_what_is_not_supported_permits_any_text_with_a_diagnostic(pattern: str) -> None:
    model, diagnostics = built({"x": pattern})
    assert [each.code for each in diagnostics] == ["unreadable-pattern"]
    assert accepts(model.input.fields[0].type, "anything") is True
    assert InputSchema(model).problems({"x": "anything"}) == ()
    assert [each.keyword for each in model.unknown] == ["pattern"]


def test_an_escape_of_annex_b_is_read_and_noted() -> None:
    model, diagnostics = built({"x": r"^\@\-\#$"})
    assert [(each.code, each.severity) for each in diagnostics] == [
        ("loose-pattern-escape", Severity.INFO)
    ]
    assert InputSchema(model).problems({"x": "@-#"}) == ()
    assert InputSchema(model).problems({"x": "@"}) != ()


def test_a_pattern_that_compiles_slowly_is_reported_and_one_too_large_is_wide() -> None:
    slow, large = r"^(?:\p{L}\p{N}?){120}$", r"^(?:\p{L}{100}){100}$"
    _, diagnostics = built({"slow": slow, "large": large})
    codes = {each.pointer.split("/")[3]: each.code for each in diagnostics}
    assert codes == {"slow": "slow-pattern", "large": "unreadable-pattern"}


@pytest.mark.parametrize(
    "pattern", [r"^(a+)+$", r"^(a|aa)*$", r"(x+x+)+y", r"^(.*?,){11}P"]
)
def test_no_pattern_takes_exponential_time(pattern: str) -> None:
    model, _ = built({"x": pattern})
    kind = model.input.fields[0].type
    text = ("a" * 5_000 + "x" * 5_000 + ",") * 2 + "!"
    begin = time.thread_time()
    assert accepts(kind, text) is False
    assert InputSchema(model).problems({"x": text}) != ()
    assert time.thread_time() - begin < 2


def test_no_room_asks_a_backtracking_engine() -> None:
    root = Path(__file__).parents[2]
    sources = [*root.glob("generator/**/*.py"), *root.glob("runtime/**/*.py")]
    asking = [path.name for path in sources if "python-re" in path.read_text("utf-8")]
    assert asking == []
    assert validator_class().VALIDATORS["pattern"] is not (
        Draft202012Validator.VALIDATORS["pattern"]
    )
