"""Boxes of the ISO base media file format: ISO/IEC 14496-12, section 4.2."""

from __future__ import annotations

from struct import unpack_from
from typing import NamedTuple

from ..errors import MediaError, MediaFault, MediaShort
from ..parser import Parse

_MOST_CHILDREN = 4096


class Box(NamedTuple):
    """One box: its type, and the offsets of its start, its content and its end."""

    kind: bytes
    start: int
    body: int
    end: int


def read_box(at: int, limit: int | None) -> Parse[Box]:
    """Read the header of the box at ``at``; ``limit`` is where its parent ends, if known."""
    head = yield at, 16, 8
    size = int(unpack_from(">I", head)[0])
    kind, body = head[4:8], at + 8
    if size == 1:
        if len(head) < 16:
            raise MediaShort(f"cut inside the box header at byte {at}")
        size, body = int(unpack_from(">Q", head, 8)[0]), at + 16
    elif size == 0:  # up to the end of the file
        size = (limit if limit is not None else at + (1 << 62)) - at
    if at + size < body or at + size > 1 << 63:
        raise MediaError(
            f"the box {box_name(kind)} at byte {at} says that it is {size} bytes long"
        )
    return Box(kind, at, body, at + size)


def read_children(parent: Box, body: int | None = None) -> Parse[list[Box]]:
    """The boxes inside a box. Raises ``MediaError`` if one is longer than its parent."""
    at = parent.body if body is None else body
    boxes: list[Box] = []
    while at + 8 <= parent.end:
        if len(boxes) == _MOST_CHILDREN:
            raise MediaShort(
                f"the box {box_name(parent.kind)} has more than {_MOST_CHILDREN} parts",
                MediaFault.TOO_COSTLY,
            )
        box = yield from read_box(at, parent.end)
        if box.end > parent.end:
            raise MediaError(
                f"the box {box_name(box.kind)} at byte {at} is longer than {box_name(parent.kind)} "
                "around it"
            )
        boxes.append(box)
        at = box.end
    return boxes


def read_body(box: Box, maximum: int, minimum: int, skip: int = 0) -> Parse[bytes]:
    """Up to ``maximum`` bytes of a box's content, from its byte ``skip`` on."""
    room = box.end - box.body - skip
    if room < minimum:
        raise MediaError(
            f"the box {box_name(box.kind)} at byte {box.start} is too short"
        )
    length = min(maximum, room)
    return (yield box.body + skip, length, minimum) if length else b""


def first_box(boxes: list[Box], kind: bytes) -> Box | None:
    """The first box of a type."""
    for box in boxes:
        if box.kind == kind:
            return box
    return None


def box_name(kind: bytes) -> str:
    """A box type as printable text, whatever its bytes are."""
    return "".join(
        chr(code) if 0x20 < code < 0x7F else f"\\x{code:02x}" for code in kind
    )
