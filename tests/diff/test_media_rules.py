"""Media rules as sets of files."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runcomfy_codegen.subtype import Answer, No, Unsure, Yes
from runcomfy_codegen.subtype.media_rules import rule_set, rules_imply
from runcomfy_runtime.rule import Rule
from support.examples import examples

METRICS = (
    "file_size_mb",
    "width_pixels",
    "height_pixels",
    "width/height",
    "width*height",
    "height/width",
    "megapixels",
    "duration_seconds",
)


def rules(*told: str) -> tuple[Rule, ...]:
    return tuple(
        Rule(pointer="/image", metric=metric, operator=operator, limit=limit)
        for metric, operator, limit in (each.split() for each in told)
    )


def decided(one: tuple[str, ...], other: tuple[str, ...]) -> Answer:
    return rules_imply(rules(*one), rules(*other))


SAME = [
    (("width_pixels <= 4096",), ("width_pixels < 4097",)),
    (("width_pixels <= 4096.9",), ("width_pixels <= 4096",)),
    (("width_pixels > 0",), ()),
    (("width_pixels >= 1", "height_pixels <= 9"), ("height_pixels < 10",)),
    (("file_size_mb > 0",), ()),
    (("width_pixels <= 4", "width_pixels <= 4"), ("width_pixels <= 4",)),
    (("width_pixels >= 5", "width_pixels <= 5"), ("width_pixels == 5",)),
    (("width_pixels != 1",), ("width_pixels > 1",)),
    (("width_pixels <= 5", "width_pixels != 5"), ("width_pixels <= 4",)),
    (("duration_seconds <= 5", "duration_seconds != 5"), ("duration_seconds < 5",)),
    (("bit_depth <= 8",), ("bit_depth <= 8",)),
    (("width*height <= 1000000",), ("megapixels <= 1",)),
    (("megapixels < 0.5", "megapixels <= 0.6"), ("height*width <= 499999",)),
    (("width/height <= 2",), ("height/width >= 0.5",)),
    (("width/height > 3", "width_pixels <= 2"), ("width_pixels < 1",)),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_other_spellings_of_one_limit_are_equal(
    one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    assert decided(one, other) == Yes()
    assert decided(other, one) == Yes()


@pytest.mark.parametrize(
    ("one", "other", "witness"),
    [
        (("width_pixels <= 4096",), ("width_pixels <= 2048",), {"width_pixels": 2049}),
        (("file_size_mb <= 15",), ("file_size_mb < 15",), {"file_size_mb": 15}),
        ((), ("width_pixels != 5",), {"width_pixels": 5}),
        (
            ("width_pixels <= 100", "height_pixels >= 50"),
            ("width/height < 2",),
            {"width_pixels": 100, "height_pixels": 50},
        ),
        (
            ("width/height == 1.5", "width_pixels >= 1000"),
            ("width_pixels <= 900",),
            {"width_pixels": 1500},
        ),
        (
            (),
            ("megapixels >= 1",),
            {"height_pixels": 1, "width_pixels": 1, "megapixels": Fraction(1, 10**6)},
        ),
    ],
)
def test_a_witness_lies_at_the_boundary(
    one: tuple[str, ...], other: tuple[str, ...], witness: dict[str, int]
) -> None:
    assert decided(one, other) == No(witness)


def test_limits_on_the_sides_imply_a_limit_on_the_ratio() -> None:
    sides = ("width_pixels <= 100", "height_pixels >= 50")
    assert decided(sides, (*sides, "width/height <= 2")) == Yes()


def test_what_is_not_understood_is_never_harmless() -> None:
    answer = decided((), ("bit_depth <= 8",))
    assert isinstance(answer, Unsure)
    assert "bit_depth <= 8" in answer.reason


def test_a_witness_beside_an_unknown_rule_proves_nothing() -> None:
    one = ("bit_depth <= 8", "width_pixels <= 9")
    assert isinstance(decided(one, ("bit_depth <= 8", "width_pixels <= 5")), Unsure)


limits = st.lists(
    st.builds(
        "{} {} {}".format,
        st.sampled_from(METRICS),
        st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
        st.sampled_from(["0.5", "1", "2", "3", "10", "12.5", "0.00002"]),
    ),
    max_size=4,
).map(tuple)
sides = st.integers(1, 14).map(Fraction)
amounts = st.sampled_from(
    [Fraction(1, 2), Fraction(1), Fraction(7, 4), Fraction(3), Fraction(13)]
)
files = st.fixed_dictionaries(
    {
        "width_pixels": sides,
        "height_pixels": sides,
        "file_size_mb": amounts,
        "duration_seconds": amounts,
    }
).map(
    lambda file: {
        **file,
        "megapixels": file["width_pixels"] * file["height_pixels"] / 10**6,
    }
)


def keeps(file: dict[str, Fraction], told: tuple[Rule, ...]) -> bool:
    """What the runtime's own rules say of a file; of what is not measured, nothing."""
    measured = [
        r for r in told if r.expression and set(r.expression.names) <= file.keys()
    ]
    return all(
        rule.holds(rule.expression.value(file)) for rule in measured if rule.expression
    )


@examples(200)
@given(limits, limits, st.lists(files, max_size=40))
def test_answers_agree_with_the_rule_evaluator(
    one: tuple[str, ...], other: tuple[str, ...], tried: list[dict[str, Fraction]]
) -> None:
    answer = decided(one, other)
    if isinstance(answer, Yes):
        for file in tried:
            assert not keeps(file, rules(*one)) or keeps(file, rules(*other))
    elif isinstance(answer, No):
        witness = {name: Fraction(value) for name, value in answer.witness.items()}
        assert keeps(witness, rules(*one))
        assert not keeps(witness, rules(*other))


@examples(200)
@given(limits, limits, limits)
def test_yes_composes(
    one: tuple[str, ...], other: tuple[str, ...], third: tuple[str, ...]
) -> None:
    # More rules let fewer files pass.
    most, more = (*one, *other, *third), (*one, *other)
    assert not isinstance(decided(most, more), No)
    assert not isinstance(decided(more, one), No)
    if decided(one, other) == decided(other, third) == Yes():
        assert not isinstance(decided(one, third), No)


@examples(200)
@given(limits, st.lists(files, max_size=40))
def test_rules_that_leave_nothing_are_kept_by_no_file(
    told: tuple[str, ...], tried: list[dict[str, Fraction]]
) -> None:
    if rule_set(rules(*told)).empty:
        assert not any(keeps(file, rules(*told)) for file in tried)
