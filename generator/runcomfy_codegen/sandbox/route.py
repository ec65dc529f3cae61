"""Which of the API's calls a request is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from runcomfy_runtime.protocol import NOT_FOUND

from .exchange import Request
from .refusal import Refused, assumed, documented


class Action(StrEnum):
    """A call of the API, by the name that fault rules and the journal use."""

    LIST = "list"
    CATEGORIES = "categories"
    MODEL = "model"
    SUBMIT = "submit"
    STATUS = "status"
    RESULT = "result"
    CANCEL = "cancel"
    BALANCE = "balance"
    FILE = "file"
    PAGE = "page"
    OPENAPI = "openapi"
    CONTROL = "control"


OPEN = frozenset({Action.FILE, Action.PAGE, Action.OPENAPI, Action.CONTROL})
"""Calls that need no token."""

LOOKING = frozenset({Action.PAGE, Action.CONTROL})
"""Calls of those who watch: they are not in the journal, and no fault strikes them."""

READ = ("GET", "HEAD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A call, and whom it is about."""

    action: Action
    model_id: str = ""
    request_id: str = ""
    name: str = ""


def route(request: Request) -> Route:
    """The call that a request makes. Raises ``Refused``: 404001, or 405 with ``allow``."""
    match request.segments:
        case ("v1", "models", *rest):
            return _about_models(request, "/".join(rest))
        case ("v1", "requests", request_id, "cancel"):
            only(request, "POST")
            return Route(action=Action.CANCEL, request_id=request_id)
        case ("v1", "requests", request_id, ("status" | "result") as word):
            only(request, *READ)
            return Route(action=Action(word), request_id=request_id)
        case ("outputs", request_id, name):
            only(request, *READ)
            return Route(action=Action.FILE, request_id=request_id, name=name)
        case ("sandbox", *rest):
            return Route(action=Action.CONTROL, name="/".join(rest))
        case _:
            return _fixed(request)


def _about_models(request: Request, model_id: str) -> Route:
    if model_id in ("", "categories"):
        only(request, *READ)
        return Route(action=Action.CATEGORIES if model_id else Action.LIST)
    only(request, *READ, "POST")
    posted = request.method == "POST"
    return Route(action=Action.SUBMIT if posted else Action.MODEL, model_id=model_id)


def _fixed(request: Request) -> Route:
    fixed: dict[tuple[str, ...], Action] = {
        ("prod", "v2", "balance"): Action.BALANCE,
        ("openapi.json",): Action.OPENAPI,
        ("",): Action.PAGE,
    }
    action = fixed.get(request.segments)
    if action is None:
        raise nowhere(request)
    only(request, *READ)
    return Route(action=action)


def nowhere(request: Request) -> Refused:
    """The refusal of a path that leads to nothing."""
    return documented(NOT_FOUND, f"There is nothing at {request.path!r:.200}.")


def only(request: Request, *methods: str) -> None:
    """Raise ``Refused`` (405, with ``allow``) for any other method than these."""
    if request.method not in methods:
        refused = assumed(405, f"{request.method:.20} is not possible here.")
        raise Refused(refused.response.having(("allow", ", ".join(methods))))
