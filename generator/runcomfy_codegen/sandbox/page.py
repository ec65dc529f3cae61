"""The watch page: the jobs of the sandbox, live, for a person."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources

from .exchange import Response

_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


@cache
def watch_page() -> Response:
    """The page, which may load nothing but what this sandbox itself serves."""
    html = (
        resources.files("runcomfy_codegen.sandbox")
        .joinpath("watch.html")
        .read_text("utf-8")
    )
    allowed = {kind: _hash(text) for kind, text in _INLINE.findall(html)}
    policy = (
        f"default-src 'none'; script-src {allowed['script']}; style-src {allowed['style']};"
        " connect-src 'self'; img-src blob: data:; media-src blob: data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Response(
        status=200,
        headers=(
            ("content-type", "text/html; charset=utf-8"),
            ("content-security-policy", policy),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ),
        body=html.encode(),
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
