"""Values from tables, databases and other libraries: taken where nothing is lost, else explained."""

from __future__ import annotations

import json
from collections import OrderedDict, UserList
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from runcomfy_runtime.errors import InputRejected
from runcomfy_runtime.model import ModelInput, ModelPart
from runcomfy_runtime.plain_values import plain_value
from runcomfy_runtime.testing import FakeQueue


class Lora(ModelPart):
    path: str
    weight: Annotated[float | None, Field(alias="wéight")] = None


class Input(ModelInput[Any], frozen=True):
    MODEL_ID = "vendor/values"

    prompt: str
    image_urls: Annotated[list[str], Field(max_length=3)] | None = None
    steps: Annotated[int, Field(ge=1, le=50)] | None = None
    scale: Annotated[float, Field(ge=0, le=1, multiple_of=0.1)] | None = None
    size: Annotated[Literal["1K", "2K", "5"] | None, Field(alias="width×height")] = None
    count: Literal[1, 2] | None = None
    fast: bool | None = None
    loras: list[Lora] | None = None
    options: dict[str, Any] | None = None


class Size(Enum):
    BIG = "2K"


class Wide(StrEnum):
    BIG = "2K"


class Steps(IntEnum):
    FEW = 4


class Whole:
    """What an integer of another library has."""

    def __index__(self) -> int:
        return 7


class Scalar:
    """A number or truth value of an array library."""

    dtype = "float32"
    ndim = 0

    def __init__(self, item: object, text: str = "") -> None:
        self._item, self._text = item, text

    def item(self) -> object:
        return self._item

    def __str__(self) -> str:
        return self._text

    def __eq__(self, other: object) -> bool:
        return False


class Single(Scalar):
    """A float with fewer digits: only its own class knows that it equals its shortest text."""

    def __init__(self, value: object) -> None:
        super().__init__(0.10000000149011612, "0.1")
        self._rounded = value

    def __eq__(self, other: object) -> bool:
        return other == 0.1

    __hash__ = None  # type: ignore[assignment]


class Column:
    """An array, or a column of a table."""

    ndim = 1

    def __init__(self, *items: object) -> None:
        self._items = items

    def __iter__(self) -> Any:
        return iter(self._items)


TAKEN: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = [
    ({"steps": Whole()}, {"steps": 7}),
    ({"steps": 3.0}, {"steps": 3}),
    ({"steps": Decimal("3.0")}, {"steps": 3}),
    ({"steps": Steps.FEW}, {"steps": 4}),
    ({"scale": Decimal("0.1")}, {"scale": 0.1}),
    ({"scale": Fraction(1, 2)}, {"scale": 0.5}),
    ({"scale": Single(0)}, {"scale": 0.1}),
    ({"fast": Scalar(True)}, {"fast": True}),
    ({"count": Whole(), "steps": 2}, {}),
    ({"size": Size.BIG}, {"width×height": "2K"}),
    ({"size": Wide.BIG}, {"width×height": "2K"}),
    ({"image_urls": ("a", "b")}, {"image_urls": ["a", "b"]}),
    ({"image_urls": UserList(["a"])}, {"image_urls": ["a"]}),
    ({"image_urls": Column("a", "b")}, {"image_urls": ["a", "b"]}),
    ({"loras": ({"path": "a", "wéight": Decimal("0.5")},)}, {"loras": [{"path": "a", "wéight": 0.5}]}),
    ({"loras": [Lora(path="a", weight=Decimal(1))]}, {"loras": [{"path": "a", "wéight": 1}]}),  # type: ignore[arg-type]  # pyright: ignore
    ({"loras": [OrderedDict(path="a")]}, {"loras": [{"path": "a"}]}),
    ({"options": MappingProxyType({"a": (1, Whole())})}, {"options": {"a": [1, 7]}}),
]  # fmt: skip


@pytest.mark.parametrize(("given", "sent"), [row for row in TAKEN if row[1]])
def test_what_loses_nothing_is_taken(
    given: Mapping[str, Any], sent: Mapping[str, Any]
) -> None:
    made = Input(prompt="p", **given)
    assert made.payload() == {"prompt": "p", **sent}
    assert json.loads(json.dumps(made.payload())) == made.payload()
    assert made == Input.model_validate({"prompt": "p", **given})
    queue = FakeQueue()
    with queue.client() as client:
        assert client.validate(Input, {"prompt": "p", **given}).ok
        client.submit(made)
        client.submit("vendor/untyped", given if "loras" not in given else dict(sent))
    assert json.loads(queue.requests[0].body or b"") == made.payload()


LEAVE_OUT = "Leave the field out"


