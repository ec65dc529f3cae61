"""The watch page: the jobs of the sandbox, live, for a person."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import unquote_to_bytes

from runcomfy_runtime.media.format_table import FORMATS
from runcomfy_runtime.protocol import Phase

from ..ir.json_text import is_array, is_object
from .clock import timestamp
from .http_messages import ApiResponse
from .input_validation import all_texts
from .job import FAILURE_MESSAGE, JobRecord, JobState, charge

_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


@cache
def _policy(html: str) -> str:
    allowed = {kind: _hash(text) for kind, text in _INLINE.findall(html)}
    return (
        f"default-src 'none'; script-src {allowed['script']}; style-src {allowed['style']};"
        " connect-src 'self'; img-src blob: data:; media-src blob: data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def watch_page() -> ApiResponse:
    """The page. Its policy lets it load only what this sandbox serves."""
    html = (
        resources.files("runcomfy_codegen.sandbox")
        .joinpath("watch.html")
        .read_text("utf-8")
    )
    return ApiResponse(
        status=200,
        headers=(
            ("content-type", "text/html; charset=utf-8"),
            ("content-security-policy", _policy(html)),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ),
        body=html.encode(),
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


_LISTED_INPUT = 300  # characters of an input in the list, for its text filter
_LONGEST_TEXT = 2000  # characters of a text that is shown
_LARGEST_COUNT = 20  # inline files of a job
_SHOWN = (
    "png",
    "jpeg",
    "webp",
    "gif",
    "avif",
    "mp4",
    "webm",
    "wav",
    "mp3",
    "ogg",
    "m4a",
)
_TYPES = frozenset({"audio/x-wav", *(FORMATS[name].media_type for name in _SHOWN)})
"""Types that a browser shows without running anything in them."""


@dataclass(frozen=True, slots=True)
class InlineFile:
    """A file inside an input, as its ``data:`` URI."""

    type: str
    text: str

    def content(self) -> bytes:
        """The bytes of the file. Raises ``ValueError`` for a malformed URI."""
        head, _, payload = self.text.partition(",")
        if not head.lower().endswith(";base64"):
            return unquote_to_bytes(payload)
        try:
            return base64.b64decode(unquote_to_bytes(payload))
        except binascii.Error as error:
            raise ValueError(str(error)) from None


def inline_files(job: JobRecord) -> list[InlineFile]:
    """The files in a job's input that can be shown, at any depth."""
    if "data:" not in job.body.lower():
        return []
    files = (InlineFile(_type(text), text) for text in all_texts(json.loads(job.body)))
    return [file for file in files if file.type in _TYPES][:_LARGEST_COUNT]


def job_summary(
    job: JobRecord, state: JobState, paths: tuple[str, ...]
) -> dict[str, Any]:
    """A job as the list of jobs shows it."""
    ended = state.finished_at
    finished_at = None if ended is None else timestamp(ended)
    return {
        "request_id": job.request_id,
        "model_id": job.model_id,
        "account": job.account,
        "status": state.outcome_word,
        "queue_position": state.queue_position,
        "drive": job.drive.value,
        "created_at": timestamp(job.submitted_at),
        "finished_at": finished_at,
        "cost": charge(job),
        "error": FAILURE_MESSAGE if state.phase is Phase.FAILED else "",
        "input_start": job.body[:_LISTED_INPUT],
        "input_sha256": job.input_sha256,
        "input_characters": len(job.body),
        "files": paths if state.phase is Phase.SUCCEEDED else (),
    }


def job_details(job: JobRecord) -> dict[str, Any]:
    """The input of a job: long texts shortened, and the paths of its inline files."""
    here = f"/sandbox/jobs/{job.request_id}/inline"
    return {
        "input": _shortened(json.loads(job.body)),
        "inline": [
            {"path": f"{here}/{number}", "type": file.type}
            for number, file in enumerate(inline_files(job))
        ],
    }


def _type(text: str) -> str:
    if text[:5].lower() != "data:":
        return ""
    return text[5:80].partition(",")[0].partition(";")[0].strip().lower()


def _shortened(value: Any) -> Any:
    if is_object(value):
        return {name: _shortened(member) for name, member in value.items()}
    if is_array(value):
        return [_shortened(item) for item in value]
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"{value[:_LONGEST_TEXT]}… ({len(value)} characters)"
    return value
