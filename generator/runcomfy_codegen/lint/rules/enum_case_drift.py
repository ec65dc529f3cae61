"""A choice is spelled in another case than in other models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ...ir.diagnostic import Severity
from ...ir.model import Choice, Model, Type, types_in
from ..fields import fields_with_pointers
from ..rule import LintFinding, LintMetadata, LintRule

ABOUT = LintMetadata(
    code="enum-case-drift",
    severity=Severity.INFO,
    notices="A choice differs only in case from the choice that more models have.",
    why=(
        "Values go over the wire unchanged: what one model takes, its neighbour "
        "refuses."
    ),
    wrong=(
        '{"resolution": {"type": "string", "enum": ["720P"]}, "size": {"type": '
        '"string", "enum": ["720p"]}, "quality": {"type": "string", "enum": '
        '["720p"]}}'
    ),
    right='{"resolution": {"type": "string", "enum": ["720p"]}}',
    instead="Take the spelling from the generated `Literal` of each model.",
)


def check(models: Sequence[Model]) -> Iterator[LintFinding]:
    """Every choice in a spelling that is not the usual one."""
    places = [
        (model.model_id, pointer, word)
        for model in models
        for field, pointer in fields_with_pointers(model)
        for word in _words(field.type)
    ]
    counts = Counter(word for _, _, word in places)
    # Of spellings that are equally frequent, the one in capitals counts as the rarer.
    rarest_first = sorted(counts, key=lambda word: (counts[word], word))
    usual = {word.casefold(): word for word in rarest_first}
    for model_id, pointer, word in places:
        other = usual[word.casefold()]
        if other != word:
            message = f"{word!r} is spelled {other!r} in {counts[other]} other places"
            yield LintFinding(model_id, f"{pointer}/enum", message)


def _words(kind: Type) -> set[str]:
    choices = (each.values for each in types_in(kind) if isinstance(each, Choice))
    loaded = (value.load() for values in choices for value in values)
    return {word for word in loaded if isinstance(word, str)}


RULE = LintRule(ABOUT, check)
