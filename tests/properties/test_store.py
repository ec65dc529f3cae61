"""The store: paths that no disk confuses, and files that give the same bytes back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runcomfy_codegen.ir.document import Document, Provenance
from runcomfy_codegen.ir.json_text import JsonText, NotJson
from runcomfy_codegen.store import document_file
from runcomfy_codegen.store.document_file import document_path, model_id_of
from runcomfy_codegen.store.schemas_folder import read_all, read_one, write_all
from support.examples import examples
from support.random_schemas import json_values, texts

segments = st.text(
    st.characters(exclude_characters="/"), min_size=1, max_size=8
) | st.sampled_from(
    ("4K", "4k", "con", "CON", "nul.txt", ".", "..", "a.", ".a", "a.json", "%41", "é")
)
model_ids = st.lists(segments, min_size=1, max_size=4).map("/".join)
SHIPPED = Path(__file__).parents[2] / "schemas"


@given(model_ids)
@example("minimax/Hailuo Video 01 Live")
@example("kling/kling-video-o3/4K")
@example("../../etc/passwd")
def test_a_path_tells_its_model_id(model_id: str) -> None:
    path = document_path(model_id, "en")
    assert model_id_of(path) == model_id
    assert path.name == "en.json"


@given(model_ids, model_ids)
@example("kling/x/4K", "kling/x/4k")
@example("a/b.", "a/b")
@example("a/\u017f", "a/s")
@example("a/K", "a/k")
@example("a/é", "a/e\u0301")
def test_two_models_never_meet_on_a_disk(one: str, other: str) -> None:
    paths = [document_path(model_id, "en") for model_id in (one, other)]
    if one != other:
        assert str(paths[0]).casefold() != str(paths[1]).casefold()


@given(model_ids)
def test_every_disk_can_hold_a_path(model_id: str) -> None:
    for part in document_path(model_id, "en").parts:
        assert part.isascii()
        assert part == part.lower()
        assert part not in {"", ".", ".."}
        assert not re.search(r'[<>:"|?*\\\x00-\x1f ]', part)
        assert not part.endswith(".")
        assert not re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", part)


@given(model_ids, model_ids)
@example("a/b", "a/b/en.json")
def test_no_document_lies_where_another_needs_a_folder(one: str, other: str) -> None:
    assert document_path(one, "en") not in document_path(other, "en").parents


def spelled(value: Any, draw: Callable[[Any], Any]) -> JsonText:
    indent = draw(st.sampled_from((None, 0, 1, 3)))
    ascii_only = draw(st.booleans())
    blank = draw(st.sampled_from(("", "\n", " \t")))
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    return JsonText(text if indent is None else text.replace("\n", f"{blank}\n"))


@st.composite
def documents(draw: Callable[[Any], Any]) -> Document:
    def optional() -> JsonText | None:
        value = draw(json_values)
        return spelled(value, draw) if draw(st.booleans()) else None

    return Document(
        model_id=draw(model_ids),
        locale=draw(st.sampled_from(("en", "ru", "zh-CN"))),
        title=draw(texts),
        description=draw(texts),
        input_schema=spelled(draw(json_values), draw),
        output_schema=optional(),
        curl=draw(texts),
        example=optional(),
        facts=optional(),
        provenance=Provenance(
            source=draw(texts), form="catalog", retrieved="2026-01-31", sha256="0" * 64
        ),
    )


def words(document: Document) -> list[object]:
    parts = [(name, text.text) for name, text in document.texts()]
    return [
        document.model_id,
        document.locale,
        document.title,
        document.description,
        document.curl,
        document.provenance,
        parts,
    ]


@given(documents())
def test_a_document_comes_back_word_for_word(document: Document) -> None:
    assert words(
        document_file.parse_document(document_file.document_text(document))
    ) == words(document)


@given(documents())
def test_writing_what_was_read_gives_the_same_bytes(document: Document) -> None:
    text = document_file.document_text(document)
    assert document_file.document_text(document_file.parse_document(text)) == text
    assert json.loads(text)["model_id"] == document.model_id


@given(documents())
def test_the_places_of_a_stored_document_are_those_of_its_file(
    document: Document,
) -> None:
    text = document_file.document_text(document)
    whole = JsonText(text)
    read = document_file.parse_document(text)
    for name, piece in read.texts():
        assert read.place(f"/{name}") == piece.start == whole.place(f"/{name}")


@pytest.mark.parametrize(
    "path",
    sorted(SHIPPED.glob("*/**/*.json"))[::9],
    ids=lambda p: p.parent.name,
)
def test_a_shipped_document_is_stored_as_it_would_be_written(path: Path) -> None:
    text = path.read_bytes().decode()
    assert document_file.document_text(document_file.parse_document(text)) == text
    document = document_file.parse_document(text)
    expected = document_path(document.model_id, document.locale)
    assert PurePosixPath(path.relative_to(SHIPPED).as_posix()) == expected


@examples(20)
@given(st.lists(documents(), max_size=3, unique_by=lambda it: (it.model_id, it.locale)))
def test_a_folder_of_documents_gives_all_of_them_back(
    tmp_path_factory: pytest.TempPathFactory, stored: list[Document]
) -> None:
    root = tmp_path_factory.mktemp("schemas")
    write_all(root, stored)
    folder = read_all(root)
    assert folder.diagnostics == ()
    by_path = sorted(stored, key=lambda it: document_path(it.model_id, it.locale))
    assert [words(document) for _, document in folder.documents] == list(
        map(words, by_path)
    )
    for document in stored:
        one = read_one(root, document.model_id, document.locale)
        assert one is not None
        assert words(one) == words(document)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a JSON value is missing: the file is empty"),
        (" \n", "a JSON value is missing: the file is empty"),
        ("[]", "'model_id'"),
        ('{"model_id": "a/b", "locale": "en"}', "'input_schema'"),
        ('{"model_id": "a/b", "locale": "en", "input_schema": {}}', "'provenance'"),
        ("<<<<<<< HEAD", "a JSON value is missing"),
    ],
)
def test_a_file_that_is_no_document_is_told_and_stops_no_other(
    tmp_path: Path, text: str, message: str
) -> None:
    good = document_file.parse_document(
        (SHIPPED / "google/gemini-omni-flash/video-edit/en.json").read_text()
    )
    write_all(tmp_path, [good])
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "en.json").write_text(text)
    stored = read_all(tmp_path)
    assert [document.model_id for _, document in stored.documents] == [good.model_id]
    (diagnostic,) = stored.diagnostics
    file = (tmp_path / "acme/en.json").as_posix()
    assert (diagnostic.code, diagnostic.file) == ("broken-document", file)
    assert message in diagnostic.message
    with pytest.raises(NotJson):
        document_file.parse_document(text)


def test_a_document_in_the_folder_of_another_model_is_told(tmp_path: Path) -> None:
    source = SHIPPED / "google/gemini-omni-flash/video-edit/en.json"
    (tmp_path / "google").mkdir()
    (tmp_path / "google" / "en.json").write_bytes(source.read_bytes())
    (diagnostic,) = read_all(tmp_path).diagnostics
    assert "is stored at the path of" in diagnostic.message
