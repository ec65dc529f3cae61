"""Looks for a text that some patterns and lengths accept and others refuse, or proves that
there is none. The search goes by length, so what it finds is a shortest text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import TypeAlias

from .alphabet import alphabet_of
from .automaton import (
    Automaton,
    CannotCompare,
    State,
    StateBudget,
    is_dead,
    nodes_in,
)
from .tree import Alternatives, Assertion, Characters, Node, Sequence

MAX_LENGTH = 65_536
"""The largest limit up to which characters are counted."""


@dataclass(frozen=True, slots=True)
class TextSet:
    """The texts of some lengths in which an expression has a match; without one, all."""

    min_length: int = 0
    max_length: int | None = None
    tree: Node | None = None

    def has_length(self, length: int) -> bool:
        """Whether the lengths allow a text of this length."""
        return self.min_length <= length and (
            self.max_length is None or length <= self.max_length
        )

    @property
    def last_limit(self) -> int:
        """From this length on, all lengths are allowed, or none is."""
        return self.min_length if self.max_length is None else self.max_length + 1


def one_of(words: Iterable[str]) -> TextSet:
    """The set of these texts alone."""
    spelled = (
        Sequence(tuple(Characters(((ord(letter), ord(letter)),)) for letter in word))
        for word in words
    )
    whole = (Assertion.START, Alternatives(tuple(spelled)), Assertion.END)
    return TextSet(tree=Sequence(whole))


def find_text(inside: Iterable[TextSet], outside: Iterable[TextSet]) -> str | None:
    """A shortest text that is in all sets of ``inside`` and in none of ``outside``.

    None means that there is no such text; this is proved. Raises ``CannotCompare``.
    """
    result = _find(tuple(inside), tuple(outside))
    if isinstance(result, CannotCompare):
        raise result
    return result


@lru_cache(maxsize=4096)
def _find(
    inside: tuple[TextSet, ...], outside: tuple[TextSet, ...]
) -> str | CannotCompare | None:
    try:
        return _Search(inside, outside).shortest()
    except CannotCompare as error:
        return error


_Product: TypeAlias = tuple[State, ...]
"""A state of every automaton."""


@dataclass(frozen=True, slots=True)
class _Level:
    """The states in which texts of one length end.

    ``origins`` has the state of the last level and the letter that lead to each of them.
    """

    states: frozenset[_Product]
    origins: Mapping[_Product, tuple[_Product, int]]

    def without(self, states: Collection[_Product]) -> _Level:
        """The level without these states."""
        origins = {
            state: origin
            for state, origin in self.origins.items()
            if state not in states
        }
        return _Level(frozenset(origins), origins)


class _Search:
    """One search. Texts that end in the same state, at the same length, have one future."""

    def __init__(
        self, inside: tuple[TextSet, ...], outside: tuple[TextSet, ...]
    ) -> None:
        self._inside, self._sets = len(inside), (*inside, *outside)
        self._last_limit = max((each.last_limit for each in self._sets), default=0)
        if self._last_limit > MAX_LENGTH + 1:
            raise CannotCompare(
                f"only very long texts, of more than {MAX_LENGTH:,} characters, could show a difference"
            )
        trees = [each.tree for each in self._sets if each.tree is not None]
        trees = list(dict.fromkeys(trees))
        nodes = (node for tree in trees for node in nodes_in(tree))
        alphabet = alphabet_of(node for node in nodes if isinstance(node, Characters))
        self._letters = alphabet.letters
        self._budget = StateBudget()
        self._automata = [Automaton(tree, alphabet, self._budget) for tree in trees]
        # Where in a product the state of each set is.
        self._places = [
            None if each.tree is None else trees.index(each.tree) for each in self._sets
        ]
        self._needed = [
            each for each in self._places[: self._inside] if each is not None
        ]
        self._next_levels: dict[frozenset[_Product], _Level] = {}
        self._following: dict[_Product, list[tuple[int, _Product]]] = {}

    def shortest(self) -> str | None:
        """The text that is looked for; None if there is none."""
        start = tuple(each.start for each in self._automata)
        levels = [_Level(frozenset((start,)), {start: (start, 0)})]
        refuted: set[tuple[frozenset[_Product], tuple[bool, ...]]] = set()
        seen: set[_Product] = set()
        for length in count():
            level = levels[-1]
            allowed = tuple(each.has_length(length) for each in self._sets)
            if (level.states, allowed) not in refuted:
                refuted.add((level.states, allowed))
                self._budget.spend(steps=len(level.states))
                for product in level.origins:
                    if self._is_wanted(product, allowed):
                        return self._text(levels, product)
            following = self._next(level)
            if length >= self._last_limit:
                # The limits change nothing any more, so a state has the same future again.
                seen |= level.states
                following = following.without(seen)
                if not all(allowed[: self._inside]):
                    return None
            if not following.states:
                return None
            levels.append(following)
        return None

    def _is_wanted(self, product: _Product, allowed: tuple[bool, ...]) -> bool:
        """Whether a text is wanted that ends in this state and has an allowed length."""
        for index, place in enumerate(self._places):
            accepted = allowed[index] and (
                place is None or self._automata[place].matches(product[place])
            )
            if accepted is not (index < self._inside):
                return False
        return True

    def _next(self, level: _Level) -> _Level:
        if level.states not in self._next_levels:
            origins: dict[_Product, tuple[_Product, int]] = {}
            for product in level.origins:
                following = self._successors(product)
                self._budget.spend(steps=len(following))
                for letter, target in following:
                    origins.setdefault(target, (product, letter))
            self._next_levels[level.states] = _Level(frozenset(origins), origins)
        return self._next_levels[level.states]

    def _successors(self, product: _Product) -> list[tuple[int, _Product]]:
        """The states after one more letter, without those that nothing wanted ends in."""
        if product not in self._following:
            self._budget.spend(states=1, steps=len(self._letters))
            targets: dict[_Product, int] = {}
            for letter in range(len(self._letters)):
                pairs = zip(self._automata, product, strict=True)
                target = tuple(each.step(state, letter) for each, state in pairs)
                if not any(is_dead(target[place]) for place in self._needed):
                    targets.setdefault(target, letter)
            self._following[product] = [
                (letter, target) for target, letter in targets.items()
            ]
        return self._following[product]

    def _text(self, levels: list[_Level], product: _Product) -> str:
        """A text that ends in this state of the last level."""
        letters: list[str] = []
        for level in reversed(levels[1:]):
            product, letter = level.origins[product]
            letters.append(self._letters[letter])
        return "".join(reversed(letters))
