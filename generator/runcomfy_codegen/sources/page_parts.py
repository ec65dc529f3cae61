"""The parts of an API page that are code: its curl examples and its two schemas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote

from ..ir.diagnostic import Diagnostic, Severity
from ..ir.json_syntax import SyntaxIssue
from ..ir.json_text import JsonText
from .embedded_json import (
    BrokenBlock,
    JsonBlocks,
    JsonSlice,
    decode,
    find_blocks,
    is_truncated,
    unusable_value,
)
from .origin import Origin
from .page_text import PageText


@dataclass(frozen=True, slots=True)
class PageSchemas:
    """The two schemas of a page, and diagnostics about them."""

    input: JsonText
    output: JsonText | None
    remarks: tuple[Diagnostic, ...]


def find_schemas(
    page: PageText, origin: Origin, examples: Sequence[CurlExample]
) -> PageSchemas | Diagnostic:
    """Both schemas of a page, or a diagnostic if they are not certain.

    An object inside a cut or malformed schema never replaces that schema. A page that ends
    inside its output schema is refused as a whole: half a document must not replace a
    stored one.
    """
    blocks = find_blocks(page.text)
    inputs = [
        block
        for block in blocks.whole
        if _is_input_schema(block) and not _is_example_body(examples, block)
    ]
    if not inputs:
        return _no_input_diagnostic(page, origin, blocks)
    input_end = inputs[0].end
    later = [block for block in blocks.whole if block.start >= input_end]
    output = next((block for block in later if _is_output_schema(block)), None)
    broken = _broken_schema(
        page, [block for block in blocks.broken if block.start >= input_end]
    )
    if output is None and broken is not None:
        return _broken_diagnostic(page, origin, broken)
    # Prose may contain an object that looks like a schema; the published one is the last
    # before the output schema.
    chosen = inputs[0]
    if output is not None:
        chosen = [block for block in inputs if block.start < output.start][-1]
    several = any(block.value != chosen.value for block in inputs)
    return _checked(page, origin, chosen, output, several=several)


def _checked(
    page: PageText,
    origin: Origin,
    chosen: JsonSlice,
    output: JsonSlice | None,
    *,
    several: bool,
) -> PageSchemas | Diagnostic:
    input_text = page.json(chosen.start, chosen.end)
    output_text = None if output is None else page.json(output.start, output.end)
    for text in (input_text, output_text):
        if text is not None and (fault := unusable_value(text)):
            return origin.unusable(fault)
    remarks = [_several_diagnostic(page, origin, chosen)] if several else []
    if output is None:
        remarks.append(_no_output_diagnostic(page, origin, chosen))
    return PageSchemas(input_text, output_text, tuple(remarks))


def _is_input_schema(block: JsonSlice) -> bool:
    kind, properties = block.value.get("type"), block.value.get("properties")
    return (
        isinstance(kind, str)
        and kind.lower() == "object"
        and isinstance(properties, dict)
    )


def _is_output_schema(block: JsonSlice) -> bool:
    """Whether it is ``{"output": {…}}`` with a schema. In an example of a result, ``output``
    has URLs instead.
    """
    output = block.value.get("output")
    return isinstance(output, dict) and ("properties" in output or "type" in output)


def _is_example_body(examples: Sequence[CurlExample], block: JsonSlice) -> bool:
    """Whether an object is the body of a curl example."""
    return any(post.start <= block.start < post.end for post in examples)


def _broken_schema(page: PageText, broken: Sequence[BrokenBlock]) -> BrokenBlock | None:
    """The first broken object that is a schema, or that the end of the page cut off."""
    schemas = [block for block in broken if block.is_schema]
    at_the_end = [block for block in broken if is_truncated(page.text, block.issue)]
    return next(iter(schemas + at_the_end), None)


def _no_input_diagnostic(
    page: PageText, origin: Origin, blocks: JsonBlocks
) -> Diagnostic:
    damaged = _broken_schema(page, blocks.broken)
    if damaged is not None:
        return _broken_diagnostic(page, origin, damaged)
    return origin.diagnostic(
        "no-schema",
        'no input schema: no JSON object with "type": "object" and "properties"',
        place=page.place(len(page.text.rstrip())),
        hint="save the page after it has loaded completely; the schemas are its last section",
    )


def _broken_diagnostic(
    page: PageText, origin: Origin, broken: BrokenBlock
) -> Diagnostic:
    ended = is_truncated(page.text, broken.issue)
    reason = "the page ends" if ended else broken.issue.reason
    return origin.diagnostic(
        "truncated-json" if broken.truncated else "not-json",
        f"the JSON that begins in line {page.place(broken.start).line} ends here: {reason}",
        place=page.place(len(page.text.rstrip()) if ended else broken.issue.offset),
        hint=(
            "a part of the page is missing: save the complete page again"
            if broken.truncated
            else "save the page again, or correct this line"
        ),
    )


def _several_diagnostic(
    page: PageText, origin: Origin, chosen: JsonSlice
) -> Diagnostic:
    return origin.diagnostic(
        "several-schemas",
        "several different objects on this page look like its input schema; this one is used",
        severity=Severity.WARNING,
        place=page.place(chosen.start),
        hint="compare it with the page; the last one before the output schema is used",
    )


def _no_output_diagnostic(
    page: PageText, origin: Origin, chosen: JsonSlice
) -> Diagnostic:
    return origin.diagnostic(
        "no-output-schema",
        "no output schema after the input schema",
        severity=Severity.WARNING,
        place=page.place(chosen.end),
        hint="the output schema that all pages share is assumed; save the page again if it has one",
    )


# The curl examples of a page that start a job.


_COMMAND = re.compile(r"\bcurl\s+(?=[-\"'h])")
_POST = re.compile(r"(?:--request|-X)[\s=]{0,8}[\"']?POST\b")
# A published id may contain unencoded spaces, so it ends with the line or the argument.
_MODEL = re.compile(
    r"https?://[^\s'\"/]+/v1/models/(?P<id>[^\r\n'\"\\]{1,300}?)"
    r"(?=\s{0,8}(?:[\\'\"\r\n]|\s-{1,2}[A-Za-z]|\Z))"
)
_DATA = re.compile(r"(?:--data(?:-raw|-binary)?|--json|-d)[\s=]{1,8}\$?['\"]?\s*\Z")
_CONTINUED = re.compile(r"(?:[^\n]*\\[ \t\r]*\n)*[^\n]*")


@dataclass(frozen=True, slots=True)
class CurlExample:
    """One ``POST …/v1/models/<id>``: its offsets, the model id and the body.

    ``body`` is a syntax issue if the body is not JSON, and None if there is no body.
    """

    start: int
    end: int
    model_id: str
    body: JsonSlice | SyntaxIssue | None


def find_curl_examples(text: str) -> list[CurlExample]:
    """The submit examples of a page, in order, without those for status, result and cancel."""
    starts = [match.start() for match in _COMMAND.finditer(text)]
    examples: list[CurlExample] = []
    for start, limit in pairwise([*starts, len(text)]):
        inside_body = examples and start < examples[-1].end
        example = None if inside_body else _curl_example(text, start, limit)
        if example is not None:
            examples.append(example)
    return examples


def _curl_example(text: str, start: int, limit: int) -> CurlExample | None:
    """Read the command at ``start``. It ends before ``limit``, but its body may be longer."""
    brace = text.find("{", start, limit)
    head = text[start : limit if brace < 0 else brace]
    model = _MODEL.search(head)
    if model is None or not _POST.search(head):
        return None
    # The body is JSON from its brace on. The shell quotes around it do not help, because
    # published prompts contain bare apostrophes.
    body = decode(text, brace) if brace >= 0 and _DATA.search(head) else None
    return CurlExample(
        start, _end(text, start, head, body), unquote(model["id"].strip()), body
    )


def _end(text: str, start: int, head: str, body: JsonSlice | SyntaxIssue | None) -> int:
    if isinstance(body, JsonSlice):
        return body.end + (text[body.end : body.end + 1] in ("'", '"'))
    if isinstance(body, SyntaxIssue):
        return body.offset
    lines = _CONTINUED.match(head)
    command = lines[0] if lines else head
    last = command.rpartition("\n")[2]
    # Crawled prose may follow on the same line, right after the last quoted argument.
    return (
        start + len(command) - (len(last) - last.rindex('"') - 1 if '"' in last else 0)
    )
