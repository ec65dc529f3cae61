"""What the codes of stated limits mean, for the page and the reports of ``lint``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LIMIT_SUMMARIES: Mapping[str, str] = MappingProxyType(
    {
        "stated-limit-contradictory": "No document keeps a stated limit together with others.",
        "stated-limit-impossible": "No document that the schema and its rules allow keeps a"
        " stated limit.",
        "stated-limit-malformed": "An entry is not in the language of limits, or names no"
        " field of the model.",
        "stated-limit-redundant": "The schema implies a stated limit already.",
        "stated-limit-stale": "The words of a limit are not in the published description, or"
        " its model is gone; the limit refuses nothing.",
    }
)
"""One sentence for each code."""


def limit_codes_section() -> str:
    """The codes of stated limits as a section of the page of rules (Markdown)."""
    rows = "".join(
        f"| `{code}` | {summary} |\n" for code, summary in LIMIT_SUMMARIES.items()
    )
    return f"{_HEAD}{rows}"


_HEAD = """\
## Stated limits

`lint` also reports what is wrong with the files of `limits/`, with file and line. How to write
a limit, and what to do about these: [limits](../limits.md).

| code | what it means |
|---|---|
"""
