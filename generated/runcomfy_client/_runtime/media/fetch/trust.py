"""Whom a connection trusts: the certificate authorities that the API client trusts too."""

from __future__ import annotations

import ssl
from functools import cache

import httpx

from ..errors import MediaError
from ..fault import MediaFault


@cache
def default_context() -> ssl.SSLContext:
    """The context of httpx: certifi's authorities, or those of ``SSL_CERT_FILE`` if it is set.

    Raises ``MediaError`` if that file cannot be read.
    """
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # ssl.SSLError is one
        raise MediaError(
            f"the certificate authorities cannot be loaded ({error.strerror or error}); "
            "look at SSL_CERT_FILE and SSL_CERT_DIR",
            MediaFault.UNREACHABLE,
        ) from None
