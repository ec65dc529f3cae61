"""The identity of a paid job: it does not depend on how its input is spelled."""

from __future__ import annotations

import asyncio
import json
import math
import os
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from runcomfy_runtime.errors import InputRejected
from runcomfy_runtime.job_handle import decode_token
from runcomfy_runtime.job_identity import canonical_json, job_identity
from runcomfy_runtime.lifecycle.steps import Accepted, Ended, Intent
from runcomfy_runtime.lifecycle.submit import NOT_ACCEPTED
from runcomfy_runtime.local_files import LocalFilePolicy
from runcomfy_runtime.media.errors import MediaError
from runcomfy_runtime.model import ModelInput, ModelOutput, ModelPart
from runcomfy_runtime.sqlite_journal import SqliteJournal
from runcomfy_runtime.testing import FakeQueue

MODEL_ID = "vendor/order"


class OldPart(ModelPart, extra="allow"):
    """With the fields in the published order."""

    scale: float | None = None
    path: str


class Old(ModelInput[ModelOutput]):
    """The class of an earlier version: the fields in the published order."""

    MODEL_ID: ClassVar[str] = MODEL_ID
    seed: int | None = None
    strength: float | None = None
    size: Annotated[str | None, Field(alias="width×height")] = None
    prompt: str
    steps: float | None = None
    loras: list[OldPart] | None = None
    image: str
    note: str | None = None
    more: dict[str, Any] | None = None


class Part(ModelPart, extra="allow"):
    """With the required field first."""

    path: str
    scale: float | None = None


class New(ModelInput[ModelOutput]):
    """The class of this version: required fields first."""

    MODEL_ID: ClassVar[str] = MODEL_ID
    prompt: str
    image: str
    seed: int | None = None
    strength: float | None = None
    size: Annotated[str | None, Field(alias="width×height")] = None
    steps: float | None = None
    loras: list[Part] | None = None
    note: str | None = None
    more: dict[str, Any] | None = None


def members(number: int, spelled: type[float] = float) -> dict[str, Any]:
    """An input with whole numbers that are spelled as given, and more fields than are permuted."""
    return {
        "seed": number,
        "strength": spelled(1),
        "size": "1024x1024",
        "prompt": f"a boat, für {number}",
        "steps": spelled(number),
        "loras": [{"path": "a", "scale": spelled(2), "new": 1}, {"path": "b"}],
        "image": "https://host/boat.png",
        "note": "",
        "more": {"b": 1, "a": [1.5, None]},
    }


def stop(
    queue: FakeQueue,
    path: Path,
    given: list[Old],
    *,
    name: str = "many",
    states: tuple[str | None, ...] = (),
) -> None:
    """Submit as an earlier version did, and stop before any job has ended."""
    seen: dict[str, int] = {}
    with queue.client() as client, SqliteJournal(path) as journal:
        for number, made in enumerate(given):
            body = json.dumps(made.payload(), ensure_ascii=False).encode()
            digest = sha256(body).hexdigest()
            seen[digest] = seen.get(digest, 0) + 1
            reference = f"{name}/{MODEL_ID}/{digest}/{seen[digest]}"
            journal.note(
                Intent(reference, MODEL_ID, digest, number, 60, name, "https://x")
            )
            state = states[number] if number < len(states) else None
            if state == "unknown":
                continue
            if state is not None:
                journal.note(Ended(reference, "", state))
                continue
            job = client.submit(made)
            handle = decode_token(job.token(), base_url="https://fake.runcomfy.test")
            journal.note(Accepted(reference, handle))


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.db"


def mapped(queue: FakeQueue, path: Path, given: list[Any], **options: Any) -> list[Any]:
    with queue.client(journal=path) as client:
        return list(client.map(given, name="many", **options))


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_a_batch_that_an_earlier_version_stopped_goes_on_after_reordering(
    queue: FakeQueue, path: Path, asynchronous: bool
) -> None:
    stop(queue, path, [Old(**members(number)) for number in range(3)])
    given = [New(**members(number, int)) for number in range(4)]
    if asynchronous:

        async def main() -> list[Any]:
            async with queue.async_client(journal=path) as client:
                return [each async for each in client.map(given, name="many")]

        results = asyncio.run(main())
    else:
        results = mapped(queue, path, given)
    assert len(results) == 4
    assert len(queue.jobs) == 4
    assert [result.request_id for result in results[:3]] == list(queue.jobs)[:3]
    mapped(queue, path, given)
    assert len(queue.jobs) == 4


