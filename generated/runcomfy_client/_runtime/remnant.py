"""What of a document that does not fit the schema can be judged all the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from .problems import pointer
from .rule import Rule


def remnant(
    document: object,
    wire: Mapping[str, str],
    wrong: Collection[str],
    rules: Sequence[Rule],
) -> dict[str, Any]:
    """A document in wire names, with null at every pointer that is wrong already.

    So a list with too many files has none of them fetched, and a list with one item that is
    no text has all the others judged. ``wire`` gives the wire name for any name of a field.
    """
    if not isinstance(document, Mapping):
        return {}
    members = cast(Mapping[str, object], document).items()
    named = {wire.get(name, name): value for name, value in members}
    # No deeper than rules reach: a document may be nested for ever.
    depth = max((rule.pointer.count("/") for rule in rules), default=0)
    return cast(dict[str, Any], _without(named, "", wrong, depth))


def _without(value: object, place: str, wrong: Collection[str], depth: int) -> object:
    if (
        place and place in wrong
    ):  # "" is the document, of which something is always left
        return None
    if depth and isinstance(value, dict):
        return {
            name: _without(member, place + pointer([str(name)]), wrong, depth - 1)
            for name, member in cast(dict[object, object], value).items()
        }
    if depth and isinstance(value, list):
        return [
            _without(item, f"{place}/{index}", wrong, depth - 1)
            for index, item in enumerate(cast(list[object], value))
        ]
    return value
