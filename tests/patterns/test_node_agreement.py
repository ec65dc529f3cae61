"""Patterns mean what ``new RegExp(pattern, "u")`` of node says, on 5,200 patterns × 74 texts.

``data/node.txt`` holds node's answers: each line is a pattern as JSON, a tab and the answer
(see ``node.ask_node``). ``--update-golden`` asks node again, if it is installed.
"""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path

import pytest

from patterns.node import ask_node, matched
from patterns.random_patterns import TEXTS, random_patterns
from runcomfy_codegen.pattern.engine import compiled_pattern, rust_pattern
from runcomfy_codegen.pattern.reader import (
    ParsedPattern,
    UnsupportedPattern,
    read_pattern,
)

DATA = Path(__file__).parent / "data" / "node.txt"
NUMBER = 5_200
# What the reader leaves out on purpose, by the words of its error.
LEFT_OUT = (
    *("look-ahead", "look-behind", "a back-reference", "half a surrogate pair"),
    *("an unsupported property", "two groups called"),
)


def recorded() -> dict[str, str]:
    lines = DATA.read_text("utf-8").splitlines()
    rows = (line.rpartition("\t") for line in lines)
    return {json.loads(pattern): answer for pattern, _, answer in rows}


@cache
def parsed(pattern: str) -> ParsedPattern | str:
    """The parse tree, or why there is none."""
    try:
        compiled_pattern(pattern)
        return read_pattern(pattern)
    except UnsupportedPattern as error:
        return str(error)


def is_comparable(pattern: str, answer: str, text: str) -> bool:
    """Whether node's answer is that of ECMA-262 with the flag.

    With it, V8 finds ``\\B`` between the halves of a surrogate pair, against the standard.
    Without it, node sees the halves, and ``\\u{61}`` is a ``u`` many times.
    """
    if answer[0] == "~":
        only_with_flag = ("\\u{", "\\p", "\\P")
        return (text + pattern).isascii() and not any(
            escape in pattern for escape in only_with_flag
        )
    return text.isascii() or "\\B" not in pattern


def differences(answers: dict[str, str]) -> list[str]:
    """Every pattern that is read otherwise than node reads it."""
    found: list[str] = []
    for pattern, answer in answers.items():
        tree = parsed(pattern)
        if isinstance(tree, str):
            if answer[0] not in "-~" and not tree.startswith(LEFT_OUT):
                found.append(f"{pattern!r}: refused: {tree}")
            continue
        if (answer[0] in "-~") != bool(tree.loose_escapes):
            found.append(f"{pattern!r}: read, and node says {answer}")
            continue
        ours = map(compiled_pattern(pattern), TEXTS)
        theirs = matched(answer, TEXTS)
        compared = [
            (text, mine, node)
            for text, mine, node in zip(TEXTS, ours, theirs, strict=True)
            if is_comparable(pattern, answer, text)
        ]
        found += [
            f"{pattern!r} as {rust_pattern(pattern)!r} on {text!r}: {mine}"
            for text, mine, node in compared
            if mine != node
        ]
    return found


def test_every_pattern_means_what_node_says(request: pytest.FixtureRequest) -> None:
    node = shutil.which("node")
    if request.config.getoption("--update-golden") and node:
        patterns = list(random_patterns(NUMBER))
        answers = ask_node(node, patterns, TEXTS)
        rows = zip(map(json.dumps, patterns), answers, strict=True)
        DATA.write_text("".join(f"{pattern}\t{answer}\n" for pattern, answer in rows))
    answers_kept = recorded()
    assert len(answers_kept) >= 5_000
    assert differences(answers_kept) == []


def test_most_patterns_are_read() -> None:
    """The comparison is not empty: of what node reads with the flag, nearly all is read."""
    strict = [
        pattern for pattern, answer in recorded().items() if answer[0] not in "-~"
    ]
    read = [pattern for pattern in strict if not isinstance(parsed(pattern), str)]
    assert len(read) > 0.97 * len(strict) > 4_000


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_node_agrees_on_other_patterns(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("only with --long")
    node = shutil.which("node")
    assert node is not None
    for seed in range(1, 11):
        patterns = list(random_patterns(NUMBER, seed))
        answers = ask_node(node, patterns, TEXTS)
        assert differences(dict(zip(patterns, answers, strict=True))) == []
