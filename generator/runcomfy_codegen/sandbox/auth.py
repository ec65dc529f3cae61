"""Who asks: any well-formed Bearer token is an account, and only a hash of it is kept."""

from __future__ import annotations

import re

from runcomfy_runtime.protocol import BAD_TOKEN

from .exchange import Request
from .refusal import documented
from .seed import Seed

_BEARER = re.compile(r"bearer +([A-Za-z0-9\-._~+/]+=*|<token>)", re.IGNORECASE)
"""RFC 6750, section 2.1: the characters of a Bearer token. ``<token>`` is what the published
curl lines say; they work here with nothing replaced but the host."""

_MISSING = "No token: send the header 'Authorization: Bearer <your token>'."
_MALFORMED = (
    "The Authorization header holds no Bearer token: it must be 'Bearer', a blank, and a token"
    " of letters, digits and -._~+/."
)


def account(request: Request, seed: Seed) -> str:
    """The account behind a request: a keyed hash of its token.

    Raises ``Refused`` with 400004, as the published table has it, if there is no token.
    """
    header = request.header("authorization")
    if header is None:
        raise documented(BAD_TOKEN, _MISSING)
    found = _BEARER.fullmatch(header.strip())
    if found is None:
        raise documented(BAD_TOKEN, _MALFORMED)
    return account_of(found[1], seed)


def account_of(token: str, seed: Seed) -> str:
    """The account that a token stands for; the token cannot be had back from it."""
    return seed.digest("account", token).hex()[:16]
