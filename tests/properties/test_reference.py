"""Every shipped model: generated validators and the published document say the same.

The reference is the dialect's class of jsonschema over the document as it is stored. It knows
nothing of the IR, of templates or of the runtime, and here it measures pictures by itself. It
is asked for everything that the generated ``Input`` and ``RULES`` are asked for, and both must
agree, on what they accept and on what they refuse.
"""

from __future__ import annotations

import base64
import importlib
import struct
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema.protocols import Validator

from media.meter import DATA
from media.specimens import png
from properties.test_agreement import (
    SHIPPED,
    Subject,
    edges,
    instances,
    least,
    normalised,
    shipped,
)
from runcomfy_codegen.dialect.rule_language import MeasuredFile, kind_of
from runcomfy_codegen.dialect.validator import input_validator
from runcomfy_codegen.ir.document import Document
from runcomfy_codegen.store.schemas_folder import read_all
from support.built_models import imported, write_client
from support.examples import examples

MB, MIB = 10**6, 2**20
HEAD = "data:image/png;base64,"
MARKS = {b"GIF8": ("image", "video"), b"ftyp": ("video", "audio"), b"ID3": ("audio",)}
KINDS = {
    "image": (DATA / "image/gif_static.gif").read_bytes(),
    "video": (DATA / "video/mp4_sar.mp4").read_bytes(),
    "audio": (DATA / "more/xing.mp3").read_bytes(),
}


def measured(text: str) -> MeasuredFile:
    """A picture by the first bytes of its PNG header, in both kinds of megabytes.

    Of other files only the kind, by the mark that they begin with.
    """
    if not text.startswith(HEAD):
        return MeasuredFile()
    digits = text[len(HEAD) :]
    head = base64.b64decode(digits[:64])
    if not head.startswith(b"\x89PNG"):
        kinds = (kinds for mark, kinds in MARKS.items() if mark in head[:8])
        return MeasuredFile((), next(kinds))
    width, height = struct.unpack(">II", head[16:24])
    size = len(digits) // 4 * 3 - digits.count("=", len(digits) - 2)
    pixels = {"width_pixels": Fraction(width), "height_pixels": Fraction(height)}
    sizes = ({"file_size_mb": Fraction(size, unit)} for unit in (MB, MIB))
    return MeasuredFile(tuple({**pixels, **each} for each in sizes), ("image",))


@cache
def stored() -> dict[str, Document]:
    """The document of every model whose texts are shown."""
    stored = [document for _, document in read_all(SHIPPED).documents]
    locales = {model_id: model.locale for model_id, (model, _) in shipped().items()}
    return {
        document.model_id: document
        for document in stored
        if document.locale == locales[document.model_id]
    }


@cache
def published(model_id: str) -> dict[str, Any]:
    """The input schema of a model, word for word."""
    schema: Any = stored()[model_id].input_schema.value()
    return dict(schema)


@cache
def reference(model_id: str) -> Validator:
    return input_validator(published(model_id), measured)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference") / "reference_client"
    write_client(folder, (model for model, _ in shipped().values()))
    return folder


def subject_of(client: Path, model_id: str) -> Subject:
    model, _ = shipped()[model_id]
    return Subject(imported(client, model), normalised(published(model_id)))


RULED = sorted(name for name, (model, _) in shipped().items() if model.rules)


def agree(subject: Subject, instance: dict[str, Any]) -> bool:
    """Ask both of an input without rules; they must agree. Gives what they say."""
    valid = reference(subject.module.MODEL_ID).is_valid(instance)
    try:
        subject.module.Input(**instance)
    except ValueError as refused:
        assert not valid, f"refused, though the document permits it: {refused}"
        return False
    assert valid, f"accepted, though the document refuses it: {instance!r:.300}"
    return True


@pytest.mark.parametrize("model_id", sorted(shipped()))
def test_document_and_input_agree_on_every_edge_of_every_field(
    client: Path, model_id: str
) -> None:
    subject = subject_of(client, model_id)
    whole = least(subject)
    answers = {agree(subject, whole), agree(subject, {**whole, "not_published": 1})}
    for name, schema in subject.properties.items():
        answers |= {agree(subject, {**whole, name: value}) for value in edges(schema)}
    assert answers == {True, False}


@pytest.mark.parametrize("model_id", sorted(shipped()))
@examples(10)
@given(data=st.data())
def test_document_and_input_agree_on_any_input(
    client: Path, model_id: str, data: st.DataObject
) -> None:
    subject = subject_of(client, model_id)
    agree(subject, data.draw(instances(subject)))


def published_rules(
    schema: Any, pointer: str = ""
) -> Iterator[tuple[str, str, str, str]]:
    """Every rule of a published schema: pointer, rule, value, message."""
    for each in schema.get("validations", ()):
        place = f"{pointer}/*" if schema["type"] == "array" else pointer
        value = str(each["validation_value"])
        yield place, each["validation_rule"], value, each["validation_error"]
    for name, inner in schema.get("properties", {}).items():
        yield from published_rules(inner, f"{pointer}/{name}")
    if "items" in schema:
        yield from published_rules(schema["items"], f"{pointer}/*")


