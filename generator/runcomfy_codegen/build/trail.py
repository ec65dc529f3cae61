"""The way from a document's root to the schema that is being read."""

from __future__ import annotations

from dataclasses import dataclass

from ..ir.json_text import pointer_token


@dataclass(frozen=True, slots=True)
class Trail:
    """Where a reader stands: in the document, in the payload it describes, and in words.

    In ``payload`` the step ``*`` is every item of an array or value of a map (a member that
    is itself called ``*`` is written ``~2``); ``words`` name the class of a nested object.
    """

    schema: str
    payload: str = ""
    words: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """How many schemas lie around this one."""
        return len(self.words)

    def keyword(self, name: str) -> str:
        """The pointer of a keyword of the schema."""
        return f"{self.schema}/{pointer_token(name)}"

    def member(self, wire_name: str, name: str) -> Trail:
        """On to a property, and to the name of its field."""
        token = pointer_token(wire_name)
        return Trail(
            f"{self.schema}/properties/{token}",
            f"{self.payload}/{token.replace('*', '~2')}",
            (*self.words, name),
        )

    def items(self) -> Trail:
        """On to the items of an array."""
        return Trail(f"{self.schema}/items", f"{self.payload}/*", (*self.words, "item"))

    def values(self) -> Trail:
        """On to the undeclared members of an object."""
        return Trail(
            f"{self.schema}/additionalProperties",
            f"{self.payload}/*",
            (*self.words, "value"),
        )

    def option(self, keyword: str, index: int) -> Trail:
        """On to one of several schemas for the same value."""
        return Trail(
            f"{self.schema}/{keyword}/{index}",
            self.payload,
            (*self.words, f"option{index}"),
        )
