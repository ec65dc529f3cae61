"""Random regular expressions, and the texts that each of them is tried on."""

from __future__ import annotations

import random
from collections.abc import Iterator

TEXTS = (
    *("", "a", "b", "c", "A", "Z", "z", "aa", "ab", "ba", "abc", "aab", "aaab", "abab"),
    *("0", "7", "12", "a1", "1a", "_", "a_b", "-", "a-b", "&", "&&", "~", "#", "@"),
    *(" ", "a b", "\t", "\n", "a\n", "\na", "\r", "\v", "\x00", "\x08", "\x01", "\x85"),
    *("\u00a0", "\u2028", "\u2029", "\ufeff", "\u3000", "\u180e", "\u200b", "é", "É"),
    *("ß", "ж", "字", "٣", "😀", "a😀b", "👍🏽", "e\u0301", "K", "ſ", "aé", "éa", "."),
    *("^", "$", "\\", "[", "]", "{", "}", "(", ")", "|", "*", "+", "?", "/", "[a]"),
)  # fmt: skip

_LITERALS = (
    *("a", "b", "c", "A", "z", "0", "7", "_", "-", "&", "~", "#", "@", " ", "é", "ж"),
    *(
        "字",
        "😀",
        ",",
        ":",
        "=",
        "!",
        "<",
        ">",
        "'",
        '"',
        "%",
        ";",
        "`",
        "\n",
        "\u2028",
    ),
)
_ESCAPES = (
    *(r"\.", r"\^", r"\$", r"\*", r"\+", r"\?", r"\(", r"\)", r"\[", r"\]", r"\{"),
    *(r"\}", r"\|", r"\/", r"\\", r"\t", r"\n", r"\r", r"\v", r"\f", r"\0", r"\x41"),
    *(r"\x0a", r"\u0061", r"\u00e9", r"\u{1F600}", r"\ud83d\ude00", r"\cA", r"\cj"),
    *(r"\u{61}", r"\x00", r"\u{10FFFF}"),
)
_SETS = (r"\d", r"\D", r"\w", r"\W", r"\s", r"\S")
_PROPERTIES = (
    *(r"\p{L}", r"\P{L}", r"\p{Lu}", r"\p{Letter}", r"\p{digit}", r"\p{gc=Ll}"),
    *(r"\p{Script=Cyrillic}", r"\p{scx=Han}", r"\p{Alphabetic}", r"\P{White_Space}"),
    *(r"\p{Z}", r"\p{P}", r"\p{S}", r"\p{N}", r"\p{ASCII}", r"\p{Any}", r"\p{sc=Latn}"),
)
_QUANTIFIERS = (
    *("*", "+", "?", "{0}", "{1}", "{2}", "{1,2}", "{2,}", "{0,1}", "{0,}"),
    *("*?", "+?", "??", "{1,3}?"),
)
# Expressions that other engines read differently, that are errors, or that are not supported.
_ODD = (
    *(r"\@", r"\-", r"\_", r"\#", r"\a", r"\e", r"\z", r"\A", r"\1", r"\01", r"\8"),
    *(r"\c", r"\x4", r"\u00", r"\u{", r"\u{110000}", r"\ud83d", r"\k<a>", r"\p", "]"),
    *(r"\p{l}", r"\p{Foo}", r"\p{Script=latin}", "{", "}", "(?=a)", "(?!a)", "(?<=a)"),
    *("(?<!a)", "(?i)", "(?i:a)", "(?#a)", "(?P<a>b)", "(?>a)", "a++", "a**", "^*", "$+"),
    *(r"\b+", "a{2,1}", "a{,2}", "(", ")", "[", "[a", "[b-a]", r"[\d-z]", r"[a-\w]"),
    *("[a&&b]", "[[a]", "[[:alpha:]]", "[a--b]", "[a~~b]", r"[\b]", r"[\-a]", r"[\B]"),
    *("(?<a>b)", "(?<a>b)(?<a>c)", "[]", "[^]", "[^^]", "[-]", "[a-]", "[]a]", r"[\@]"),
    *("|", "||", "()", "(?:)", "(?:)*", "(a*)*", "(a|)*", "(|a)+", "(?:a{0}){2}"),
)  # fmt: skip


def random_patterns(number: int, seed: int = 0) -> Iterator[str]:
    """Different patterns; the odd ones come first, then mixtures."""
    choices = random.Random(seed)
    given = dict.fromkeys(_ODD)
    yield from given
    while len(given) < number:
        pattern = _alternatives(choices, 0)
        if pattern not in given:
            given[pattern] = None
            yield pattern


def _alternatives(choices: random.Random, depth: int) -> str:
    options = [
        _sequence(choices, depth) for _ in range(choices.choice((1, 1, 1, 2, 3)))
    ]
    return "|".join(options)


def _sequence(choices: random.Random, depth: int) -> str:
    terms = [_term(choices, depth) for _ in range(choices.choice((1, 1, 2, 3)))]
    begin = "^" if choices.random() < 0.3 else ""
    end = "$" if choices.random() < 0.3 else ""
    return begin + "".join(terms) + end


def _term(choices: random.Random, depth: int) -> str:
    kind = choices.random()
    if kind < 0.03:
        return choices.choice(_ODD)
    if kind < 0.10:
        return choices.choice((r"\b", r"\B", "^", "$"))
    atom = _atom(choices, depth)
    return atom + choices.choice(_QUANTIFIERS) if choices.random() < 0.4 else atom


def _atom(choices: random.Random, depth: int) -> str:
    kind = choices.random()
    if kind < 0.2 and depth < 3:
        opening = choices.choice(("(", "(?:", "(?:", f"(?<n{choices.randrange(99)}>"))
        return f"{opening}{_alternatives(choices, depth + 1)})"
    if kind < 0.45:
        return _class(choices)
    if kind < 0.6:
        return choices.choice((*_SETS, choices.choice(_PROPERTIES), "."))
    return choices.choice(_ESCAPES) if kind < 0.7 else choices.choice(_LITERALS)


def _class(choices: random.Random) -> str:
    members = "".join(_member(choices) for _ in range(choices.randrange(5)))
    return f"[{choices.choice(('', '', '^'))}{members}]"


def _member(choices: random.Random) -> str:
    kind = choices.random()
    if kind < 0.35:
        low, high = sorted(choices.sample("abcxyzABZ0159 ~!é字😀", 2))
        return f"{low}-{high}"
    if kind < 0.5:
        return choices.choice((*_SETS, choices.choice(_PROPERTIES)))
    if kind < 0.65:
        return choices.choice(
            (*_ESCAPES, r"\b", r"\-", "^", "$", ".", "[", "(", "|", "*")
        )
    return choices.choice(_LITERALS)
