"""What the service does for its own database: the old goes at night, and administrators hear of dead letters once a day."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as clock_time

import structlog

from bot.messages.catalogue import Catalogue
from bot.notices import tell_admins
from bot.poll import World
from bot.store.dead import DeadCount
from bot.store.sweeps import Keeping
from bot.store.tidying import worth_saying
from signals.core.calendar import MARKET_ZONE

TIDY, TELL_DEAD = "tidy", "dead letters"
"""Jobs in the ledger of runs."""

TIDY_AT, TIDY_UNTIL = clock_time(3, 10), clock_time(6)
"""Asia/Shanghai; nobody is told anything then."""

TELL_AT = clock_time(9, 40)
"""After the morning's digests."""

OVERDUE = timedelta(days=3)
"""A machine that sleeps at night tidies by day after so long."""

REASONS_TOLD = 5

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Upkeep:
    """Looks now and then whether something is due; the ledger knows what was done."""

    world: World
    keeping: Keeping = field(default_factory=Keeping)
    admins: Sequence[str] = ()
    """As ``channel:chat``."""

    async def look(self, now: datetime) -> None:
        """Do what is due and not done."""
        if await self._tidy_due(now):
            await self._tidy(now)
        slot = _at(now, TELL_AT)
        if slot <= now and not await self.world.store.runs.done(TELL_DEAD, slot):
            await self._tell_dead(slot, now)

    async def _tidy_due(self, now: datetime) -> bool:
        last = await self.world.store.runs.last(TIDY)
        if last is None or now - last.slot >= OVERDUE:
            return True
        quiet = TIDY_AT <= now.astimezone(MARKET_ZONE).time() < TIDY_UNTIL
        return quiet and last.slot < _at(now, TIDY_AT)

    async def _tidy(self, now: datetime) -> None:
        started = time.monotonic()
        ending = frozenset(one.name for one in self.world.detectors.values() if one.tell_end)
        counts = worth_saying(await self.world.store.tidying.tidy(self.keeping, now, ending))
        log.info("tidied", seconds=round(time.monotonic() - started, 1), **counts)
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        await self.world.store.runs.finish(TIDY, now, now, told)

    async def _tell_dead(self, slot: datetime, now: datetime) -> None:
        """Once a day at most, what was given up since the last time."""
        store = self.world.store
        last = await store.runs.last(TELL_DEAD)
        since = max(last.slot, slot - timedelta(days=7)) if last else slot - timedelta(days=1)
        found = await store.dead.counts(since, slot)
        if found:
            batch = f"{TELL_DEAD}/{slot.isoformat()}"
            await tell_admins(self.world, self.admins, batch, now, lambda texts: dead_lines(found, texts))
        await store.runs.finish(TELL_DEAD, slot, now, f"{sum(one.count for one in found)}")


def dead_lines(found: Sequence[DeadCount], texts: Catalogue) -> list[str]:
    """How many messages were given up, and why."""
    lines = [texts.text("dead-new", count=sum(one.count for one in found))]
    lines += [texts.text("dead-because", reason=one.reason, count=one.count) for one in found[:REASONS_TOLD]]
    others = sum(one.count for one in found[REASONS_TOLD:])
    if others:
        lines.append(texts.text("dead-other", count=others))
    return [*lines, texts.text("dead-look")]


def _at(now: datetime, at: clock_time) -> datetime:
    return datetime.combine(now.astimezone(MARKET_ZONE).date(), at, MARKET_ZONE)
