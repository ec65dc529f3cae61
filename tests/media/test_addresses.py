"""The table of addresses that are not on the public internet."""

from __future__ import annotations

import pytest

from runcomfy_runtime.media.fetch.guard import address_refusal

HERE_OR_NEAR = [
    *("127.0.0.1", "127.255.255.255", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1"),
    *("172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1"),
    *("198.19.255.255", "198.51.100.7", "203.0.113.9", "192.88.99.1", "224.0.0.1"),
    *("239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1"),
    *("::ffff:100.100.100.200", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1"),
    *("2001::1", "2001:0:53aa:64c:0:fbff:80ff:fffe", "2001:db8::1", "2002:7f00:1::"),
    *("3fff::1", "3fff:fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1"),
    *("fec0::1", "ff02::1", "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:7f00:1"),
    *("fe80::1%eth0", "127.1", "0x7f000001", "localhost", ""),
]
ON_THE_INTERNET = [
    *("1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.255.255"),
    *("100.128.0.1", "192.0.1.1", "198.20.0.1", "223.255.255.255", "11.0.0.1"),
    *("2606:4700:4700::1111", "2a00:1450::1", "2001:4860:4860::8888", "2003::1"),
]


@pytest.mark.parametrize("address", HERE_OR_NEAR)
def test_an_address_that_leads_back_inside_is_refused_with_a_reason(
    address: str,
) -> None:
    assert address_refusal(address)


@pytest.mark.parametrize("address", ON_THE_INTERNET)
def test_an_address_on_the_internet_is_allowed(address: str) -> None:
    assert address_refusal(address) is None
