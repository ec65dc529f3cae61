"""Fixtures for the tests of an application: a sandbox behind the usual environment variables.

Switch them on with ``pytest -p runcomfy_codegen.sandbox.pytest_plugin``. Code that makes its
client as in production, ``RunComfy()``, then talks to the sandbox. Override ``runcomfy_models``
to check inputs, ``runcomfy_client_class`` with the ``RunComfy`` of a generated package of
another name than ``runcomfy_client``, and ``runcomfy_options`` for everything else. They are
not switched on by default, because every test run would load the sandbox.
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
from . import Sandbox
from .settings import SandboxOptions

_GENERATED = "runcomfy_client"  # the default name of a generated package

ClientClass = Callable[..., AbstractContextManager[Any]]


@pytest.fixture(scope="session")
def runcomfy_models() -> Mapping[str, Model] | None:
    """The models that can run; None accepts every id, and every object as an input."""
    return None


@pytest.fixture(scope="session")
def runcomfy_options() -> SandboxOptions:
    """The options of the sandbox; by default, jobs take a hundredth of their time."""
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
    """The empty sandbox, with the environment variables set to it."""
    runcomfy_server.reset()
    monkeypatch.setenv(BASE_URL_VARIABLE, runcomfy_server.url)
    for variable in TOKEN_VARIABLES:
        monkeypatch.setenv(variable, runcomfy_server.token)
    return runcomfy_server


@pytest.fixture(scope="session")
def runcomfy_client_class() -> ClientClass:
    """The class of ``runcomfy_client``: that of the generated client if there is one, because
    its errors and classes are its own, else that of the runtime.
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
