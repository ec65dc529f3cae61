"""A pattern as an automaton, which reads a text character by character.

It is made from the parse tree, by Thompson's construction, and becomes deterministic only
where a search looks at it. A state knows what came before, and a step knows what comes next.
So every assertion is decided at its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from .alphabet import Alphabet
from .tree import Alternatives, Assertion, Characters, Node, Repeat, Sequence

MAX_STATES = 10_000
"""The most states of a comparison: those of the patterns, and those that the search visits."""
MAX_STEPS = 25 * MAX_STATES
"""The most steps from a state to the next."""


class CannotCompare(Exception):
    """There is no answer within the bounds; the message is the reason."""


@dataclass(slots=True)
class StateBudget:
    """The states and steps that a comparison may still use."""

    states: int = MAX_STATES
    steps: int = MAX_STEPS

    def spend(self, *, states: int = 0, steps: int = 0) -> None:
        """Count states or steps. Raises ``CannotCompare``."""
        self.states -= states
        self.steps -= steps
        if self.states < 0:
            raise CannotCompare(f"the patterns need more than {MAX_STATES:,} states")
        if self.steps < 0:
            raise CannotCompare(f"the patterns need more than {MAX_STEPS:,} steps")


State: TypeAlias = int
"""Bits: the nodes from which the expression may go on, and below them the last character."""

MATCHED: State = -1
"""A match has ended, so every longer text has a match too."""

# What is next to a position in a text.
_EDGE, _WORD, _OTHER = range(3)
_KIND_BITS = 2
_END = 0
"""The node at which a match ends."""


def is_dead(state: State) -> bool:
    """Whether no longer text has a match."""
    return state >> _KIND_BITS == 0


@dataclass(slots=True)
class _Graph:
    """The nodes of an expression.

    From a node, the expression goes on to others ``at_once``, if their assertion holds. Or
    it ``reads`` a character, whose classes are bits, and goes on to the node ``after`` it.
    """

    alphabet: Alphabet
    budget: StateBudget
    at_once: list[list[tuple[int, Assertion | None]]] = field(
        default_factory=lambda: [[]]
    )
    reads: list[int] = field(default_factory=lambda: [0])
    after: list[int] = field(default_factory=lambda: [_END])

    def add(self, node: Node, end: int) -> int:
        """Add an expression that leads to ``end``; the node at which it begins."""
        self.budget.spend(states=1)
        match node:
            case Characters():
                return self._new(reads=self.alphabet.bits(node), after=end)
            case Assertion():
                return self._new((end, node))
            case Sequence(parts=parts):
                for part in reversed(parts):
                    end = self.add(part, end)
                return end
            case Alternatives(options=options):
                return self._new(*((self.add(each, end), None) for each in options))
            case Repeat(part=part, minimum=required):
                begin, required = self._optional(node, end)
                for _ in range(required):
                    begin = self.add(part, begin)
                return begin

    def _optional(self, node: Repeat, end: int) -> tuple[int, int]:
        """Where the optional repetitions begin, and how many required ones are left."""
        if node.maximum is None:
            loop = self._new((end, None))
            first = self.add(node.part, loop)
            self.at_once[loop].append((first, None))
            return (first, node.minimum - 1) if node.minimum else (loop, 0)
        begin = end
        for _ in range(node.maximum - node.minimum):
            begin = self._new((self.add(node.part, begin), None), (end, None))
        return begin, node.minimum

    def _new(
        self, *at_once: tuple[int, Assertion | None], reads: int = 0, after: int = _END
    ) -> int:
        self.at_once.append(list(at_once))
        self.reads.append(reads)
        self.after.append(after)
        return len(self.reads) - 1


class _Reached(NamedTuple):
    """The nodes that read the next character, as bits, and whether a match ends before it."""

    readers: int
    matched: bool


_NOTHING = _Reached(0, False)


class Automaton:
    """The texts in which a pattern has a match."""

    def __init__(self, tree: Node, alphabet: Alphabet, budget: StateBudget) -> None:
        self._budget = budget
        self._graph = _Graph(alphabet, budget)
        self._begin = self._graph.add(tree, _END)
        # Only an expression with `\b` or `\B` tells words from other characters.
        words = alphabet.word if _has_boundary(tree) else 0
        self._kinds = [
            _WORD if words >> letter & 1 else _OTHER
            for letter in range(len(alphabet.letters))
        ]
        self._from_node: dict[tuple[int, int, int], _Reached] = {}
        self._useful: dict[tuple[int, int], bool] = {}
        self._from_state: dict[tuple[State, int], _Reached] = {}
        self._steps: dict[tuple[State, int], State] = {}
        self._begins_anywhere = any(
            self._goes_on(self._begin, before) for before in (_WORD, _OTHER)
        )

    @property
    def start(self) -> State:
        """The state before the first character."""
        return 1 << self._begin << _KIND_BITS | _EDGE

    def matches(self, state: State) -> bool:
        """Whether a text that ends in this state has a match."""
        return state == MATCHED or self._reached(state, _EDGE).matched

    def step(self, state: State, letter: int) -> State:
        """The state after one more character of this class."""
        if state == MATCHED:
            return MATCHED
        key = (state, letter)
        if key not in self._steps:
            self._steps[key] = self._made_step(state, letter)
        return self._steps[key]

    def _made_step(self, state: State, letter: int) -> State:
        kind = self._kinds[letter]
        reached = self._reached(state, kind)
        if reached.matched:
            return MATCHED
        nodes = 0
        for node in _bits(reached.readers):
            self._budget.spend(steps=1)
            if self._graph.reads[node] >> letter & 1:
                nodes |= 1 << self._graph.after[node]
        useful = {node for node in _bits(nodes) if self._goes_on(node, kind)}
        if self._begins_anywhere:
            useful.add(self._begin)
        return sum(1 << node for node in useful) << _KIND_BITS | kind

    def _goes_on(self, node: int, before: int) -> bool:
        """Whether anything can follow; behind ``^``, nothing can after a character."""
        key = (node, before)
        if key not in self._useful:
            ends = (
                self._closure(node, before, each) for each in (_EDGE, _WORD, _OTHER)
            )
            self._useful[key] = any(each != _NOTHING for each in ends)
        return self._useful[key]

    def _reached(self, state: State, after: int) -> _Reached:
        key = (state, after)
        if key not in self._from_state:
            before = state & (1 << _KIND_BITS) - 1
            readers, matched = 0, False
            for node in _bits(state >> _KIND_BITS):
                reached = self._closure(node, before, after)
                readers |= reached.readers
                matched = matched or reached.matched
            self._from_state[key] = _Reached(readers, matched)
        return self._from_state[key]

    def _closure(self, node: int, before: int, after: int) -> _Reached:
        """What a node leads to at once, between these neighbours."""
        key = (node, before, after)
        if key in self._from_node:
            return self._from_node[key]
        seen, rest, readers = {node}, [node], 0
        while rest:
            current = rest.pop()
            self._budget.spend(steps=1)
            if self._graph.reads[current]:
                readers |= 1 << current
            for target, assertion in self._graph.at_once[current]:
                if target not in seen and _holds(assertion, before, after):
                    seen.add(target)
                    rest.append(target)
        self._from_node[key] = _Reached(readers, _END in seen)
        return self._from_node[key]


def _holds(assertion: Assertion | None, before: int, after: int) -> bool:
    match assertion:
        case None:
            return True
        case Assertion.START:
            return before == _EDGE
        case Assertion.END:
            return after == _EDGE
        case _:
            at_boundary = (before == _WORD) != (after == _WORD)
            return at_boundary == (assertion is Assertion.WORD_BOUNDARY)


def _has_boundary(tree: Node) -> bool:
    boundaries = (Assertion.WORD_BOUNDARY, Assertion.NO_WORD_BOUNDARY)
    return any(node in boundaries for node in nodes_in(tree))


def nodes_in(tree: Node) -> Iterator[Node]:
    """A node of a parse tree, and all nodes inside it."""
    yield tree
    match tree:
        case Sequence(parts=inner) | Alternatives(options=inner):
            for node in inner:
                yield from nodes_in(node)
        case Repeat(part=part):
            yield from nodes_in(part)
        case _:
            pass


def _bits(number: int) -> Iterator[int]:
    """The places of the bits of a number, the lowest first."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
