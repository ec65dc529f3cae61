"""Chance that repeats: identifiers and draws that depend on the seed and a name, on nothing else."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Seed:
    """The root of every random choice.

    Each choice has a name of its own, so that one more draw somewhere moves no other.
    """

    value: str = "runcomfy"

    def digest(self, *name: str | int) -> bytes:
        """32 bytes that belong to this name."""
        text = "\x1f".join(str(part) for part in name)
        return hmac.digest(
            self.value.encode(), text.encode("utf-8", "surrogatepass"), "sha256"
        )

    def identifier(self, *name: str | int) -> str:
        """An identifier in the form of a UUID."""
        text = self.digest(*name).hex()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"

    def draws(self, *name: str | int) -> Random:
        """A stream of random numbers that belongs to this name."""
        # Repeatable on purpose; nothing is guarded by it.
        return Random(self.digest(*name))  # noqa: S311
