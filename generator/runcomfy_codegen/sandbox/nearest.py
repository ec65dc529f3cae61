"""What somebody who has misspelt a name may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a complaint: the name that is closest, else all that there are."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1)
    return f"is {close[0]} meant?" if close else "there are: " + ", ".join(names)
