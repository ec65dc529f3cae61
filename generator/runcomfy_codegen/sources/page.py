"""A published API page, as text: its model, schemas and example, its title and description."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runcomfy_runtime.protocol import valid_model_id

from ..ir.diagnostic import Diagnostic, Position, Severity
from ..ir.document import DEFAULT_LOCALE, Document
from ..ir.json_syntax import SyntaxIssue
from ..ir.json_text import JsonText
from .embedded_json import unusable_value
from .locale import CONTENTS, locale_of
from .origin import Origin, SourceItem
from .page_parts import CurlExample, PageSchemas, find_curl_examples, find_schemas
from .page_text import Caption, PageText


def read_text_page(text: str, origin: Origin) -> Iterator[SourceItem]:
    """The document of an API page as plain text, and diagnostics about it."""
    return read_page(PageText(text=text, form="page-text"), origin)


def read_page(page: PageText, origin: Origin) -> Iterator[SourceItem]:
    """Yield the document that a page publishes, and what is wrong with it.

    If the model or the schemas are not certain, there are only diagnostics.
    """
    examples = find_curl_examples(page.text)
    model = _model_id(page, origin, examples)
    schemas = find_schemas(page, origin, examples)
    if isinstance(model, str) and isinstance(schemas, PageSchemas):
        yield from _document(page, origin, examples[0], schemas)
        return
    model_id = model if isinstance(model, str) else ""
    problems = [result for result in (model, schemas) if isinstance(result, Diagnostic)]
    yield from (problem.about(model=model_id) for problem in problems)


def _two_ids(origin: Origin, ids: list[str], place: Position) -> Diagnostic:
    return origin.diagnostic(
        "two-model-ids",
        f"the curl examples are for different models: {ids[0]!r}, {ids[1]!r}",
        place=place,
        hint="import each page separately",
    )


def _model_id(
    page: PageText, origin: Origin, examples: list[CurlExample]
) -> str | Diagnostic:
    """The id in the curl examples; the address of the page often spells it differently."""
    ids = list(dict.fromkeys(example.model_id for example in examples))
    if not ids:
        return origin.diagnostic(
            "no-model-id",
            "no curl example posts to …/v1/models/<model id>",
            place=page.place(0),
            hint="give the API page of a model; its address ends in /api",
        )
    if len(ids) > 1:
        other = next(example for example in examples if example.model_id == ids[1])
        return _two_ids(origin, ids, page.place(other.start))
    if not valid_model_id(ids[0]):
        return origin.invalid_model_id(repr(ids[0]), page.place(examples[0].start))
    return ids[0]


def _document(
    page: PageText, origin: Origin, curl: CurlExample, schemas: PageSchemas
) -> Iterator[SourceItem]:
    locale, assumed = _locale(page, origin, schemas.input)
    example, bad_example = _example(page, origin, curl)
    caption = find_caption(page, curl.start, curl.model_id)
    for remark in (*schemas.remarks, assumed, bad_example):
        if remark is not None:
            yield remark.about(model=curl.model_id)
    yield Document(
        model_id=curl.model_id,
        locale=locale,
        title=caption.title,
        description=caption.description,
        input_schema=schemas.input,
        output_schema=schemas.output,
        curl=page.text[curl.start : curl.end],
        example=example,
        provenance=origin.provenance(page.form),
    )


def _locale(
    page: PageText, origin: Origin, schema: JsonText
) -> tuple[str, Diagnostic | None]:
    title = schema.value().get("title")
    locale = origin.locale or locale_of(
        lang=page.lang,
        name=origin.name,
        schema_title=title if isinstance(title, str) else "",
        text=page.text,
    )
    if locale is not None:
        return locale, None
    return DEFAULT_LOCALE, origin.diagnostic(
        "locale-assumed",
        f"the page does not state its language; {DEFAULT_LOCALE} is assumed",
        severity=Severity.INFO,
        place=schema.start,
        hint="give the locale, or name the file page.<locale>.txt",
    )


def _example(
    page: PageText, origin: Origin, curl: CurlExample
) -> tuple[JsonText | None, Diagnostic | None]:
    if curl.body is None:
        return None, None
    if isinstance(curl.body, SyntaxIssue):
        place, reason = page.place(curl.body.offset), curl.body.reason
    else:
        text = page.json(curl.body.start, curl.body.end)
        unusable = unusable_value(text)
        if unusable is None:
            return text, None
        place, reason = unusable.place, unusable.reason
    return None, origin.diagnostic(
        "example-not-json",
        f"the body of the curl example is not JSON: {reason}",
        severity=Severity.WARNING,
        place=place,
        hint="the model is read without its example; the page needs a correction",
    )


# Title and description: the page's first heading, or the lines around the model's id.


_RAW_KEY = re.compile(
    r"[a-z][A-Za-z0-9]*(?:_[A-Za-z0-9_]+|(?:\.[A-Za-z][A-Za-z0-9]*)+)"
)
_FIRST = re.compile(r"1\.\s")
_SECOND = re.compile(r"(?:^|\D)2\.\s")
_COLON = re.compile(r"\s*[:\uff1a]$")
_SENTENCE = re.compile(r"[.!?。!?…]$")


def find_caption(page: PageText, end: int, model_id: str) -> Caption:
    """Title and description from the text before ``end``, the offset of the first example.

    A heading element comes first, then the lines around the id, then the metadata for
    browsers. A raw translation key (``modelApiDoc_title``, ``modelApiDoc.title``, seen on
    broken pages) is not a title or description.
    """
    lines = _lines_around(page.text[:end], model_id)
    return Caption(
        title=_first_readable(page.heading, lines.title, page.head.title),
        description=_first_readable(lines.description, page.head.description),
    )


def _lines_around(text: str, model_id: str) -> Caption:
    """The lines above and below the id. Long crawls have them, short ones do not."""
    lines = [line.strip() for line in text.split("\n")]
    lines = [line for line in lines if line]
    if model_id not in lines:
        return Caption()
    at = lines.index(model_id)
    title = lines[at - 1] if at > 0 else ""
    return Caption(title, _description(lines[at + 1 :], model_id))


def _description(lines: list[str], model_id: str) -> str:
    """The line below the id, unless the page has no description.

    Then the next line is the table of contents, a numbered heading, or the first sentence,
    which names the model.
    """
    first, second, third = [*lines, "", "", ""][:3]
    if _FIRST.match(first) or _is_contents_heading(first, second, third):
        return ""
    return "" if model_id in first else first


def _is_contents_heading(first: str, second: str, third: str) -> bool:
    """Whether a line is the heading of a table of contents, by its words or its position.

    In any language, a line that is not a sentence and precedes a list of sections is one.
    A single numbered line may also be the first section.
    """
    if not _FIRST.match(second):
        return False
    if _COLON.sub("", first).lower() in CONTENTS:
        return True
    listed = _SECOND.search(second) or _SECOND.match(third)
    return listed is not None and not _SENTENCE.search(first)


def _first_readable(*candidates: str) -> str:
    """The first candidate that is neither empty nor a raw translation key."""
    return next(
        (
            candidate
            for candidate in candidates
            if candidate and not _RAW_KEY.fullmatch(candidate)
        ),
        "",
    )
