"""Which known name a misspelt one was probably meant to be: every suggestion comes from here."""

from __future__ import annotations

from collections.abc import Iterable

_MOST = 200
"""Characters that are compared: the time grows with the square of the length."""


def closest(
    name: str, known: Iterable[str], *, count: int = 1, cutoff: float = 0.6
) -> list[str]:
    """At most ``count`` known names that are similar to ``name``, the most similar first."""
    from difflib import get_close_matches  # slow to import, and rarely needed

    names = [str(known_name) for known_name in known]
    return get_close_matches(name[:_MOST], names, n=count, cutoff=cutoff)


def did_you_mean(
    name: str, known: Iterable[str], *, count: int = 1, cutoff: float = 0.6
) -> str:
    """The end of a message about an unknown name: ``; did you mean 'en'?``, else nothing."""
    names = closest(name, known, count=count, cutoff=cutoff)
    return f"; did you mean {' or '.join(map(repr, names))}?" if names else ""


def did_you_mean_or_list(name: str, known: Iterable[str]) -> str:
    """As ``did_you_mean``; if no known name is similar, all of them."""
    names = [str(known_name) for known_name in known]
    return did_you_mean(name, names) or f"; known: {', '.join(names) or 'none'}"
