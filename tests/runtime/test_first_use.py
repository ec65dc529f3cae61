"""What importing a model costs, and that its first use is as good as any."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field

from runcomfy_runtime.constraint import UniqueItems
from runcomfy_runtime.errors import InputRejected
from runcomfy_runtime.model import ModelInput, ModelOutput, ModelPart

GENERATED = Path(__file__).parents[2] / "generated"
EDIT = "from runcomfy_client.models.bytedance.dreamina_4_0 import edit"


def loaded_by(code: str) -> set[str]:
    script = f"import sys\nsys.path.insert(0, {str(GENERATED)!r})\n{code}\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{script}print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_a_model_builds_no_validator_and_loads_no_wording() -> None:
    loaded = loaded_by(EDIT)
    ours = {name for name in loaded if name.startswith("runcomfy_client._runtime.")}
    assert ours == {
        f"runcomfy_client._runtime.{name}"
        for name in (
            "deferred_validation",
            "fork",
            "limits",
            "limits.stated_limit",
            "media_fields",
            "model",
            "outputs",
            "payload",
            "rule",
            "shape",
            "validated_mark",
        )
    }
    # what pydantic loads when it builds a validator, a third of the cost of its own import
    assert "pydantic.plugin._loader" not in loaded
    assert not loaded & {"difflib", "httpx", "asyncio", "jsonschema"}


def test_making_an_input_loads_what_says_no_only_when_it_is_said() -> None:
    wording = "runcomfy_client._runtime.problems"
    good = f"{EDIT}\nedit.Input(image_urls=['https://h/a'], prompt='p').payload()"
    bad = f"{EDIT}\ntry: edit.Input()\nexcept ValueError: pass"
    assert wording not in loaded_by(good)
    assert wording in loaded_by(bad)


def fresh() -> type[ModelInput[Any]]:
    """A class that nobody has used."""

    class Part(ModelPart):
        path: str
        inner: dict[str, int] | None = None

    class Output(ModelOutput):
        image: str | None = None

    class Input(ModelInput[Output], frozen=True):
        MODEL_ID = "vendor/fresh"
        OUTPUT = Output

        prompt: Annotated[str, Field(max_length=5)]
        parts: Annotated[list[Part], UniqueItems()] | None = None

    return Input


@pytest.fixture
def nervous() -> Iterator[None]:
    """Threads that are exchanged after every few instructions."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("nervous")
@pytest.mark.parametrize("attempt", range(20))
def test_many_threads_may_use_a_class_first_at_the_same_moment(attempt: int) -> None:
    model = fresh()
    start = threading.Barrier(8)
    said: list[str] = []

    def use() -> None:
        start.wait()
        made = model(prompt="p", parts=[{"path": "a"}])
        with pytest.raises(InputRejected) as refused:
            model(prompt="longer", parts=[{"path": 1}])
        read = model.OUTPUT.read({"image": "x", "more": 1})
        codes = [problem.code for problem in refused.value.report]
        said.append(repr((made.payload(), codes, read.model_dump())))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 8
    assert len(set(said)) == 1


def test_naming_the_output_makes_no_class_of_its_own() -> None:
    model = fresh()
    assert model.__mro__[1] is ModelInput
