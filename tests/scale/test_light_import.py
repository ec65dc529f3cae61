"""The package's names are loaded when they are used, by whoever uses them first."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

GENERATED = Path(__file__).parents[2] / "generated"

_FROM_MANY_THREADS = """
import json, sys, threading
sys.setswitchinterval(1e-6)
import runcomfy_client
start, seen, wrong = threading.Barrier(16), [], []

def use(names):
    start.wait()
    try:
        seen.append([(name, id(getattr(runcomfy_client, name))) for name in names])
    except BaseException as error:
        wrong.append(repr(error))

names = runcomfy_client.__all__
orders = [names[turn:] + names[:turn] for turn in range(16)]
threads = [threading.Thread(target=use, args=(order,)) for order in orders]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps({"wrong": wrong, "different": len({frozenset(one) for one in seen})}))
"""

_WHAT_IS_LOADED = "import json, sys, runcomfy_client\nprint(json.dumps([*sys.modules]))"


def told(script: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=GENERATED,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)


def test_the_package_alone_loads_nothing_of_what_it_offers() -> None:
    loaded = set(told(_WHAT_IS_LOADED))
    assert [name for name in loaded if name.startswith("runcomfy_client")] == [
        "runcomfy_client"
    ]
    assert not loaded & {"httpx", "pydantic", "asyncio", "ssl", "sqlite3"}


@pytest.mark.parametrize("attempt", range(3))
def test_sixteen_threads_that_ask_at_once_get_the_same_objects(attempt: int) -> None:
    assert told(_FROM_MANY_THREADS) == {"wrong": [], "different": 1}
