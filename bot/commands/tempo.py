"""How fast people may ask: an allowance for each speaker and each chat that fills up again with time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.commands.base import Tempo

KEPT_MAX = 10_000
"""Speakers and chats that are remembered; those who spoke longest ago are forgotten."""

PUT_BACK_MAX = timedelta(minutes=10)
"""A clock that was put back by more keeps nobody waiting until it has caught up."""


class Verdict(StrEnum):
    """What becomes of a command."""

    PASSES = "passes"
    REFUSED = "refused"
    """The first one too many: whoever said it is told."""
    IGNORED = "ignored"


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime
    told: bool = False


@dataclass
class Allowances:
    """Token buckets by name; forgotten at a restart, when everybody has rested."""

    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def take(self, tempo: Tempo, names: Mapping[str, int], weight: int, now: datetime) -> Verdict:
        """Let a command pass if all of the names can pay for it; none of them pays for one that does not.

        Behind each name stands how many allowances it has: a group speaks with more mouths than one.
        """
        if not tempo.burst:
            return Verdict.PASSES
        buckets = [self._bucket(name, _times(tempo, times), now) for name, times in names.items()]
        # What costs more than anybody can save would never pass.
        price = min(weight, tempo.burst)
        if all(one.left >= price for one in buckets):
            for one in buckets:
                one.left, one.told = one.left - price, False
            return Verdict.PASSES
        poor = [one for one in buckets if one.left < price]
        verdict = Verdict.IGNORED if all(one.told for one in poor) else Verdict.REFUSED
        for one in poor:
            one.told = True
        return verdict

    def _bucket(self, name: str, tempo: Tempo, now: datetime) -> _Bucket:
        """The allowance of a name as time has filled it, moved behind those of all others."""
        one = self._buckets.pop(name, None) or _Bucket(tempo.burst, now)
        rested_minutes = max(0.0, (now - one.at).total_seconds() / 60)
        one.left = min(tempo.burst, one.left + rested_minutes * tempo.per_minute)
        one.at = now if one.at - now > PUT_BACK_MAX else max(now, one.at)
        self._buckets[name] = one
        if len(self._buckets) > KEPT_MAX:
            del self._buckets[next(iter(self._buckets))]
        return one


def _times(tempo: Tempo, times: int) -> Tempo:
    return Tempo(burst=tempo.burst * times, per_minute=tempo.per_minute * times)
