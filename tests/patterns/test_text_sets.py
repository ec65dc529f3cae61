"""Patterns and lengths as sets of texts, beside the engine that matches, on short texts."""

from __future__ import annotations

import random
import re
import time
from dataclasses import replace
from itertools import product

import pytest

from patterns.random_patterns import TEXTS, random_patterns
from runcomfy_codegen.ir.model import Array, Choice, Nullable, Text, Type, Union, Value
from runcomfy_codegen.pattern.alphabet import ranges_of
from runcomfy_codegen.pattern.engine import compiled_pattern, pattern_matches
from runcomfy_codegen.pattern.reader import UnsupportedPattern
from runcomfy_codegen.pattern.tree import Characters, Property
from runcomfy_codegen.subtype import No, Unsure, Yes
from runcomfy_codegen.subtype.accepts import accepts, is_empty
from runcomfy_codegen.subtype.examples import smallest_example
from runcomfy_codegen.subtype.is_subschema import is_subschema

SHORT = tuple(
    "".join(letters)
    for length in range(4)
    for letters in product("ab1-\né", repeat=length)
)
POOL = (*SHORT, *TEXTS)


def text(pattern: str, low: int | None = None, high: int | None = None) -> Text:
    return Text(pattern=pattern, min_length=low, max_length=high)


def one_of(*words: str) -> Choice:
    return Choice(tuple(map(Value.of, words)))


EQUAL = [
    (text("^a+$"), text("^aa*$")),
    (text("^(a|b)$"), text("^[ab]$")),
    (text("^a{2,3}$"), text("^aaa?$")),
    (text(r"^\d+$"), text("^[0-9]+$")),
    (text("a"), text("^[^]*a[^]*$")),
    (text("^(a+)+b$"), text("^a+b$")),
    (text("^a.*?b$"), text("^a.*b$")),
    (text("^[a-c]$"), text("^(?:[a-b]|c)$")),
    (text("^$"), Text(max_length=0)),
    (text("^.{0,5}$", high=3), text("^.*$", high=3)),
    (text("^[^]{2,4}$"), Text(min_length=2, max_length=4)),
    (text(r"^\w+$"), text(r"^(?:\w\B)*\w$")),
    (text("^(a|b)$"), one_of("a", "b")),
    (text("^a*$", low=2, high=3), one_of("aa", "aaa")),
    (text("^a{70}$"), text("^a+$", 70, 70)),
    (text(r"^\p{Lu}$"), text(r"^[^\P{Lu}]$")),
    (text("^(ab)*$", high=65_000), text("^(abab|ab)*$", high=65_001)),
    (text("a^"), text("b^c")),
    (text(""), Text()),
    (Union((text("^a"), text("^[^a]"))), Text(min_length=1)),
]


@pytest.mark.parametrize(("one", "other"), EQUAL, ids=str)
def test_other_spellings_of_a_set_of_texts_are_equal(one: Type, other: Type) -> None:
    assert is_subschema(one, other) == Yes()
    assert is_subschema(other, one) == Yes()


NARROWED = [
    (text("^a+$"), text("^a$"), "aa"),
    (Text(), text("^[a-z]+$"), ""),
    (text("^[a-z0-9]+$"), text("^[a-z]+$"), "0"),
    (text("a"), text("^a"), "ba"),
    (text("^a"), text("^a$"), "aa"),
    (text(r"\bcat"), text("^cat"), "!cat"),
    (text(r"^\p{L}$"), text("^[A-Za-z]$"), "ª"),
    (text("^.$"), text("^[^\u0085]$"), "\u0085"),
    (text("^(a|b|c)$"), one_of("a", "b"), "c"),
    (text("^a+$", high=800), text("^a+$", high=500), "a" * 501),
    (text("^(a+)+b$", high=60), text("^(a+)+b$", high=50), "a" * 50 + "b"),
    (text(r"\b$"), text(r"^.?$|\B"), "a!a"),
    (text("^#[0-9a-f]{3,6}$"), text("^#[0-9a-f]{6}$"), "#aaa"),
    (text("^a*$", high=9), Union((text("^(aa)*$"), text("^(aaa)*$"))), "a"),
    (Nullable(text("^x")), Nullable(text("^xy")), "x"),
]


@pytest.mark.parametrize(("one", "other", "witness"), NARROWED, ids=str)
def test_a_text_that_is_refused_now_is_the_witness(
    one: Type, other: Type, witness: str
) -> None:
    assert is_subschema(one, other) == No(witness)


def readable(number: int, seed: int) -> list[str]:
    """Random patterns that the reader reads."""
    found: list[str] = []
    for pattern in random_patterns(number, seed):
        try:
            compiled_pattern(pattern)
        except UnsupportedPattern:
            continue
        found.append(pattern)
    return found


def matching(pattern: str) -> int:
    """The texts of the pool that have a match, as bits."""
    matches = compiled_pattern(pattern)
    return sum(matches(each) << index for index, each in enumerate(POOL))


def with_widened(patterns: list[str], choices: random.Random) -> list[tuple[str, str]]:
    """Pairs: any two, and a pattern with one that is written from it."""
    pairs = list(zip(patterns, choices.sample(patterns, len(patterns)), strict=True))
    for pattern in patterns:
        other = choices.choice(patterns)
        forms = (
            "(?:{0})|{1}",
            "(?:{0})(?:{1})?",
            "(?:{0})*",
            "(?:{0}){{1,2}}",
            "^(?:{0})$",
        )
        pairs.append((pattern, choices.choice(forms).format(pattern, other)))
    # Two groups with one name are not read.
    return [pair for pair in pairs if pattern_matches(pair[1], "") is not None]


