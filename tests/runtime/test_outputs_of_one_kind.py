"""An output of a known kind reads like one of which nothing was known."""

from __future__ import annotations

import pytest

from runcomfy_runtime.outputs import (
    AudioOutput,
    BaseOutput,
    ImageOutput,
    ModelOutput,
    VideoOutput,
)

NAMES = [*ModelOutput.model_fields]


@pytest.mark.parametrize("kind", [ImageOutput, VideoOutput, AudioOutput])
def test_fields_of_other_kinds_are_none_until_they_come(kind: type[BaseOutput]) -> None:
    empty = kind.read({})
    assert [getattr(empty, name) for name in NAMES] == [None] * len(NAMES)
    for name in NAMES:
        assert getattr(kind.read({name: "https://a.example/b"}), name)
    with pytest.raises(AttributeError):
        getattr(empty, "vide")  # noqa: B009
    assert kind.model_fields.keys() < {*NAMES}
