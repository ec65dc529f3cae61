"""Whom a connection trusts: the certificate authorities that the API client trusts too."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def default_context() -> ssl.SSLContext:
    """The context of httpx: certifi's authorities, or those of ``SSL_CERT_FILE`` if it is set."""
    return httpx.create_ssl_context()
