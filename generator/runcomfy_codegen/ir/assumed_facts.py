"""What a catalog says about a model and a published schema does not: category and price.

These are assumptions, from the id of a model and what it takes. A published fact wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote

from .model import MediaKind, Model

ASSUMED_PRICE = "Assumed by the sandbox; not a published price."
"""The ``pricing_note`` of a price that RunComfy does not publish."""

_CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "audio-outpaint": "audio-to-audio",
        "edit": "{made}-to-{made}",
        "edit-video": "video-to-video",
        "extend": "{made}-to-{made}",
        "extend-video": "video-to-video",
        "first-last-frame-to-video": "image-to-video",
        "first-last-frame": "image-to-video",
        "image-edit": "image-to-image",
        "inpaint": "{made}-to-{made}",
        "motion-control": "video-to-video",
        "music-generation": "text-to-audio",
        "outpaint": "{made}-to-{made}",
        "text-to-music": "text-to-audio",
        "text-to-speech": "text-to-audio",
        "transition": "image-to-video",
        "upscale": "{made}-to-{made}",
        "video-edit": "video-to-video",
    }
)
"""The category for the last segment of a model id. ``{made}`` is the kind that the model makes.

A segment of the form ``image-to-video`` is itself a category.
"""
_STRONGEST_INPUT = (MediaKind.VIDEO, MediaKind.IMAGE, MediaKind.AUDIO)


def assumed_category(model: Model, made: MediaKind) -> str:
    """The category of a model in the words of the catalog, such as ``text-to-image``.

    The last task in the id decides. If no segment is a task, the required media of the input
    decide.
    """
    stated = category_in_id(model.model_id, made)
    if stated:
        return stated
    needed = {field.media for field in model.input.fields if field.required}
    taken = [kind.value for kind in _STRONGEST_INPUT if kind in needed]
    return f"{taken[0] if taken else 'text'}-to-{made.value}"


def category_in_id(model_id: str, made: MediaKind | None = None) -> str:
    """The category that the last task in a model's id names; empty if no segment is a task.

    A variant such as ``pro`` or ``1080p`` is not in the table; then the segment before it
    decides. An ``edit`` has no category while it is unknown what the model makes.
    """
    for segment in reversed(model_id.lower().split("/")[1:]):
        category = _CATEGORIES.get(segment, segment if "-to-" in segment else "")
        if category and (made or "{made}" not in category):
            return category.format(made=made.value if made else "")
        if category:
            return ""
    return ""


def assumed_page(model_id: str) -> str:
    """The web page of a model. For some models, the published page has another path."""
    return f"https://www.runcomfy.com/models/{quote(model_id)}"
