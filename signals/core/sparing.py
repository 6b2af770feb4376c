"""Detectors over a history whose results do not all fit in memory, or only at a price.

What one detector works out of a panel serves others. Who asks for what is seen in a rehearsal on a few sessions; then
each result is given back once the last who wants it has had it, and those take turns beside each other that do not
wait for the same.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from itertools import chain
from threading import Lock
from typing import Any, TypeVar

from signals.core.detector import Detector
from signals.core.panel import Derived, Panel
from signals.core.turns import at_once

Compute = Callable[[Panel], Any]
Made = TypeVar("Made")

REHEARSED_SESSIONS = 3
"""Enough to ask all that is asked; what only shows on more is computed twice, and nothing worse."""

_ASKING: ContextVar[Hashable] = ContextVar("asking", default=None)
"""The detector at work, or the result of a panel that is being worked out."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Watched(Panel):
    """A panel that knows who asks."""

    def _computed(self, compute: Callable[[Panel], Derived]) -> Derived:
        with _asking(compute):
            made = super()._computed(compute)
        self.served(compute)
        return made

    def served(self, who: Hashable) -> None:
        """Somebody has had all that he asked for."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rehearsal(_Watched):
    """A panel that notes who asks for which of its results."""

    asks: dict[Hashable, set[Compute]] = field(default_factory=lambda: defaultdict(set))

    def derive(self, compute: Callable[[Panel], Derived]) -> Derived:
        """The result, as ever."""
        self.asks[_ASKING.get()].add(compute)
        return super().derive(compute)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sparing(_Watched):
    """A panel that gives results back once all have had them who asked for them in a rehearsal."""

    asks: dict[Hashable, set[Compute]]
    left: Counter[Compute]
    """How many are still to ask for each result."""
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def served(self, who: Hashable) -> None:
        """Give back what nobody else will ask for."""
        with self._lock:
            for one in self.asks.pop(who, ()):
                self.left[one] -= 1
                if not self.left[one]:
                    self.forget(one)

    def open(self, who: Hashable) -> set[Compute]:
        """What has to be worked out yet for somebody."""
        found, waiting = set[Compute](), [who]
        while waiting:
            new = {one for one in self.asks.get(waiting.pop(), ()) if one not in self._derived} - found
            found |= new
            waiting.extend(new)
        return found

    def next_of(self, waiting: Sequence[Detector], busy: Sequence[Detector]) -> int:
        """Which detector waits least for what others are working out, and then leaves the least behind."""
        taken = set[Compute]().union(*map(self.open, busy))

        def price(at: int) -> tuple[int, int]:
            needed = self.open(waiting[at])
            return len(taken & needed), len(needed) - self.last(waiting[at])

        return min(range(len(waiting)), key=price)

    def last(self, who: Hashable) -> int:
        """How many results are there that nobody else will ask for."""
        asked = set[Compute]().union(*(self.asks.get(one, ()) for one in (who, *self.open(who))))
        return sum(self.left[one] == 1 and one in self._derived for one in asked)


@contextmanager
def _asking(who: Hashable) -> Iterator[None]:
    """Note who asks, for as long as he does."""
    before = _ASKING.set(who)
    try:
        yield
    finally:
        _ASKING.reset(before)


def once(work: Callable[[Detector, Panel], Made], panel: Panel, detectors: Collection[Detector]) -> list[Made]:
    """What some work makes of each detector's findings in a panel, in their order; the panel keeps nothing of it.

    Work is given a panel of the same figures, and asks it for nothing later on. Raises what the first of it raises that
    fails.
    """
    rehearsal = Rehearsal(**_parts(panel.newest(REHEARSED_SESSIONS)))
    for one in detectors:
        # Who stumbles here is heard when it matters, and until then asks for what he has asked for.
        with _asking(one), suppress(Exception):
            one.findings(rehearsal)
    left = Counter(chain.from_iterable(rehearsal.asks.values()))
    sparing = Sparing(**_parts(panel), asks=dict(rehearsal.asks), left=left)

    def worked(one: Detector) -> Made:
        try:
            with _asking(one):
                return work(one, sparing)
        finally:
            sparing.served(one)

    try:
        return at_once(worked, detectors, sparing.next_of)
    finally:
        sparing.release()


def _parts(panel: Panel) -> dict[str, Any]:
    return {one.name: getattr(panel, one.name) for one in fields(Panel) if one.init and one.name != "_derived"}
