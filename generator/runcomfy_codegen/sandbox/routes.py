"""Routing: the call and the account of a request, and requests that are refused at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from runcomfy_runtime.error_codes import BAD_TOKEN, NOT_FOUND

from .clock import Seed
from .http_messages import ApiRequest, Refused, assumed_error, coded_error


class Action(StrEnum):
    """A call of the API, by its name in fault rules and in the request log."""

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


WITHOUT_TOKEN = frozenset({Action.FILE, Action.PAGE, Action.OPENAPI, Action.CONTROL})
"""Calls that need no token."""

UNLOGGED = frozenset({Action.PAGE, Action.CONTROL})
"""Calls that only look from outside: they are not logged, and no fault strikes them."""

READ_METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A call, with the ids and the name in its path."""

    action: Action
    model_id: str = ""
    request_id: str = ""
    name: str = ""


def find_route(request: ApiRequest) -> Route:
    """The call that a request makes. Raises ``Refused``: 404001, or 405 with ``allow``."""
    match request.segments:
        case ("v1", "models", *rest):
            return _about_models(request, "/".join(rest))
        case ("v1", "requests", request_id, "cancel"):
            require_method(request, "POST")
            return Route(action=Action.CANCEL, request_id=request_id)
        case ("v1", "requests", request_id, ("status" | "result") as word):
            require_method(request, *READ_METHODS)
            return Route(action=Action(word), request_id=request_id)
        case ("outputs", request_id, name):
            require_method(request, *READ_METHODS)
            return Route(action=Action.FILE, request_id=request_id, name=name)
        case ("sandbox", *rest):
            return Route(action=Action.CONTROL, name="/".join(rest))
        case _:
            return _fixed(request)


def _about_models(request: ApiRequest, model_id: str) -> Route:
    if model_id in ("", "categories"):
        require_method(request, *READ_METHODS)
        return Route(action=Action.CATEGORIES if model_id else Action.LIST)
    require_method(request, *READ_METHODS, "POST")
    posted = request.method == "POST"
    return Route(action=Action.SUBMIT if posted else Action.MODEL, model_id=model_id)


def _fixed(request: ApiRequest) -> Route:
    fixed: dict[tuple[str, ...], Action] = {
        ("prod", "v2", "balance"): Action.BALANCE,
        ("openapi.json",): Action.OPENAPI,
        ("",): Action.PAGE,
    }
    action = fixed.get(request.segments)
    if action is None:
        raise no_such_path(request)
    require_method(request, *READ_METHODS)
    return Route(action=action)


def no_such_path(request: ApiRequest) -> Refused:
    """The refusal of an unknown path."""
    return coded_error(NOT_FOUND, f"There is nothing at {request.path!r:.200}.")


def require_method(request: ApiRequest, *methods: str) -> None:
    """Raise ``Refused`` (405, with ``allow``) for any other method."""
    if request.method not in methods:
        refused = assumed_error(405, f"{request.method:.20} is not possible here.")
        raise Refused(refused.response.having(("allow", ", ".join(methods))))


LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""Host names of this machine."""


def check_origin(request: ApiRequest, hosts: frozenset[str]) -> None:
    """Raise ``Refused`` for a foreign ``Host`` (DNS rebinding) or a foreign ``Origin`` (CSRF).

    Through a browser, pages of other sites can reach a local server. A request with two
    lengths is refused too: readers disagree where it ends (RFC 9112, section 6.3).
    """
    if request.header("transfer-encoding") and request.header("content-length"):
        refused = assumed_error(
            400, "Transfer-Encoding and Content-Length contradict each other."
        )
        raise Refused(refused.response.having(("connection", "close")))
    host = request.header("host")
    if host is None or _hostname(f"//{host}") not in hosts:
        raise assumed_error(
            403, f"This server does not answer to the host {host!r:.80}."
        )
    origin = request.header("origin")
    if request.method in READ_METHODS or origin is None:
        return
    if _hostname(origin) not in hosts:
        raise assumed_error(403, f"Requests from pages of {origin!r:.80} are refused.")


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


_BEARER = re.compile(r"bearer +([A-Za-z0-9\-._~+/]+=*|<token>)", re.IGNORECASE)
"""RFC 6750, section 2.1: the characters of a Bearer token. The published curl lines have
``<token>`` in its place; they work here after only the host is replaced."""

_MISSING = "No token: send the header 'Authorization: Bearer <your token>'."
_MALFORMED = (
    "The Authorization header holds no Bearer token: it must be 'Bearer', a blank, and a token"
    " of letters, digits and -._~+/."
)


def request_account(request: ApiRequest, seed: Seed) -> str:
    """The account of a request: a keyed hash of its Bearer token.

    Any well-formed token is an account. Raises ``Refused`` with 400004 for anything else.
    """
    header = request.header("authorization")
    if header is None:
        raise coded_error(BAD_TOKEN, _MISSING)
    match = _BEARER.fullmatch(header.strip())
    if match is None:
        raise coded_error(BAD_TOKEN, _MALFORMED)
    return token_account(match[1], seed)


def token_account(token: str, seed: Seed) -> str:
    """The account of a token. The token cannot be derived from it."""
    return seed.digest("account", token).hex()[:16]
