"""Names that callers use, and that are others now: the published ones may be the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .entry import Entry


def renamed(old: Entry, new: Entry) -> Iterator[str]:
    """``three -> renamed`` for each field and class of a model that is called otherwise now.

    Where the documents changed too, a name that only one of the locks tells may be that of
    a field which came or went. Then it is told what the field is called, which is so in
    either case.
    """
    if old.names is None or new.names is None:
        return
    same = old.documents == new.documents
    yield from _changes(old.names.fields, new.names.fields, same=same)
    yield from _changes(old.names.classes, new.names.classes, same=same)


def _changes(
    old: Mapping[str, str], new: Mapping[str, str], *, same: bool
) -> Iterator[str]:
    for place in sorted({*old, *new}):
        published = place.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        before, after = old.get(place), new.get(place)
        if before == after:
            continue
        if same or (before and after):
            yield f"{before or published} -> {after or published}"
        else:
            told = f"called {after}" if after else f"not called {before} any more"
            yield f"{published} is {told}"
