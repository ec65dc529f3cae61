"""What to write instead of an argument that is not what a call takes."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any, cast

from .escaping import quoted
from .protocol import valid_model_id

_CALL = 'client.{}("vendor/model", {{…}})'


def is_input(value: object) -> bool:
    """Whether this is an input of a generated class."""
    return not isinstance(value, (type, ModuleType)) and hasattr(value, "MODEL_ID")


def is_input_class(value: object) -> bool:
    """Whether this is the ``Input`` of a generated module."""
    return isinstance(value, type) and hasattr(value, "OUTPUT")


def is_pair(value: object) -> bool:
    """Whether this is a model id or a class, and a payload for it."""
    if not isinstance(value, tuple):
        return False
    pair = cast("tuple[object, ...]", value)
    return len(pair) == 2 and (isinstance(pair[0], str) or is_input_class(pair[0]))


def wrong_model(what: object, payload: object, call: str = "run") -> str:
    """Why ``client.run(what, payload)`` is not a call, and what to write."""
    if isinstance(what, ModuleType) and is_input_class(getattr(what, "Input", None)):
        return f"{_module(what)} is a module: give an input, {_example(what.Input)}"
    if is_input_class(what):
        return f"this is a class: give an input, {_example(cast('type[Any]', what))}"
    if isinstance(what, type):
        return f"the class {what.__name__} is no model: give an Input of a generated module"
    if isinstance(what, Mapping) and isinstance(payload, str):
        return f"the model id comes first: {_CALL.format(call)}"
    if isinstance(what, Mapping) and is_input_class(payload):
        return "the class comes first, then the mapping"
    if isinstance(what, Mapping):
        return f"a mapping does not say which model: {_CALL.format(call)}"
    if isinstance(what, (list, tuple)):
        return "for many inputs, write client.map(inputs)"
    if hasattr(what, "request_id"):
        return "this job was submitted already: its result() waits for it"
    return f"give an Input of a generated module, or a model id and a mapping, not {_shown(what)}"


def wrong_payload(what: object, payload: object, call: str = "run") -> str:
    """Why the second argument of ``client.run(what, payload)`` is wrong."""
    if is_input(payload) or is_input_class(payload) or isinstance(payload, ModuleType):
        return (
            f"an Input says itself which model it is for: client.{call}("
            f"{_example(payload) if is_input_class(payload) else 'edit.Input(…)'})"
        )
    if not isinstance(what, str):
        if isinstance(payload, (int, float)):
            return f"give a number of seconds by name: timeout={payload}"
        return "an Input already contains its payload: do not give another one"
    if isinstance(payload, str) and valid_model_id(payload):
        return f"the model id comes first, and a mapping after it: {_CALL.format(call)}"
    if payload is None:
        return f"the payload is missing: {_CALL.format(call)}"
    return f"give the payload as a mapping, not {_shown(payload)}"


def wrong_inputs(inputs: object) -> str:
    """Why ``client.map(inputs)`` cannot work; empty if it can."""
    if is_input(inputs):
        return "map takes many inputs: give a list, or use client.run for this one"
    if is_input_class(inputs) or isinstance(inputs, ModuleType):
        return f"map takes inputs: {wrong_model(inputs, None)}"
    if isinstance(inputs, (str, bytes, Mapping)):
        return "map takes inputs or pairs of a model id and a mapping, in a list"
    if not hasattr(inputs, "__iter__"):
        hint = (
            "; use async for, and give a list" if hasattr(inputs, "__aiter__") else ""
        )
        return f"map takes a list or another iterable of inputs, not {_shown(inputs)}{hint}"
    return ""


def wrong_token(token: object) -> str:
    """Why ``client.job(token)`` is not a call, if another argument is meant; else empty."""
    if hasattr(token, "request_id"):
        return "this is a job or a result itself: give its token(), a text, or its request_id"
    if is_input_class(token) or isinstance(token, ModuleType):
        return "the token comes first: client.job(token, edit.Input)"
    return ""


def _example(model: Any) -> str:
    """A call of the class with its required fields: ``edit.Input(prompt=…)``."""
    required = [
        f"{name}=…"
        for name, field in getattr(model, "model_fields", {}).items()
        if field.is_required()
    ]
    return f"{model.__module__.rpartition('.')[2]}.Input({', '.join(required) or '…'})"


def _module(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def _shown(value: object) -> str:
    return "None" if value is None else quoted(value, 80)
