"""Identifiers made from published names, by the same rules in every output.

Each is a function of the published name alone. An identifier is ASCII, in lower case, no word
of Python, and can be the name of a file on every system.
"""

from __future__ import annotations

import keyword
import re

_FOREIGN = re.compile(r"[^0-9A-Za-z_]+")
# No file can be called so on Windows, with any ending
# (Microsoft, "Naming Files, Paths, and Namespaces").
_DEVICE = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
_UPPER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def path_of_id(model_id: str) -> tuple[str, ...]:
    """The path of a model in an output: ``kling/kling-video-o3/4K`` → ``kling``,
    ``kling_video_o3``, ``model_4k``.
    """
    steps = (
        identifier(step, joined_words(step), "model_") for step in model_id.split("/")
    )
    return tuple(f"{step}_" if is_device(step) else step for step in steps)


def joined_words(published: str) -> str:
    """The name with ``_`` for each run of characters that no identifier has."""
    return _FOREIGN.sub("_", published)


def identifier(published: str, words: str, prefix: str) -> str:
    """An identifier made of words that ``joined_words`` joined.

    ``prefix`` goes before a digit, and before the code points of a name without a letter.
    """
    # Only ASCII letters are folded: str.lower() makes `k` of the Kelvin sign.
    name = words.translate(_UPPER).lstrip("_")
    if not name.strip("_"):
        name = prefix + "_".join(f"u{ord(character):04x}" for character in published)
    if name[0].isdigit():
        name = prefix + name
    return f"{name}_" if keyword.iskeyword(name) else name


def is_device(name: str) -> bool:
    """Whether Windows has a device of this name, so that no file can be called so."""
    return _DEVICE.fullmatch(name) is not None
