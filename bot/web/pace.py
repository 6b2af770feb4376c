"""How fast somebody may ask, by name: a burst, then so many a second."""

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network

HOME_OF_SIX_BITS = 64
"""Whoever has one IPv6 address has this whole network of them."""


class Pace:
    """So many things at once, then so many a second, for each name; forgets who has been quiet longest."""

    def __init__(self, burst: float, per_second: float, clock: Callable[[], float], names_max: int = 1000) -> None:
        self._burst = burst
        self._per_second = per_second
        self._clock = clock
        self._names_max = names_max
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_seconds(self, name: str) -> float:
        """How long until the next one is allowed; 0 = now."""
        return max(0.0, (1 - self._refilled(name)) / self._per_second)

    def take(self, name: str) -> None:
        """Count one."""
        self._left[name] = (self._refilled(name) - 1, self._clock())
        self._left.move_to_end(name)
        if len(self._left) > self._names_max:
            self._left.popitem(last=False)

    def _refilled(self, name: str) -> float:
        left, at = self._left.get(name, (self._burst, self._clock()))
        return min(self._burst, left + (self._clock() - at) * self._per_second)


def household(host: str) -> str:
    """The name under which an address is counted; for IPv6 that of its network."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), HOME_OF_SIX_BITS), strict=False))
