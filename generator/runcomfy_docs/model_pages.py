"""One page for each stored model, made from the IR, and a page that lists them."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

from runcomfy_codegen.ir.as_json import type_word
from runcomfy_codegen.ir.model import Array, Choice, Nullable, Object, Type, Union
from runcomfy_codegen.reports.published_text import in_page
from runcomfy_codegen.targets.python.docstrings import (
    bounds_and_default,
    field_limits,
    stated_limits,
)
from runcomfy_codegen.targets.python.example import example_code, example_payload
from runcomfy_codegen.targets.python.names import NamedField, NamedModel, named_model
from runcomfy_codegen.workspace.local_sandbox import Example, submit_line
from runcomfy_codegen.workspace.model_listing import ListedModel, stored_models
from runcomfy_codegen.workspace.project import Project, open_project
from runcomfy_runtime.protocol import DEFAULT_BASE_URL

from .page_text import bullets, code, fence, page, paragraphs

_FOLDER = PurePosixPath("models")
LIST = _FOLDER / "index.md"
"""The page that lists the models."""
_ODD = re.compile(r"[^a-z0-9._/-]")
_LANGUAGES = {"en": "English", "ja": "日本語", "ru": "Русский", "zh-CN": "中文"}
"""What a language calls itself. Any other has its code as its heading."""


def model_pages(schemas: Path) -> dict[PurePosixPath, str]:
    """The pages of all models of a folder, by path below the site's root."""
    project = open_project(schemas)
    models = _models(project, None)
    translated = [_models(*each) for each in _other_languages(project, models)]
    listed = {each.model_id: each for each in stored_models(project, lambda _: None)}
    paths = page_paths(models)
    pages = {
        paths[model_id]: _model_page(
            model, _translations(model, translated), listed[model_id]
        )
        for model_id, model in models.items()
    }
    return {LIST: _list_page(listed, paths), **pages}


def page_paths(model_ids: Iterable[str]) -> dict[str, PurePosixPath]:
    """The page of each model, in lower case. Ids that would share one get a hash."""
    plain = {model_id: _ODD.sub("_", model_id.lower()) for model_id in model_ids}
    count = Counter(plain.values())
    return {
        model_id: _FOLDER / f"{path}{_hash(model_id) if count[path] > 1 else ''}.md"
        for model_id, path in plain.items()
    }


def _hash(model_id: str) -> str:
    return f"-{hashlib.sha256(model_id.encode()).hexdigest()[:8]}"


def _other_languages(
    project: Project, models: Mapping[str, NamedModel]
) -> Iterator[tuple[Project, list[str]]]:
    """The project in each language, with the models that are published in it and another."""
    found = {
        (locale, model.model_id)
        for model in models.values()
        for locale, _ in model.documents
        if locale != model.locale
    }
    for locale, group in groupby(sorted(found), key=lambda pair: pair[0]):
        yield project.in_locale(locale), [model_id for _, model_id in group]


def _models(project: Project, chosen: list[str] | None) -> dict[str, NamedModel]:
    catalog = project.catalog(chosen)
    return {
        model.model_id: named_model(model, catalog.names[model.model_id])
        for model in catalog.models
    }


def _translations(
    model: NamedModel, languages: Iterable[Mapping[str, NamedModel]]
) -> list[NamedModel]:
    """The same model in each other language that it is published in."""
    return [each[model.model_id] for each in languages if model.model_id in each]


# The list of models.


def _list_page(
    listed: Mapping[str, ListedModel], paths: Mapping[str, PurePosixPath]
) -> str:
    known = sorted(paths)
    parts = [
        "# Models",
        f"The {len(known)} models whose published schemas are stored in this repository. A page"
        " has an example, every field, and every limit. `runcomfy-codegen models` searches"
        " them, and `runcomfy-codegen models --live` lists what the server has now.",
    ]
    for vendor, group in groupby(known, key=lambda model_id: model_id.split("/")[0]):
        lines = [_list_line(listed[each], paths[each]) for each in group]
        parts += [f"## {in_page(vendor)}", bullets(lines)]
    return page(*parts)


def _list_line(model: ListedModel, path: PurePosixPath) -> str:
    link = f"[{in_page(model.model_id)}]({path.relative_to(_FOLDER)})"
    title = f" – {in_page(model.title)}" if model.title else ""
    return f"{link}{title}"


# The page of a model.


def _model_page(
    model: NamedModel, translations: list[NamedModel], listed: ListedModel
) -> str:
    return page(
        _title(model.model_id),
        f"# {in_page(model.model_id)}",
        paragraphs(model.title) if model.title else "",
        paragraphs(model.description),
        _facts(model, listed),
        *_example(model),
        "## Fields",
        *_fields(model),
        "## Output",
        "The fields of `result.output`. `result.files` has all files.",
        bullets(f"{code(field.name)}: {_kind(field)}" for field in _output(model)),
        *(part for other in translations for part in _translation(other)),
    )


