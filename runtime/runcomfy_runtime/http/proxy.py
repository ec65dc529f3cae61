"""Which proxy the environment wants for a URL."""

from __future__ import annotations

from importlib.util import find_spec
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from ..errors import BadSetting
from ..quotation import quoted

_KINDS = ("http", "https", "socks5", "socks5h")


def proxy_for(url: str) -> str | None:
    """The URL of the proxy, from ``HTTPS_PROXY``, ``ALL_PROXY``, ``NO_PROXY`` and the like.

    Raises ``BadSetting`` for one that cannot be used: nothing goes around a proxy.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return _checked(proxy if "://" in proxy else f"http://{proxy}") if proxy else None


def _checked(proxy: str) -> str:
    kind = proxy.partition("://")[0].lower()
    if kind not in _KINDS:  # the rest is not shown, it may hold a password
        raise BadSetting(
            f"the environment names a proxy of the kind {quoted(kind)}; "
            f"{', '.join(_KINDS)} can be used"
        )
    if kind.startswith("socks") and find_spec("socksio") is None:
        raise BadSetting(
            f"the environment names a proxy of the kind {kind}, which needs one more "
            "package: pip install socksio"
        )
    return proxy
