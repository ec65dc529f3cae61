"""A published API page, as text: which model, its schemas, its example, what it is called."""

from __future__ import annotations

from collections.abc import Iterator

from runcomfy_runtime.protocol import valid_model_id

from ..ir.diagnostic import Diagnostic, Severity
from ..ir.document import Document
from ..ir.json_stop import Stop
from ..ir.json_text import JsonText
from .curl import Post, find_posts
from .heading import caption
from .locale import DEFAULT, locale_of
from .origin import Found, Origin
from .page_schemas import Schemas, find_schemas
from .page_text import PageText
from .structure import unsound


def read_page(page: PageText, origin: Origin) -> Iterator[Found]:
    """The document that a page publishes, and what is wrong with it.

    A page whose model or schemas cannot be told for certain gives diagnostics only.
    """
    posts = find_posts(page.text)
    model = _model_id(page, origin, posts)
    schemas = find_schemas(page, origin, posts)
    if isinstance(model, str) and isinstance(schemas, Schemas):
        yield from _document(page, origin, posts[0], schemas)
        return
    known = model if isinstance(model, str) else ""
    problems = [it for it in (model, schemas) if isinstance(it, Diagnostic)]
    yield from (problem.about(model=known) for problem in problems)


def _model_id(page: PageText, origin: Origin, posts: list[Post]) -> str | Diagnostic:
    """The id in the curl lines; the address of the page often spells it otherwise."""
    ids = list(dict.fromkeys(post.model_id for post in posts))
    if not ids:
        return origin.finding(
            "no-model-id",
            "no curl example posts to …/v1/models/<model id>",
            place=page.place(0),
            hint="give the API page of a model; its address ends in /api",
        )
    if len(ids) > 1:
        other = next(post for post in posts if post.model_id == ids[1])
        return origin.finding(
            "two-model-ids",
            f"the curl examples are of different models: {ids[0]!r}, {ids[1]!r}",
            place=page.place(other.start),
            hint="import each page by itself",
        )
    if not valid_model_id(ids[0]):
        return origin.invalid_model_id(repr(ids[0]), page.place(posts[0].start))
    return ids[0]


def _document(
    page: PageText, origin: Origin, post: Post, schemas: Schemas
) -> Iterator[Found]:
    locale, assumed = _locale(page, origin, schemas.input)
    example, spoiled = _example(page, origin, post)
    told = caption(page, post.start, post.model_id)
    for remark in (*schemas.remarks, assumed, spoiled):
        if remark is not None:
            yield remark.about(model=post.model_id)
    yield Document(
        model_id=post.model_id,
        locale=locale,
        title=told.title,
        description=told.description,
        input_schema=schemas.input,
        output_schema=schemas.output,
        curl=page.text[post.start : post.end],
        example=example,
        provenance=origin.provenance(page.form),
    )


def _locale(
    page: PageText, origin: Origin, schema: JsonText
) -> tuple[str, Diagnostic | None]:
    title = schema.value().get("title")
    found = origin.locale or locale_of(
        lang=page.lang,
        name=origin.name,
        schema_title=title if isinstance(title, str) else "",
        text=page.text,
    )
    if found is not None:
        return found, None
    return DEFAULT, origin.finding(
        "locale-assumed",
        f"nothing on the page tells its language; {DEFAULT} is assumed",
        severity=Severity.INFO,
        place=schema.start,
        hint="give the locale, or name the file page.<locale>.txt",
    )


def _example(
    page: PageText, origin: Origin, post: Post
) -> tuple[JsonText | None, Diagnostic | None]:
    if post.body is None:
        return None, None
    if isinstance(post.body, Stop):
        place, reason = page.place(post.body.offset), post.body.reason
    else:
        text = page.json(post.body.start, post.body.end)
        fault = unsound(text)
        if fault is None:
            return text, None
        place, reason = fault.place, fault.reason
    return None, origin.finding(
        "example-not-json",
        f"the body of the curl example is not JSON: {reason}",
        severity=Severity.WARNING,
        place=place,
        hint="the model is read without its example; the page needs correcting",
    )
