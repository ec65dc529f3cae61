"""The outputs of models, as far as it is known what comes. Nothing that comes is rejected.

A field holds one URL or a list of URLs: servers do not keep to the name. Other members are kept.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from pydantic import BaseModel, ValidationError

from .deferred_validation import DeferredValidation


class BaseOutput(
    DeferredValidation,
    BaseModel,
    extra="allow",
    validate_by_name=True,
    validate_by_alias=True,
    protected_namespaces=(),
    defer_build=True,
):
    """The output of a model, or an object inside one."""

    @classmethod
    def read(cls, output: object) -> Self:
        """Read any output. Values that do not fit the schema are kept unchanged."""
        try:
            return cls.model_validate(output)
        except (ValidationError, RecursionError):
            members = cast(dict[str, Any], output) if isinstance(output, dict) else {}
            unchecked: Self = cls._unchecked(members)
            return unchecked

    @classmethod
    def _unchecked(cls, members: Mapping[str, Any]) -> Any:
        # The plugin of mypy takes what is constructed for the class that says so.
        defaults = cls.model_construct()
        kept = {
            name: value for name, value in members.items() if not name.startswith("_")
        }
        return cls.model_construct(**kept) if kept else defaults


_EVERY_FIELD = frozenset({"image", "images", "video", "videos", "audio", "audios"})


class _OutputOfOneKind(BaseOutput):
    """What the model makes is known. The fields of other kinds are None.

    So code that was written before the catalog said what the model makes still runs.
    """

    # Hidden from type checkers, which report code that reads such a field.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name in _EVERY_FIELD and name not in (self.model_extra or {}):
                return None
            return super().__getattr__(name)


class ImageOutput(_OutputOfOneKind):
    """The output of a model that makes images."""

    image: str | list[str] | None = None
    """URL of one image"""

    images: list[str] | str | None = None
    """URLs of several images"""


class VideoOutput(_OutputOfOneKind):
    """The output of a model that makes videos."""

    video: str | list[str] | None = None
    """URL of one video"""

    videos: list[str] | str | None = None
    """URLs of several videos"""


class AudioOutput(_OutputOfOneKind):
    """The output of a model that makes sounds: music, speech, effects."""

    audio: str | list[str] | None = None
    """URL of one sound"""

    audios: list[str] | str | None = None
    """URLs of several sounds"""


class ModelOutput(BaseOutput):
    """The output of a model of which it is not known what it makes."""

    image: str | list[str] | None = None
    """URL of one image"""

    images: list[str] | str | None = None
    """URLs of several images"""

    video: str | list[str] | None = None
    """URL of one video"""

    videos: list[str] | str | None = None
    """URLs of several videos"""

    audio: str | list[str] | None = None
    """URL of one sound"""

    audios: list[str] | str | None = None
    """URLs of several sounds"""
