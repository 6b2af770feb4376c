"""What is broken: said once when it breaks and once when it is back."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.poll import PollReport
from bot.sources.upstreams import Outcome
from bot.store.fetches import Fetch

log = structlog.get_logger(__name__)

RECALLED = timedelta(days=7)
"""How far back an earlier process is recalled."""

_FINE = frozenset({Outcome.TABLE, Outcome.NOT_PUBLISHED})


@dataclass(frozen=True, slots=True)
class Change:
    """A source that broke, or is back."""

    source: str
    reason: str
    """Why it broke; empty where it is back."""


class Health:
    """Remembers which sources fail, so that a failure is news only once."""

    def __init__(self) -> None:
        self._failing: dict[str, str] = {}

    @property
    def failing(self) -> dict[str, str]:
        """The reason of each source that fails now, by its name."""
        return dict(self._failing)

    def recall(self, fetches: Iterable[Fetch]) -> None:
        """Learn from readings of an earlier process, oldest first, what it has told of.

        A source that failed twice in a row was told of the first time or, where the process died in between, the
        second. One that has failed just once may not have been.
        """
        fared: defaultdict[str, dict[datetime, Fetch]] = defaultdict(dict)
        for one in fetches:
            fared[one.source][one.at] = one
        for source, by_poll in fared.items():
            last = [*by_poll.values()][-2:]
            if len(last) > 1 and not any(one.outcome in _FINE for one in last):
                self._failing[source] = last[-1].detail

    def note(self, report: PollReport) -> list[Change]:
        """Log and return what has changed for the worse or the better since these sources were last asked."""
        changes = []
        for name in report.collected.asked:
            reason = report.collected.broken.get(name)
            if reason and name not in self._failing:
                log.warning("source broken", source=name, why=reason)
                changes.append(Change(name, reason))
            if not reason and name in self._failing:
                log.info("source back", source=name)
                changes.append(Change(name, ""))
            self._failing.pop(name, None)
            if reason:
                self._failing[name] = reason
        return changes
