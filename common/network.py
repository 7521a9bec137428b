"""Where a request comes from: the address that the last trusted proxy saw, never a claimed one.

`X-Forwarded-For` is written by whoever sends the request, then lengthened by each proxy. Only its
last `TRUSTED_PROXY_COUNT` entries were written by proxies of ours; what stands before is ignored
(`reliability.md` 0.16).
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from django.conf import settings

UNKNOWN = "unknown"
# What a person or an office owns: one IPv4 address, one IPv6 subnet.
_IPV6_PREFIX = 64
_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}", re.ASCII)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def parse_address(text: str) -> Address | None:
    """Read one address, with or without a port; an IPv6 form of an IPv4 address is that address."""
    plain = text.strip()
    found = _WITH_PORT.fullmatch(plain)
    if found:
        plain = found[1] or found[2]
    try:
        address = ipaddress.ip_address(plain)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def client_address(request: Any) -> str:
    """Return the address of the caller in its shortest form, or `unknown` (a Unix socket).

    A request with fewer forwarded entries than trusted proxies did not pass through them all: the
    address of its connection is then the only one that nobody can forge.
    """
    meta = request.META
    text = meta.get("REMOTE_ADDR", "")
    trusted = settings.TRUSTED_PROXY_COUNT
    if trusted:
        hops = meta.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(hops) >= trusted and hops[-trusted].strip():
            text = hops[-trusted]
    address = parse_address(text)
    return str(address) if address else UNKNOWN


def client_network(request: Any) -> str:
    """Return what limits by network count: the IPv4 address, or the /64 of an IPv6 one."""
    text = client_address(request)
    address = parse_address(text)
    if address is None or address.version == 4:
        return text
    return str(ipaddress.ip_network((address, _IPV6_PREFIX), strict=False))


def parse_networks(text: str) -> list[str]:
    """Read addresses and CIDR blocks separated by spaces, commas or lines, in canonical form.

    Raises ValueError with the entry that is not one (host bits set included: 10.0.0.1/8 is either
    a mistake of address or of width).
    """
    found: dict[str, None] = {}
    for entry in re.split(r"[\s,;]+", text.strip()):
        if not entry:
            continue
        try:
            found[str(ipaddress.ip_network(entry))] = None
        except ValueError as error:
            raise ValueError(entry) from error
    return list(found)


def is_within(address: str, networks: list[str]) -> bool:
    """Whether an address lies inside one of the blocks; an unknown address lies in none."""
    one = parse_address(address)
    if one is None:
        return False
    return any(one in ipaddress.ip_network(block) for block in networks)