@pytest.mark.parametrize("old", [int, float])
@pytest.mark.parametrize("new", [int, float])
def test_a_number_may_be_spelled_otherwise(
    queue: FakeQueue, path: Path, old: Any, new: Any
) -> None:
    stop(queue, path, [Old(**members(3, old))])
    mapped(queue, path, [New(**members(3, new))])
    assert len(queue.jobs) == 1


def test_spellings_may_be_mixed_and_few_fields_in_any_order(
    queue: FakeQueue, path: Path
) -> None:
    stop(
        queue,
        path,
        [Old(steps=3, strength=3.0, prompt="x", image="y", note="n")],
    )

    class Sorted(ModelInput[ModelOutput]):
        """The same fields, in an order that the schema has now."""

        MODEL_ID: ClassVar[str] = MODEL_ID
        image: str
        prompt: str
        note: str | None = None
        strength: float | None = None
        steps: float | None = None

    mapped(
        queue,
        path,
        [Sorted(image="y", prompt="x", note="n", strength=3, steps=3.0)],
    )
    assert len(queue.jobs) == 1


@pytest.mark.parametrize("old", [0, 0.0, -0.0])
@pytest.mark.parametrize("new", [0, 0.0, -0.0, Decimal("-0.0")])
def test_zero_has_no_sign(queue: FakeQueue, path: Path, old: Any, new: Any) -> None:
    stop(queue, path, [Old(prompt="x", image="y", strength=old)])
    given = [New(prompt="x", image="y", strength=new)] * 2
    mapped(queue, path, given)
    mapped(queue, path, given)
    assert len(queue.jobs) == 2


FEW = {"strength": 1.0, "prompt": "x", "steps": 3, "image": "y"}


@pytest.mark.parametrize(
    "pair",
    [
        (New, {"image": "y", "steps": 3.0, "prompt": "x", "strength": 1}),
        (MODEL_ID, {"image": "y", "steps": 3.0, "prompt": "x", "strength": 1}),
        (MODEL_ID, MappingProxyType(FEW)),
    ],
)
def test_a_pair_gets_the_job_that_was_paid_for_its_input(
    queue: FakeQueue, path: Path, pair: Any
) -> None:
    stop(queue, path, [Old(**FEW)])
    [result] = mapped(queue, path, [pair])
    assert len(queue.jobs) == 1
    assert result.input is pair
    mapped(queue, path, [pair, New(**FEW)])
    assert len(queue.jobs) == 2


def test_equal_inputs_get_the_jobs_that_were_paid_before_others(
    queue: FakeQueue, path: Path
) -> None:
    old = [Old(prompt="x", image="y", steps=each) for each in (3, 3.0, 3)]
    stop(queue, path, old, states=(NOT_ACCEPTED,))
    new = New(prompt="x", image="y", steps=3)
    mapped(queue, path, [new, new])
    assert len(queue.jobs) == 2
    mapped(queue, path, [new] * 3)
    assert len(queue.jobs) == 3
    mapped(queue, path, [new] * 4)
    mapped(queue, path, [new] * 4)
    assert len(queue.jobs) == 4


def test_an_unknown_intent_of_an_earlier_version_is_not_sent_again(
    queue: FakeQueue, path: Path
) -> None:
    stop(queue, path, [Old(prompt="x", image="y", seed=1)], states=("unknown",))
    given = [New(prompt="x", image="y", seed=1)]
    (error,) = mapped(queue, path, given, return_exceptions=True)
    assert type(error).__name__ == "SubmitOutcomeUnknown"
    assert not queue.jobs


def test_a_batch_of_another_name_is_another_batch(queue: FakeQueue, path: Path) -> None:
    given = Old(prompt="x", image="y")
    stop(queue, path, [given], name="many/more")
    mapped(queue, path, [New(prompt="x", image="y")])
    assert len(queue.jobs) == 2


class Plain:
    """A journal that can do no more than the protocol says."""

    def __init__(self, journal: SqliteJournal) -> None:
        for name in ("note", "settle", "find", "pending", "unknown", "entries"):
            setattr(self, name, getattr(journal, name))
        self.close = journal.close


def test_a_journal_of_the_users_own_is_looked_through_too(
    queue: FakeQueue, path: Path
) -> None:
    stop(queue, path, [Old(**members(3))])
    with queue.client(journal=Plain(SqliteJournal(path))) as client:
        list(client.map([New(**members(3))], name="many"))
    assert len(queue.jobs) == 1


