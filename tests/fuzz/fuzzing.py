"""How the entrances are fuzzed: the same examples each time, some hundred of them in CI and thousands in `make slow`."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.processors import format_exc_info
from structlog.testing import capture_logs

LONG = 20
"""How many times as many examples `make slow` tries."""


def examples(few: int) -> pytest.MarkDecorator:
    """Run a test that takes `count` with so many examples, and a slow one with many more."""
    return pytest.mark.parametrize("count", [few, pytest.param(few * LONG, marks=pytest.mark.slow)])


def fuzz(
    check: Callable[..., None], count: int, *args: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]
) -> None:
    """Try a check on examples of its arguments."""
    profile = settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )
    profile(given(*args, **named)(check))()


class Loop:
    """An event loop that outlives the examples of a test."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def run(self, work: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await work

        return self._runner.run(awaited())

    def close(self) -> None:
        self._runner.close()


@contextmanager
def no_defect() -> Iterator[None]:
    """Fails when the service logs something as a defect of its own, or anything with a traceback."""
    with capture_logs(processors=[format_exc_info]) as logs:
        try:
            yield
        except AssertionError as error:
            error.add_note(f"logged: {logs}")
            raise
    told = [one for one in logs if "defect" in str(one["event"]) or one.get("exception")]
    assert told == [], told


# ---- values that somebody sends

SURROGATES = st.sampled_from(["\ud800", "a\udfffb", "\x00", "\x00\x01\x02", "\u202e反", "\u200b", "\ufeff"])
TEXTS = st.one_of(
    st.text(max_size=40), SURROGATES, st.sampled_from(["", " ", "a" * 5000, "😀" * 300, "<b>&lt;", "'; --"])
)
NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70), st.sampled_from([0, -1, 1, 2**31, 2**63, -(2**63), 10**18, 10**30]), st.floats()
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)


def deep(levels: int = 100_000) -> bytes:
    """JSON that no reader gets to the bottom of."""
    return b"[" * levels


def mostly(usual: st.SearchStrategy[Any], junk: st.SearchStrategy[Any] = JUNK) -> st.SearchStrategy[Any]:
    """What is usual, and now and then anything: junk in every place at once is refused at the first one."""
    return st.integers(0, 11).flatmap(lambda roll: junk if roll == 11 else usual)
