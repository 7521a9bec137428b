"""The address of the caller: a forged header moves nothing."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from common.network import client_address, client_network, is_within, parse_networks


def request(peer: str, forwarded: str | None = None):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer)


def test_without_a_trusted_proxy_the_header_is_ignored(settings):
    settings.TRUSTED_PROXY_COUNT = 0
    assert client_address(request("192.0.2.7", "203.0.113.1, 198.51.100.2")) == "192.0.2.7"


@pytest.mark.parametrize(
    ("count", "forwarded", "expected"),
    [
        (1, "203.0.113.1, 198.51.100.2", "198.51.100.2"),
        (2, "203.0.113.1, 198.51.100.2, 10.0.0.3", "198.51.100.2"),
        (2, "198.51.100.2", "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, None, "10.0.0.9"),
        (1, "203.0.113.1, 198.51.100.2:4711", "198.51.100.2"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "::ffff:192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.1, unknown", "unknown"),
    ],
)
def test_only_the_entries_of_our_own_proxies_are_believed(settings, count, forwarded, expected):
    settings.TRUSTED_PROXY_COUNT = count
    assert client_address(request("10.0.0.9", forwarded)) == expected


def test_forged_entries_never_move_the_address(settings):
    settings.TRUSTED_PROXY_COUNT = 1
    forged = [", ".join([f"203.0.113.{n}"] * n + ["198.51.100.2"]) for n in range(1, 200)]
    assert {client_address(request("10.0.0.9", text)) for text in forged} == {"198.51.100.2"}


def test_limits_count_an_ipv6_subnet_as_one(settings):
    settings.TRUSTED_PROXY_COUNT = 0
    assert client_network(request("2001:db8::1")) == client_network(request("2001:db8::ffff"))
    assert client_network(request("192.0.2.7")) == "192.0.2.7"
    assert client_network(request("")) == "unknown"


def test_lists_of_networks_are_canonical_and_say_what_they_refuse():
    assert parse_networks("192.0.2.1, 10.0.0.0/8\n2001:db8::/32 10.0.0.0/8") == [
        "192.0.2.1/32",
        "10.0.0.0/8",
        "2001:db8::/32",
    ]
    for bad in ("10.0.0.1/8", "300.1.1.1", "example.org", "10.0.0.0/33"):
        with pytest.raises(ValueError, match=bad):
            parse_networks(f"192.0.2.1 {bad}")


def test_an_address_lies_in_a_block_of_its_own_family():
    assert is_within("10.1.2.3", ["10.0.0.0/8"])
    assert is_within("::ffff:10.1.2.3", ["10.0.0.0/8"])
    assert not is_within("2001:db8::1", ["10.0.0.0/8"])
    assert not is_within("unknown", ["0.0.0.0/0"])
