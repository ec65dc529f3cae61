"""Published text on a terminal: shown, never obeyed."""

from __future__ import annotations


def shown(text: str) -> str:
    """The text with control characters and direction marks as escapes.

    A schema could otherwise move the cursor, colour the screen, or hide a line.
    """
    return "".join(
        (
            character
            if character.isprintable() or character == "\n"
            else repr(character)[1:-1]
        )
        for character in text
    )
