"""The proxy of the environment, and the hosts that ``NO_PROXY`` excludes."""

from __future__ import annotations

import re
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, getproxies_environment, proxy_bypass

from ..errors import BadSetting
from ..escaping import printable, quoted

_KINDS = ("http", "https", "socks5", "socks5h")


_IN_BRACKETS = re.compile(r"^\[([^\[\]]+)\](/[0-9]+)?$")


class Proxy(NamedTuple):
    """A proxy, and how messages name it: without its password."""

    url: str
    name: str


def proxy_for(url: str) -> Proxy | None:
    """The proxy for a URL, from ``HTTPS_PROXY``, ``ALL_PROXY``, ``NO_PROXY`` and the like.

    Raises ``BadSetting`` for one that cannot be used: no request bypasses a proxy.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    if parts.scheme == "http" and _is_this_machine(host):
        return None
    if _is_excluded(host, port) or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = (proxies.get(parts.scheme) or proxies.get("all") or "").strip()
    return _checked(proxy if "://" in proxy else f"http://{proxy}") if proxy else None


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_excluded(host: str, port: int) -> bool:
    """Whether ``NO_PROXY`` excludes a host: by name, domain, address, network, with or without port."""
    entries = re.split(r"[,\s]+", getproxies_environment().get("no", ""))
    return any(_matches(entry.lower(), host, port) for entry in entries if entry)


def _matches(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    network = _network_matches(entry, host)
    if network is not None:
        return network
    name, colon, stated = entry.rpartition(":")
    if not colon:
        name = entry
    elif not stated.isascii() or not stated.isdecimal() or int(stated) != port:
        return False
    if _network_matches(name, host):
        return True
    domain = name.removeprefix("*").strip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _network_matches(entry: str, host: str) -> bool | None:
    """Whether a host is an address in a network; None if the entry is not a network."""
    try:
        network = ip_network(_IN_BRACKETS.sub(r"\1\2", entry), strict=False)
    except ValueError:
        return None
    try:
        return ip_address(host) in network
    except ValueError:
        return False


def _checked(proxy: str) -> Proxy:
    kind = proxy.partition("://")[0].lower()
    if kind not in _KINDS:  # the rest is not shown: it may contain a password
        raise BadSetting(
            f"the environment names a proxy of the kind {quoted(kind)}; "
            f"{', '.join(_KINDS)} can be used"
        )
    if kind.startswith("socks") and find_spec("socksio") is None:
        raise BadSetting(
            f"the environment names a proxy of the kind {kind}, which needs one more "
            "package: pip install socksio"
        )
    return Proxy(proxy, _name(kind, proxy))


def _name(kind: str, proxy: str) -> str:
    try:
        parts: SplitResult = urlsplit(proxy)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host:
        raise BadSetting(
            f"the environment names a proxy of the kind {kind} whose address cannot be "
            "read: it must look like http://host:port"
        )
    host = f"[{host}]" if ":" in host else host
    return printable(f"{kind}://{host}" + (f":{port}" if port else ""), 120)
