"""How publishers are treated: who may be asked now, how fast, and how often a day."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from signals.core.calendar import MARKET_ZONE


class Outcome(StrEnum):
    """What came of asking a publisher."""

    TABLE = "table"
    NOT_PUBLISHED = "not_published"
    REFUSED = "refused"
    """A table that a gate refused, or that could not be read."""
    UNAVAILABLE = "unavailable"
    LIMITED = "limited"
    DEFECT = "defect"


_HOST_FAILED = frozenset({Outcome.UNAVAILABLE, Outcome.LIMITED})
"""A table that is refused says nothing against the way to its host."""


@dataclass(frozen=True, kw_only=True)
class Manners:
    """What we allow ourselves."""

    pause_seconds: float = 1.0
    """From one reading of a host to the next."""
    tries: int = 2
    """Of a reading of one request that cannot be reached."""
    back_off_seconds: float = 3.0
    """Before the second try; twice as long before each further one, by chance up to half more."""
    failures_max: int = 3
    """So many readings in a row that fail, and the host is left alone; one that refuses us is at once."""
    rest: timedelta = timedelta(minutes=15)
    """For how long; twice as long after each probe that fails too."""
    rest_max: timedelta = timedelta(hours=4)
    readings: Mapping[str, int] = field(default_factory=dict)
    """Hosts that are asked at most so many times a day; the others as often as the timetable wants."""


@dataclass
class _Host:
    failures: int = 0
    rest: timedelta | None = None
    """How long it was left alone last; None while the circuit is closed."""
    rests_until: datetime | None = None
    asked_at: float = float("-inf")
    """On the event loop's clock."""
    readings: Counter[date] = field(default_factory=Counter)


class Upstreams:
    """One circuit breaker, pace and daily allowance for each host.

    The circuit opens when a host refuses us or fails several times in a row. Once its rest is over the next
    reading is a probe: a good one closes the circuit, a bad one doubles the rest.
    """

    def __init__(self, manners: Manners | None = None) -> None:
        self.manners = manners or Manners()
        self._hosts: dict[str, _Host] = {}
        self._not_before: dict[str, datetime] = {}

    def refusal(self, host: str, now: datetime) -> str | None:
        """Why a host is not to be asked now; None where it may be."""
        one = self._hosts.get(host, _Host())
        if one.rests_until is not None and now < one.rests_until:
            return f"{host} is left alone until {one.rests_until.astimezone(MARKET_ZONE):%H:%M}"
        if self.allowances(now).get(host, 1) == 0:
            return f"{host} was asked {self.manners.readings[host]}× today, which is all that is allowed"
        return None

    @property
    def hosts(self) -> frozenset[str]:
        """Every host that has been asked or that has an allowance."""
        return frozenset(self._hosts.keys() | self.manners.readings.keys())

    def allowances(self, now: datetime) -> dict[str, int]:
        """How often each host that has an allowance may still be asked today."""
        today = _day(now)
        made = {host: self._hosts.get(host, _Host()).readings[today] for host in self.manners.readings}
        return {host: max(0, most - made[host]) for host, most in self.manners.readings.items()}

    def resting(self, now: datetime) -> dict[str, datetime]:
        """The hosts whose circuit is open, and until when."""
        return {
            name: one.rests_until
            for name, one in self._hosts.items()
            if one.rests_until is not None and now < one.rests_until
        }

    def rest(self, host: str, until: datetime) -> None:
        """Leave a host alone by hand; the first reading afterwards is a probe."""
        one = self._hosts.setdefault(host, _Host())
        one.rest, one.rests_until = self.manners.rest, until

    def release(self, name: str) -> None:
        """Ask a host, or a source, again as if nothing had been."""
        if name in self._hosts:
            one = self._hosts[name]
            one.failures, one.rest, one.rests_until = 0, None, None
        self._not_before.pop(name, None)

    def held(self, now: datetime) -> dict[str, datetime]:
        """The sources that are not asked yet, and until when."""
        return {name: until for name, until in self._not_before.items() if now < until}

    def postpone(self, source: str, until: datetime) -> None:
        """Remember that a publisher said when its table will be out."""
        self._not_before[source] = until

    def postponed(self, source: str, now: datetime) -> bool:
        """Whether it is too early to ask a source again."""
        return now < self._not_before.get(source, now)

    def put_back(self, by: timedelta) -> None:
        """The clock was put back: what was to last a while from then lasts no longer for that."""
        for one in self._hosts.values():
            one.rests_until = one.rests_until and one.rests_until - by
        self._not_before = {name: until - by for name, until in self._not_before.items()}

    async def turn(self, host: str) -> None:
        """Wait until the host has had its pause since it was asked last."""
        one, loop = self._hosts.setdefault(host, _Host()), asyncio.get_running_loop()
        wait = one.asked_at + self.manners.pause_seconds - loop.time()
        one.asked_at = max(loop.time(), one.asked_at + self.manners.pause_seconds)
        if wait > 0:
            await asyncio.sleep(wait)

    def note(self, host: str, outcome: Outcome, now: datetime, retry_after: timedelta | None = None) -> None:
        """Learn from a reading."""
        one = self._hosts.setdefault(host, _Host())
        one.readings[_day(now)] += 1
        if outcome not in _HOST_FAILED:
            one.failures, one.rest, one.rests_until = 0, None, None
            return
        one.failures += 1
        if outcome is Outcome.LIMITED or one.rest is not None or one.failures >= self.manners.failures_max:
            rest = self.manners.rest if one.rest is None else one.rest * 2
            one.rest = max(min(rest, self.manners.rest_max), retry_after or timedelta())
            one.rests_until = now + one.rest

    def remember(self, readings: Iterable[tuple[str, Outcome, datetime]]) -> None:
        """Learn from readings of an earlier run of the program, oldest first."""
        for host, outcome, at in readings:
            self.note(host, outcome, at)


def _day(now: datetime) -> date:
    return now.astimezone(MARKET_ZONE).date()