class NAType:
    """What pandas has in an empty cell."""


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ({"steps": float("nan")}, LEAVE_OUT),
        ({"steps": Decimal("nan")}, LEAVE_OUT),
        ({"steps": NAType()}, LEAVE_OUT),
        ({"steps": ""}, LEAVE_OUT),
        ({"scale": " "}, LEAVE_OUT),
        ({"prompt": float("nan")}, LEAVE_OUT),
        ({"image_urls": ["a", float("nan")]}, LEAVE_OUT),
        ({"size": float("nan")}, LEAVE_OUT),
        ({"size": ""}, LEAVE_OUT),
        ({"steps": 2.5}, "round it"),
        ({"steps": [5]}, "give its one item"),
        ({"steps": Column(5)}, "give its one item"),
        ({"steps": "3"}, "give 3, without quotes"),
        ({"scale": "0.5"}, "give 0.5, without quotes"),
        ({"fast": "true"}, "give True"),
        ({"scale": Decimal("0.1000000000000000000000001")}, "give float(…)"),
        ({"scale": Fraction(1, 3)}, "give float(…)"),
        ({"prompt": 5}, "give str(…)"),
        ({"prompt": b"a"}, "decode it"),
        ({"prompt": Path("a.png")}, "only a field for images, videos or audio"),
        ({"image_urls": "https://h/a.png"}, 'put it into a list: ["https://h/a.png"]'),
        ({"image_urls": {"a"}}, "give a list"),
        ({"options": '{"a": 1}'}, "json.loads"),
        ({"size": "2k"}, 'did you mean "2K"?'),
        ({"size": 5}, 'did you mean "5"?'),
        ({"count": "1"}, "did you mean 1?"),
        ({"siez": "2K"}, 'did you mean "size" (published as "width×height")?'),
        ({"width_height": "2K"}, 'did you mean "size" (published as "width×height")?'),
        ({"loras": [{"path": "a", "weight": 1}]}, 'did you mean "wéight"?'),
    ],
)
def test_anything_else_is_explained(given: Mapping[str, Any], hint: str) -> None:
    with pytest.raises(InputRejected) as rejected:
        Input(**{"prompt": "p", **given})
    [problem] = rejected.value.problems
    assert hint in problem.message


def test_a_truth_value_is_no_number_and_a_number_no_truth_value() -> None:
    for given in ({"steps": True}, {"fast": 1}, {"count": True}):
        with pytest.raises(InputRejected):
            Input(prompt="p", **given)  # type: ignore[arg-type]  # pyright: ignore


def test_a_part_says_what_is_wrong_as_an_input_does() -> None:
    with pytest.raises(InputRejected) as rejected:
        Lora(path=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    [problem] = rejected.value.problems
    assert (problem.pointer, problem.code) == ("/path", "type")


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (float("nan"), LEAVE_OUT),
        (NAType(), LEAVE_OUT),
        (Path("a.png"), "inline(path)"),
        (Fraction(1, 3), "give float(…)"),
        ({1}, "give a list"),
    ],
)
def test_an_untyped_payload_says_how_to_fix_it(value: object, hint: str) -> None:
    with FakeQueue().client() as client, pytest.raises(InputRejected) as rejected:
        client.run("vendor/model", {"a": [value]})
    [problem] = rejected.value.problems
    assert problem.pointer == "/a/0"
    assert hint in problem.message


def test_a_value_that_contains_itself_ends() -> None:
    inside: list[object] = []
    inside += [inside, inside, (inside,)]
    assert isinstance(plain_value(inside), list)
    with FakeQueue().client() as client, pytest.raises(InputRejected):
        client.run("vendor/model", {"a": inside})


def test_numbers_of_numpy() -> None:
    numpy = pytest.importorskip("numpy", reason="numpy is not installed")
    made = Input(
        prompt=numpy.str_("p"),
        image_urls=numpy.array(["a"]),
        steps=numpy.int64(3),
        scale=numpy.float32(0.1),
        fast=numpy.bool_(True),
        options={"a": numpy.array([[1, 2]], numpy.int8), "b": numpy.float16(0.5)},
    )
    assert json.loads(json.dumps(made.payload())) == {
        "prompt": "p",
        "image_urls": ["a"],
        "steps": 3,
        "scale": 0.1,
        "fast": True,
        "options": {"a": [[1, 2]], "b": 0.5},
    }
    with pytest.raises(InputRejected, match=LEAVE_OUT):
        Input(prompt="p", steps=numpy.float64("nan"))


def test_a_field_that_is_newer_than_the_client_takes_them_too() -> None:
    made = Input(prompt="p").extended(new=Decimal("0.5"), list=(Whole(),))
    assert made.payload() == {"prompt": "p", "new": 0.5, "list": [7]}
