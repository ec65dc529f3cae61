"""Which addresses are on the public internet: IANA's special-purpose registries, as a table.

``ipaddress.is_global`` is no substitute. It differs between Python releases, and calls
several addresses global that lead back to this machine (NAT64 and 6to4 of 127.0.0.1,
IPv4-compatible and site-local ones).
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), name)
    for network, name in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "shared address space"),
        ("127.0.0.0/8", "this machine"),
        ("168.63.129.16/32", "a cloud platform's own service"),
        ("169.254.0.0/16", "link-local, where cloud metadata lie"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_V6_GLOBAL = IPv6Network("2000::/3")
_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), name)
    for network, name in (
        ("2001::/23", "protocol assignments, Teredo among them"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4, which carries an IPv4 address"),
        ("3fff::/20", "documentation"),
    )
)
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})


def refusal(address: str) -> str | None:
    """Why an address must not be dialled; None if it is on the public internet."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "no address"
    return (
        _refused_v4(parsed) if isinstance(parsed, IPv4Address) else _refused_v6(parsed)
    )


def _refused_v4(address: IPv4Address) -> str | None:
    for network, name in _V4:
        if address in network:
            return name
    return None


def _refused_v6(address: IPv6Address) -> str | None:
    if address.scope_id is not None:
        return "an address with a zone"
    if address not in _V6_GLOBAL:
        return "not global unicast"
    for network, name in _V6:
        if address in network:
            return name
    if int(address) >> 32 & 0xFFFFFFFF in _ISATAP:
        return "ISATAP, which carries an IPv4 address"
    return None