def test_a_new_reference_depends_on_neither_order_nor_spelling(
    queue: FakeQueue, path: Path
) -> None:
    mapped(queue, path, [Old(**members(3, int)).extended(b=1, a=2.0)])
    mapped(queue, path, [New(**members(3)).extended(a=2, b=1.0)])
    assert len(queue.jobs) == 1
    other = members(3) | {"steps": 3.5}
    mapped(queue, path, [New(**other).extended(a=2, b=1)])
    assert len(queue.jobs) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": 2}, {"b": 2.0, "a": 1}),
        ({"a": 1e16}, {"a": 10**16}),
        ({"a": -0.0}, {"a": 0}),
        ({"a": 0.1}, {"a": Decimal("0.10")}),
        ({"a": (1, "x")}, {"a": [1, "x"]}),
        ({"a": Decimal("-0E+9000")}, {"a": 0}),
        ({"a": 10**2500}, {"a": Decimal("1E+2500")}),
        ({"a": 10**5000}, {"a": Decimal("10E+4999")}),
        ({"a": "\ud800"}, {"a": "\ud800"}),
        ({"\ud800": math.nan}, {"\ud800": Decimal("NaN")}),
    ],
)
def test_equal_values_have_one_identity(one: Any, other: Any) -> None:
    assert job_identity(one) == job_identity(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": True}, {"a": 1}),
        ({"a": None}, {}),
        ({"a": "1"}, {"a": 1}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": 0.1}, {"a": 0.1000001}),
        ({"a": "b,c"}, {"a": ["b", "c"]}),
        ({"a": "\ud800"}, {"a": "\ud801"}),
        ({"a": "\ud800"}, {"a": "\\ud800"}),
        ({"a": 10**5000}, {"a": 10**5000 + 1}),
        ({"a": Decimal("1." + "0" * 3000 + "1")}, {"a": 1}),
        ({"a": Decimal("1E+400")}, {"a": math.inf}),
        ({"a": math.inf}, {"a": -math.inf}),
    ],
)
def test_different_values_have_two(one: Any, other: Any) -> None:
    assert job_identity(one) != job_identity(other)


def test_a_local_file_counts_as_its_content(tmp_path: Path) -> None:
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    first.write_bytes(b"x")
    second.write_bytes(b"x")
    digest = sha256(b"x").hexdigest()
    assert canonical_json({"b": second, "a": [first]}) == (
        f'{{"a":[file:{digest}],"b":file:{digest}}}'
    )
    assert job_identity({"a": first}) != job_identity({"a": f"file:{digest}"})


def test_a_pipe_in_place_of_a_local_file_does_not_hang(tmp_path: Path) -> None:
    pipe = tmp_path / "a.png"
    os.mkfifo(pipe)
    with pytest.raises(MediaError, match="is a pipe, not a file"):
        job_identity({"a": pipe})
    reading = LocalFilePolicy("inline").reading({"a": pipe})
    with pytest.raises(InputRejected, match="is a pipe, not a file"):
        reading.check()


NUMBERS = st.one_of(
    st.integers(),
    st.sampled_from([0, 1, 2**53, 2**53 + 1, 10**22, 2**63, 10**400, 10**3000]),
    st.floats(),
    st.builds(
        lambda digits, exponent: Decimal(f"{digits}E{exponent}"),
        st.integers(),
        st.sampled_from([-9000, -324, -2, 0, 3, 400, 5000]),
    ),
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(codec=None), max_size=3), inner),
    max_leaves=6,
)


def independent_form(value: Any) -> Any:
    """What a value is in JSON, by other arithmetic than that of the runtime: fractions."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return (type(value).__name__, value)
    if isinstance(value, list):
        return ("list", tuple(map(independent_form, value)))
    if isinstance(value, dict):
        return ("dict", frozenset((k, independent_form(v)) for k, v in value.items()))
    if not isinstance(value, int) and not math.isfinite(value):
        return ("not finite", repr(float(value)))
    return ("number", Fraction(repr(value) if isinstance(value, float) else value))


def respelled(value: Any) -> Any:
    """The same value with members in the other order and numbers of other types."""
    if isinstance(value, list):
        return [respelled(item) for item in value]
    if isinstance(value, dict):
        return {name: respelled(value[name]) for name in reversed(value)}
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value


@settings(max_examples=60, deadline=None)
@given(VALUES, VALUES)
def test_one_document_has_one_reference_and_two_have_two(one: Any, other: Any) -> None:
    same = independent_form(one) == independent_form(other)
    assert (job_identity({"a": one}) == job_identity({"a": other})) is same
    assert job_identity({"a": one}) == job_identity({"a": respelled(one)})


@settings(max_examples=60, deadline=None)
@given(NUMBERS, NUMBERS)
def test_equal_numbers_have_one_text(one: Any, other: Any) -> None:
    same = independent_form(one) == independent_form(other)
    assert (canonical_json(one) == canonical_json(other)) is same
