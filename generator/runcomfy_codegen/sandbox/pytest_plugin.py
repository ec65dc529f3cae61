"""Fixtures for the tests of an application: a sandbox behind the usual environment variables.

Switch them on with ``pytest -p runcomfy_codegen.sandbox.pytest_plugin``. Code that makes its
client as in production, ``RunComfy()``, then talks to the sandbox without knowing it. Override
``runcomfy_models`` to have inputs checked, ``runcomfy_client_class`` with the ``RunComfy`` of a
generated client that is not the package ``runcomfy_client``, ``runcomfy_options`` for anything
else. Nothing switches them on by itself: every test run would load the sandbox.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest

from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.protocol import BASE_URL_VARIABLE, TOKEN_VARIABLES

from ..ir.model import Model
from .sandbox import Sandbox
from .settings import SandboxOptions

_GENERATED = "runcomfy_client"  # the package that is generated unless told otherwise

ClientClass = Callable[..., AbstractContextManager[Any]]


@pytest.fixture(scope="session")
def runcomfy_models() -> Mapping[str, Model] | None:
    """The models that can be run; None takes every id, and every object as an input."""
    return None


@pytest.fixture(scope="session")
def runcomfy_options() -> SandboxOptions:
    """How the sandbox behaves; jobs take a hundredth of their time, unless overridden."""
    return {"speed": 100.0}


@pytest.fixture(scope="session")
def runcomfy_server(
    runcomfy_models: Mapping[str, Model] | None, runcomfy_options: SandboxOptions
) -> Iterator[Sandbox]:
    """One server for all tests of a run."""
    with Sandbox(runcomfy_models, **runcomfy_options) as sandbox:
        yield sandbox


@pytest.fixture
def runcomfy_sandbox(
    runcomfy_server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> Sandbox:
    """The sandbox with nothing in it, and the environment pointing at it."""
    runcomfy_server.reset()
    monkeypatch.setenv(BASE_URL_VARIABLE, runcomfy_server.url)
    for variable in TOKEN_VARIABLES:
        monkeypatch.setenv(variable, runcomfy_server.token)
    return runcomfy_server


@pytest.fixture(scope="session")
def runcomfy_client_class() -> ClientClass:
    """What makes ``runcomfy_client``: the generated client if there is one, for it has errors
    and classes of its own, else the runtime's.
    """
    if importlib.util.find_spec(_GENERATED) is None:
        return RunComfy
    generated: ClientClass = importlib.import_module(_GENERATED).RunComfy
    return generated


@pytest.fixture
def runcomfy_client(
    runcomfy_sandbox: Sandbox, runcomfy_client_class: ClientClass
) -> Iterator[Any]:
    """A client of the sandbox."""
    token, url = runcomfy_sandbox.token, runcomfy_sandbox.url
    with runcomfy_client_class(token=token, base_url=url) as client:
        yield client