@pytest.mark.parametrize("model_id", sorted(shipped()))
def test_the_rules_of_a_module_are_those_of_its_document_and_no_others(
    client: Path, model_id: str
) -> None:
    ascii_of = str.maketrans({"≤": "<=", "≥": ">=", "≠": "!="})
    module = subject_of(client, model_id).module
    assert [
        (rule.pointer, rule.metric + rule.operator, rule.limit, rule.message)
        for rule in module.RULES
    ] == [
        (pointer, rule.translate(ascii_of), value, message)
        for pointer, rule, value, message in published_rules(published(model_id))
    ]


def inline(content: bytes) -> str:
    return HEAD + base64.b64encode(content).decode()


@cache
def corners_of(model_id: str) -> tuple[tuple[int, int], ...]:
    """Picture sizes at, below and above every limit of a model, for sides and for ratios."""
    rules = shipped()[model_id][0].rules
    limits = {Fraction(rule.limit) for rule in rules if "pixels" in rule.metric}
    ratios = {Fraction(rule.limit) for rule in rules if "/" in rule.metric}
    sides = {int(limit) + more for limit in limits for more in (-1, 0, 1)} | {1000}
    wide = {
        (round(1000 * ratio) + more, 1000) for ratio in ratios for more in (-1, 0, 1)
    }
    return tuple(sorted({(a, b) for a in sides for b in sides} | wide))


def ruled_field(module: Any) -> str:
    """The one field that the rules of a module speak of."""
    [name] = {rule.pointer.split("/")[1] for rule in module.RULES}
    return str(name)


def both(client: Path, model_id: str, sources: list[str]) -> set[tuple[str, str]]:
    """The rules that both report for pictures in the field: each with its pointer."""
    subject = subject_of(client, model_id)
    name = ruled_field(subject.module)
    several = subject.properties[name]["type"] == "array"
    document = {**least(subject), name: sources if several else sources[0]}
    by_reference = {
        (
            "".join(f"/{step}" for step in error.absolute_path),
            str(error.validator_value),
            error.message,
        )
        for error in reference(model_id).iter_errors(document)
    }
    runcomfy = importlib.import_module(client.name).RunComfy
    report = runcomfy().validate(subject.module.Input, document)
    by_client = {
        (each.pointer, each.rule, each.message.partition(" (mp")[0])
        for each in report.failed
    }
    assert by_client == by_reference
    return {(pointer, rule) for pointer, rule, _ in by_client}


@pytest.mark.parametrize("model_id", RULED)
def test_document_and_client_agree_on_pictures_around_every_limit(
    client: Path, model_id: str
) -> None:
    broken: set[str] = set()
    good = 0
    for extent in corners_of(model_id):
        results = both(client, model_id, [inline(png(*extent))])
        broken |= {rule for _, rule in results}
        good += not results
    ruled = {rule.condition for rule in shipped()[model_id][0].rules}
    assert {rule for rule in ruled if "file_size" not in rule} == broken
    assert good


def most(client: Path, model_id: str) -> int:
    """How many pictures the field may have, at most a few."""
    subject = subject_of(client, model_id)
    name = ruled_field(subject.module)
    return min(3, subject.properties[name].get("maxItems", 1))


@pytest.mark.parametrize("model_id", RULED)
@examples(20)
@given(data=st.data())
def test_document_and_client_agree_on_lists_of_any_pictures(
    client: Path, model_id: str, data: st.DataObject
) -> None:
    near = st.sampled_from(corners_of(model_id))
    side = st.integers(1, 20_000)
    one = near | st.tuples(side, side)
    extents = data.draw(st.lists(one, min_size=1, max_size=most(client, model_id)))
    both(client, model_id, [inline(png(*extent)) for extent in extents])


@pytest.mark.parametrize("model_id", RULED)
def test_document_and_client_agree_on_sizes_around_the_limit_of_bytes(
    client: Path, model_id: str
) -> None:
    [rule] = [r for r in shipped()[model_id][0].rules if r.metric == "file_size_mb"]
    limit = Fraction(rule.limit)
    sizes = [int(limit * unit) + more for unit in (MB, MIB) for more in (-1, 0, 1)]
    answers = []
    for size in sizes:
        content = png(1000, 1000)
        source = inline(content + bytes(size - len(content)))
        answers.append(both(client, model_id, [source]) != set())
    # Between the two definitions of a megabyte, only the larger one makes a violation certain.
    assert answers == [not rule.holds(Fraction(size, MIB)) for size in sizes]
    assert set(answers) == {True, False}


@pytest.mark.parametrize("model_id", RULED)
def test_document_and_client_agree_on_the_kind_of_a_file(
    client: Path, model_id: str
) -> None:
    module = subject_of(client, model_id).module
    [wanted] = {rule.kind for rule in module.RULES}
    by_format = kind_of(published(model_id)["properties"][ruled_field(module)])
    if (
        by_format is None
    ):  # only the name says so, and the document's class never reads it
        assert (model_id, wanted) == (
            "bytedance/seedance-v1.5-pro/image-to-video",
            "image",
        )
        return
    assert by_format == wanted
    answers = {
        kind: {rule for _, rule in both(client, model_id, [inline(content)])}
        for kind, content in KINDS.items()
    }
    wrong = {f"media_kind == {wanted}"}
    assert {kind for kind, rules in answers.items() if rules == wrong} == {
        "video",
        "audio",
    }