def _title(text: str) -> str:
    """The title of the page in a browser. Without it, the theme takes the heading, as HTML."""
    return f"---\ntitle: {json.dumps(in_page(text))}\n---"


def _facts(model: NamedModel, listed: ListedModel) -> str:
    import_line = f"from runcomfy_client.models.{'.'.join(model.path[:-1])} import"
    facts = [f"Module: {code(f'{import_line} {model.path[-1]}')}"]
    if listed.categories:
        facts.append(f"Task: {in_page(', '.join(listed.categories))}")
    if listed.price:
        facts.append(f"Price: {in_page(listed.price)}")
    languages = ", ".join(locale for locale, _ in model.documents)
    return bullets([*facts, f"Published in: {in_page(languages)}"])


def _example(model: NamedModel) -> Iterator[str]:
    call = example_code(model)
    if not call:
        return
    module = ".".join(model.path[:-1])
    indented = call.replace("\n", "\n    ")
    program = (
        "from runcomfy_client import RunComfy\n"
        f"from runcomfy_client.models.{module} import {model.path[-1]}\n\n"
        f"with RunComfy() as client:\n    result = {indented}\n    print(result.files)"
    )
    submit = Example(model.model_id, example_payload(model))
    yield from ("## Example", fence("python", program))
    yield "The same request with curl; [the life of a job](" + _up(model) + (
        "explanation/lifecycle.md) says what comes after it:"
    )
    yield fence("sh", submit_line(DEFAULT_BASE_URL, "$RUNCOMFY_TOKEN", submit))


def _output(model: NamedModel) -> tuple[NamedField, ...]:
    """The fields of the output as published; the generic ones if there are none."""
    return (model.published_output or model.output).fields


def _up(model: NamedModel) -> str:
    return "../" * len(model.model_id.split("/"))


def _fields(model: NamedModel) -> Iterator[str]:
    stated = stated_limits(model.limits)
    for found in _every_field(model.input):
        field = found.field
        yield f"### {code(found.name)}"
        yield _headline(field)
        yield paragraphs(field.description)
        yield _choices(field.type)
        yield in_page(bounds_and_default(field))
        rules = zip(field_limits(field), field.rules, strict=True)
        lines = [f"{in_page(line)} {_message(rule.message)}" for line, rule in rules]
        yield bullets([*lines, *map(in_page, stated.get(found.pointer, ()))])


@dataclass(frozen=True, slots=True)
class _Found:
    """A field at any depth: ``elements[].image`` is ``/elements/*/image``."""

    field: NamedField
    name: str
    pointer: str


def _every_field(kind: Type, name: str = "", pointer: str = "") -> Iterator[_Found]:
    """All fields of a type; parents come first."""
    match kind:
        case Object(fields=fields):
            for field in fields:
                assert isinstance(field, NamedField)
                found = _Found(
                    field,
                    f"{name}.{field.name}" if name else field.name,
                    f"{pointer}/{field.wire_name}",
                )
                yield found
                yield from _every_field(field.type, found.name, found.pointer)
        case Array(items=inner):
            yield from _every_field(inner, f"{name}[]", f"{pointer}/*")
        case Nullable(inner=inner):
            yield from _every_field(inner, name, pointer)
        case Union(options=options):
            for option in options:
                yield from _every_field(option, name, pointer)
        case _:
            return


def _headline(field: NamedField) -> str:
    title = f" – {in_page(field.title)}" if field.title else ""
    need = "required" if field.required else "optional"
    return f"**{_kind(field)}, {need}**{title}"


def _kind(field: NamedField) -> str:
    """What a field takes: ``image``, ``list of images``, or the type."""
    word = type_word(field.type)
    if field.media is None:
        return in_page(word)
    many = word.startswith("array")
    return f"list of {field.media.value}s" if many else field.media.value


def _choices(kind: Type) -> str:
    bare = kind.inner if isinstance(kind, Nullable) else kind
    if not isinstance(bare, Choice):
        return ""
    return f"One of {', '.join(code(value.text) for value in bare.values)}."


def _message(message: str) -> str:
    return f"<q>{in_page(message)}</q>" if message else ""


def _translation(model: NamedModel) -> Iterator[str]:
    """What the pages in another language say about the model, its fields and its rules."""
    yield f"## {in_page(_LANGUAGES.get(model.locale, model.locale))}"
    yield f'<div lang="{in_page(model.locale)}" markdown="1">'
    yield paragraphs("\n\n".join(filter(None, (model.title, model.description))))
    for found in _every_field(model.input):
        field = found.field
        texts = [
            field.title,
            field.description,
            *(rule.message for rule in field.rules),
        ]
        lines = [paragraphs(text) for text in dict.fromkeys(filter(None, texts))]
        if lines:
            yield "\n\n".join([f"**{code(found.name)}**", *lines])
    yield "</div>"
