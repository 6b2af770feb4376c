"""Counts the requests that publishers see, where they are made."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_COUNT: ContextVar[Counter[str] | None] = ContextVar("requests", default=None)


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """Requests by host that are made inside, in worker threads that are started there too."""
    made: Counter[str] = Counter()
    token = _COUNT.set(made)
    try:
        yield made
    finally:
        _COUNT.reset(token)


def count_request(host: str) -> None:
    """Say that a request goes out to a host; outside `counting` nobody listens."""
    made = _COUNT.get()
    if made is not None:
        made[host] += 1
