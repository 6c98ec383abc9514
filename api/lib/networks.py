"""Addresses and networks: what an address is counted as, and whether a list of networks lets it in."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

import msgspec

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")


class NotANetwork(ValueError):
    """The text is no CIDR; the message tells what to write instead."""


# A request asks three times for the same few addresses.
@lru_cache(maxsize=4096)
def address(text: str) -> Address | None:
    """Return the address, an IPv4-mapped one as IPv4 and without its zone, or ``None`` for anything else."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        # A zone (RFC 4007) names an interface of one machine: it is no part of who is calling.
        return found.ipv4_mapped or ipaddress.IPv6Address(int(found))
    return found


def network(text: str) -> Network:
    """Return the network of a CIDR or of a single address, an IPv4-mapped one as IPv4.

    Raises:
        NotANetwork: it is none, has a zone, or has bits set below its prefix.
    """
    if "%" in text or not text.isascii() or text != text.strip():
        raise NotANetwork("Write a network as 203.0.113.0/24 or 2001:db8::/32.")
    try:
        found = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise NotANetwork("Write a network as 203.0.113.0/24 or 2001:db8::/32.") from error
    if str(text).partition("/")[2] and found.network_address != ipaddress.ip_address(text.partition("/")[0]):
        raise NotANetwork(f"The address has bits below the prefix: did you mean {found}?")
    if isinstance(found, ipaddress.IPv6Network) and found.subnet_of(_MAPPED):
        return ipaddress.IPv4Network((int(found.network_address) & 0xFFFFFFFF, found.prefixlen - 96))
    return found


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Return the networks of some CIDRs.

    Raises:
        NotANetwork: one of them is none.
    """
    return tuple(network(text) for text in texts)


def is_here(host: str) -> bool:
    """Tell whether a host's name or address is this machine's own: what is sent there passes no network."""
    found = address(host)
    return host == "localhost" or (found is not None and found.is_loopback)


def within(found: Address | None, among: Iterable[Network]) -> bool:
    """Tell whether one of the networks holds the address."""
    return found is not None and any(found in one for one in among)


class Rules(msgspec.Struct, frozen=True):
    """Who may come in. ``allowed`` are lists of which each has to hold the address; an empty one holds all."""

    allowed: tuple[tuple[Network, ...], ...] = ()
    denied: tuple[Network, ...] = ()

    @property
    def open(self) -> bool:
        """Tells whether nobody is turned away."""
        return not self.denied and not any(self.allowed)

    def admit(self, text: str) -> bool:
        """Tell whether this address may come in; where there are rules, what is no address may not."""
        if self.open:
            return True
        found = address(text)
        if found is None or within(found, self.denied):
            return False
        return all(within(found, one) for one in self.allowed if one)


def caller(peer: str, forwarded: Iterable[str], trusted: Iterable[Network]) -> str:
    """Return the address a request comes from: ``peer``, or, behind proxies that are trusted, what they say.

    ``forwarded`` are the values of all X-Forwarded-For headers in their order. They are walked from the right, where
    our own proxies write, for as long as the writer is trusted: what a client has put further left counts for nothing.
    """
    among = tuple(trusted)
    here = address(peer)
    for entry in reversed(",".join(forwarded).split(",")):
        if not within(here, among):
            break
        found = address(_without_port(entry.strip()))
        if found is None:
            # A proxy of ours that names nobody: it answers for the request itself.
            break
        here = found
    return str(here) if here else peer


def _without_port(entry: str) -> str:
    # [2001:db8::1]:443, [2001:db8::1], 203.0.113.7:443; an IPv6 address without brackets has more than one colon.
    if entry.startswith("["):
        inside, _, rest = entry[1:].partition("]")
        return inside if not rest or (rest[0] == ":" and rest[1:].isdigit()) else ""
    host, _, port = entry.partition(":")
    return host if port.isdigit() else entry