@pytest.mark.parametrize("seed", [1, 2])
def test_random_patterns_are_compared_as_the_engine_matches(
    seed: int, request: pytest.FixtureRequest
) -> None:
    """A yes is refuted by no text of the pool; a witness is right, and none is shorter."""
    number = 20_000 if request.config.getoption("--long") else 200
    pairs = with_widened(readable(number, seed), random.Random(seed))
    decided = 0
    for one, other in pairs:
        difference = matching(one) & ~matching(other)
        answer = is_subschema(text(one), text(other))
        if isinstance(answer, Unsure):
            continue
        decided += 1
        if isinstance(answer, Yes):
            assert difference == 0, (one, other)
            continue
        witness = answer.witness
        assert pattern_matches(one, witness), (one, other)
        assert pattern_matches(other, witness) is False, (one, other)
        shorter = (each for index, each in enumerate(POOL) if difference >> index & 1)
        assert len(witness) <= min(map(len, shorter), default=len(witness))
    assert decided > 0.99 * len(pairs)


TOO_LARGE = [
    ("^(?:a{100}){100}$", "^a+$"),
    ("^[ab]*a[ab]{14}$", "^[ab]*b[ab]{14}$"),
    ("^(?:.{2}|.{3}|.{5}|.{7}){900}$", "^(?:.{2}|.{3}|.{5}|.{11}){900}$"),
    ("(?:){1000000000}", "(?:a{0}){1000000000}"),
    ("(?:(?:a{1000}){1000}){1000}", "b"),
]


@pytest.mark.parametrize(("one", "other"), TOO_LARGE)
def test_what_needs_too_many_states_is_left_open_soon(one: str, other: str) -> None:
    begin = time.thread_time()
    answer = is_subschema(text(one), text(other))
    assert isinstance(answer, Unsure)
    assert re.fullmatch(
        r"the patterns need more than [\d,]+ (states|steps)", answer.reason
    )
    assert time.thread_time() - begin < 3


def test_lengths_beyond_the_bound_are_left_open() -> None:
    one, other = text("^(ab)*$", high=10**9), text("^(ab)*$", high=10**8)
    answer = is_subschema(one, other)
    assert isinstance(answer, Unsure)
    assert "65,536 characters" in answer.reason
    assert is_subschema(other, one) == Yes()


NOTHING = [
    text("^a$", low=2),
    text("a^"),
    text("$a"),
    text("[]"),
    text(r"^\B\w"),
    text("^ab$", high=1),
    text("^(ab)+$", 3, 3),
]


@pytest.mark.parametrize("kind", NOTHING, ids=str)
def test_a_pattern_that_no_text_can_match_accepts_nothing(kind: Text) -> None:
    assert is_empty(kind)
    assert smallest_example(kind) == []
    assert is_subschema(kind, Choice(())) == Yes()


EXAMPLES = [
    (text("^#[0-9a-f]{6}$"), "#aaaaaa"),
    (text(r"^\d{4}-\d{2}$"), "0000-00"),
    (text("x", low=3), "aax"),
    (Text(pattern=r"\.png$", format="image_uri"), "https://a.png"),
]


@pytest.mark.parametrize(("kind", "example"), EXAMPLES, ids=str)
def test_a_pattern_has_examples(kind: Text, example: str) -> None:
    assert smallest_example(kind) == [example]
    assert accepts(kind, example) is True


def test_a_list_of_different_texts_of_a_pattern_is_built() -> None:
    codes = Array(items=text("^[a-c][0-9]$"), min_items=5, unique_items=True)
    fewer = replace(codes, max_items=4)
    answer = is_subschema(codes, fewer)
    assert isinstance(answer, No)
    assert len(set(answer.witness)) == 5


def test_a_format_beside_a_pattern_leaves_only_open_what_it_must() -> None:
    urls = Text(pattern=r"\.(png|jpg)$", format="image_uri")
    fewer = replace(urls, pattern=r"\.png$")
    assert is_subschema(fewer, urls) == Yes()
    assert is_subschema(urls, fewer) == No("https://a.jpg")
    dates = Text(pattern="^2", format="date")
    assert is_subschema(replace(dates, pattern="^20"), dates) == Yes()
    assert isinstance(is_subschema(dates, replace(dates, pattern="^20")), Unsure)


@pytest.mark.parametrize("name", ["gc=L", "sc=Greek", "Alphabetic", "gc=Cf"])
def test_a_property_has_the_characters_that_the_engine_gives_it(name: str) -> None:
    matches = compiled_pattern(rf"^\p{{{name}}}$")
    ranges = ranges_of(Characters(properties=(Property(name),)))
    choices = random.Random(name)
    edges = [edge + near for pair in ranges for edge in pair for near in (-1, 0, 1)]
    codes = [*edges, *(choices.randrange(0x110000) for _ in range(2_000))]
    for code in codes:
        if 0 <= code < 0x110000 and not 0xD800 <= code < 0xE000:
            inside = any(low <= code <= high for low, high in ranges)
            assert matches(chr(code)) is inside, hex(code)
