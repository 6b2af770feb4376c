"""Python looks for garbage seldom in a service, and still finds it."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from bot.garbage import collect_seldom


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


class Ring:
    """Refers to itself."""

    def __init__(self) -> None:
        self.me = self


def test_what_is_there_is_not_looked_at_and_what_refers_to_itself_still_goes() -> None:
    collect_seldom()
    assert gc.get_freeze_count() > 10_000
    gone = weakref.ref(Ring())
    kept = [Ring() for _ in range(200_000)]
    assert gone() is None, "a look came on the way to 50,000 new objects"
    del kept
