"""What administrators have set over the files, put into force: read anew at each look, made anew when it changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from bot.admin.errors import CannotError
from bot.admin.maintenance import Maintenance, maintenance_of
from bot.admin.publishers import apply_orders
from bot.admin.thresholds import tuned
from bot.messages.digest import DigestLimits
from bot.poll import Slot, World

log = structlog.get_logger(__name__)

MAX_WATCHED = "subscribers.max_watched"
MAX_RULES = "rules.max_rules"
RULE_DAILY_CAP = "rules.daily_cap"
COOLDOWN_SESSIONS = "rules.cooldown_sessions"
MAX_FUNDS = "digest.max_funds"
NOTABLE_FUNDS = "digest.notable_funds"
REMIND_SESSIONS = "alerts.remind_sessions"
LIMITS = (MAX_WATCHED, MAX_RULES, RULE_DAILY_CAP, COOLDOWN_SESSIONS, MAX_FUNDS, NOTABLE_FUNDS, REMIND_SESSIONS)
"""Settings that an administrator may change while the service runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A whole number of the settings, and the bounds that it has there."""

    key: str
    base: int
    """What the files say."""
    least: int
    most: int

    def checked(self, value: int) -> int:
        """A value within the bounds; raises CannotError that names it."""
        if not self.least <= value <= self.most:
            raise CannotError("admin-limit-wrong", word=value, name=self.key, least=self.least, most=self.most)
        return value


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """The service as it is to work now."""

    world: World
    digest: DigestLimits
    limits: Mapping[str, int]
    maintenance: Maintenance | None
    overrides: Mapping[str, Any]


@dataclass(kw_only=True)
class Office:
    """The service as the files want it, and how to get at what administrators want otherwise."""

    world: World
    digest: DigestLimits
    limits: Mapping[str, Limit]
    """By key, in the order in which they are shown."""
    where: Callable[[str], str]
    """What set a dotted key."""
    slots: Callable[[datetime, datetime], Sequence[Slot]]
    """What the timetable asks for after one moment, until another."""
    backup_folder: Path
    backups_kept: int
    _tuned: Tuned | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._plan = self.world.rules.plan

    async def tuned(self) -> Tuned:
        """What is in force now; the same object until something is changed."""
        overrides = await self.world.store.changes.overrides()
        if self._tuned is None or self._tuned.overrides != overrides:
            before = self._tuned.overrides if self._tuned else None
            self._tuned = self._made(overrides)
            apply_orders(self.world.upstreams, before, overrides)
        return self._tuned

    def limit(self, word: str) -> Limit:
        """The limit of this key, or of the only key that ends so; raises CannotError that names those there are."""
        fits = [one for one in self.limits.values() if word in {one.key, one.key.partition(".")[2]}]
        if len(fits) != 1:
            raise CannotError("admin-limit-unknown", word=word, some=" ".join(self.limits))
        return fits[0]

    def _made(self, overrides: Mapping[str, Any]) -> Tuned:
        detectors, unusable = tuned(self.world.detectors, overrides)
        if unusable:
            log.warning("overrides that no detector can use", keys=unusable)
        limits = {key: _within(one, overrides.get(key)) for key, one in self.limits.items()}
        self.world.rules.plan = replace(
            self._plan,
            max_rules=limits.get(MAX_RULES, self._plan.max_rules),
            daily_cap=limits.get(RULE_DAILY_CAP, self._plan.daily_cap),
            cooldown_sessions=limits.get(COOLDOWN_SESSIONS, self._plan.cooldown_sessions),
        )
        return Tuned(
            world=replace(
                self.world,
                detectors=detectors,
                remind_sessions=limits.get(REMIND_SESSIONS, self.world.remind_sessions),
            ),
            digest=replace(
                self.digest,
                max_funds=limits.get(MAX_FUNDS, self.digest.max_funds),
                notable_funds=limits.get(NOTABLE_FUNDS, self.digest.notable_funds),
            ),
            limits=limits,
            maintenance=maintenance_of(overrides),
            overrides=overrides,
        )


def _within(limit: Limit, value: Any) -> int:
    """An override that the settings of this program would not allow does not count."""
    return value if isinstance(value, int) and limit.least <= value <= limit.most else limit.base
