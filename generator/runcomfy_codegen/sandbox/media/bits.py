"""Bits in the order that H.264 writes them (ITU-T H.264, sections 7.2 and 9.1)."""

from __future__ import annotations

import re

_EMULATION = re.compile(rb"\x00\x00(?=[\x00-\x03])")


class Bits:
    """A string of bits that is being written."""

    def __init__(self) -> None:
        self._bits: list[str] = []
        self._length = 0

    def raw(self, bits: str) -> Bits:
        """Bits as they are, first one first."""
        self._bits.append(bits)
        self._length += len(bits)
        return self

    def u(self, value: int, width: int) -> Bits:
        """An unsigned number in ``width`` bits."""
        return self.raw(f"{value:0{width}b}")

    def ue(self, *values: int) -> Bits:
        """Unsigned Exp-Golomb codes."""
        for value in values:
            code = f"{value + 1:b}"
            self.raw("0" * (len(code) - 1) + code)
        return self

    def se(self, value: int) -> Bits:
        """A signed Exp-Golomb code."""
        return self.ue(2 * value - 1 if value > 0 else -2 * value)

    def align(self) -> Bits:
        """Zeros up to the next whole byte."""
        return self.raw("0" * (-self._length % 8))

    def payload(self) -> bytes:
        """The bytes of a raw byte sequence payload: a stop bit, then zeros."""
        self.raw("1").align()
        return int("".join(self._bits), 2).to_bytes(self._length // 8, "big")


def nal(reference: int, kind: int, payload: bytes) -> bytes:
    """A NAL unit: its header, and the payload with emulation prevention."""
    return bytes((reference << 5 | kind,)) + _EMULATION.sub(b"\x00\x00\x03", payload)
