"""What was published after a reader's evening digest, so that the morning one can call it new."""

from collections.abc import Iterable
from datetime import date, datetime

from bot.messages.missing import named_apart
from bot.messages.wishes import Came
from bot.store.market import Told
from signals.core.snapshot import Dataset

_REVISED = frozenset({Dataset.SHARES, Dataset.MARGIN})
"""Of these a later table means other figures; of the others it brings more funds."""


class News:
    """The tables of one session; readers with the same minute are told the same of them."""

    def __init__(self, told: Iterable[Told]) -> None:
        self._told = [one for one in told if named_apart(one.dataset)]
        self._since: dict[datetime, tuple[Came, ...]] = {}

    def since(self, moment: datetime, day: date) -> tuple[Came, ...]:
        """What came after a moment and was not out before, and what took the place of something that was."""
        if moment not in self._since:
            self._since[moment] = self._found(moment, day)
        return self._since[moment]

    def _found(self, moment: datetime, day: date) -> tuple[Came, ...]:
        before = [one for one in self._told if one.known_at <= moment]
        there = {(one.dataset, one.scope) for one in before}
        sources = {(one.dataset, one.scope, one.source) for one in before}
        soft = {(one.dataset, one.scope) for one in before if one.provisional}
        found = set[Came]()
        for one in self._told:
            key = one.dataset, one.scope
            if one.known_at <= moment:
                continue
            if key not in there:
                found.add(Came(one.dataset, one.scope, day))
            elif one.dataset in _REVISED and ((*key, one.source) in sources or (key in soft and not one.provisional)):
                found.add(Came(one.dataset, one.scope, day, revises=True))
        return tuple(sorted(found, key=lambda one: (one.dataset, one.scope, one.revises)))
