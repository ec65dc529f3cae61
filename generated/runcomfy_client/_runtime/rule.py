"""A published media rule, as the generated modules state it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .metrics_and_operators import MetricExpression, Operator


@dataclass(frozen=True, slots=True)
class Rule:
    """One limit on a piece of media.

    ``pointer`` is a JSON pointer into the payload where ``*`` means every item of an
    array. ``kind`` is what the media must be (``image``, ``video``, ``audio``), empty if it is
    not known. ``limit`` is an exact decimal. ``message`` is the published text, word for word;
    the rule decides, the message never does. ``translations`` gives (locale, message) of every
    language in which it was published, if they differ.
    """

    pointer: str
    metric: str
    operator: str
    limit: str
    message: str = ""
    kind: str = ""
    translations: tuple[tuple[str, str], ...] = ()

    @property
    def condition(self) -> str:
        """The rule in ASCII: ``width_pixels <= 4096``."""
        return f"{self.metric} {self.operator} {self.limit}"

    def in_locale(self, locale: str | None) -> Rule:
        """The rule with its message in a language, if it was published in it.

        First choice is the locale itself, then the first one of the same language (``zh`` for
        ``zh-CN``, and the other way round), then the message as it is.
        """
        if locale is None or not self.translations:
            return self
        wanted = locale.lower().replace("_", "-")
        by_locale = {tag.lower(): message for tag, message in self.translations}
        language = wanted.partition("-")[0]
        same_language = (tag for tag in by_locale if tag.partition("-")[0] == language)
        chosen = wanted if wanted in by_locale else next(same_language, None)
        return self if chosen is None else replace(self, message=by_locale[chosen])

    # Making an input needs neither of the tables, so they are loaded on first use.

    @property
    def expression(self) -> MetricExpression | None:
        """The metric, parsed; None if this release cannot measure it."""
        from .metrics_and_operators import parse_metric

        return parse_metric(self.metric)

    @property
    def comparison(self) -> Operator | None:
        """The operator's row in the table; None if this release does not know it."""
        from .metrics_and_operators import OPERATORS

        return OPERATORS.get(self.operator)

    @property
    def threshold(self) -> Fraction | None:
        """The limit as an exact number; None if the published value is not one."""
        try:
            return Fraction(self.limit)
        except (ValueError, ZeroDivisionError):
            return None

    @property
    def checkable(self) -> bool:
        """Whether metric, operator and limit are all understood."""
        return (
            self.expression is not None
            and self.comparison is not None
            and self.threshold is not None
        )

    def holds(self, value: Fraction) -> bool:
        """Whether a measured value keeps a checkable rule."""
        comparison, limit = self.comparison, self.threshold
        assert comparison is not None
        assert limit is not None
        return comparison.accepts(value, limit)


Translations = tuple[tuple[str, str], ...]
Row = tuple[str, str] | tuple[str, str, Translations]


def rules_for(pointer: str, kind: str, *rows: Rule | Row) -> tuple[Rule, ...]:
    """The rules for one place: the condition of each, its message, and translations of it."""
    return tuple(
        row if isinstance(row, Rule) else _rule(pointer, kind, row) for row in rows
    )


def _rule(pointer: str, kind: str, row: Row) -> Rule:
    metric, operator, limit = row[0].rsplit(" ", 2)
    translations = row[2] if len(row) == 3 else ()
    return Rule(pointer, metric, operator, limit, row[1], kind, translations)
