"""Weeks of service in minutes: every promise is kept, and neither memory nor database grows but with its days.

`make soak` runs the long one, with a line for each day.
"""

import asyncio
import gc
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, or_, select

from bot.outbox import Pace
from bot.store.tables import DELIVERIES, METADATA
from bot.subscriptions import Subscription
from signals import load_detectors
from tests.bot.publishers import world_of
from tests.bot.serving import worker_of
from tests.delivery.hurry import clock_from, hurried
from tests.delivery.post import Post, fresh, post_over
from tests.delivery.promises import Look
from tests.delivery.season import Season, settle
from tests.fakes.bot_api_faults import Fault, broken, flooded, garbage, lost, refused, reset
from tests.fakes.bot_api_load import LoadApi

DETECTORS = ("inflow_streak", "outflow_streak", "premium_spike", "discount_spike", "inflow_shock", "rising_streak")
PACE = Pace(idle_seconds=150.0)
OUTAGE_SECONDS = 420.0
SETTLED_AFTER = timedelta(minutes=40)
"""After the last moment of a day all that can arrive has arrived."""

WEATHER: Sequence[tuple[float, Callable[[], Fault]]] = (
    (0.004, lambda: refused(500, "Internal Server Error")),
    (0.004, lambda: broken(502)),
    (0.003, lambda: flooded(5)),
    (0.002, reset),
    (0.002, lost),
    (0.002, lambda: garbage(b"{")),
    (0.002, lambda: Fault(wait_seconds=6.0, performed=True)),
    (0.001, lambda: refused(400, "Bad Request: can't parse entities")),
    (0.0005, lambda: refused(403, "Forbidden: bot was blocked by the user")),
)


@dataclass
class Soak:
    """A season while it runs."""

    season: Season
    api: LoadApi
    path: Path
    readers: dict[int, Subscription] = field(default_factory=dict)
    resident_bytes: list[int] = field(default_factory=list)
    """After each day."""
    rows: list[dict[str, int]] = field(default_factory=list)
    """In each table after each day."""

    async def run(self) -> None:
        """Day by day, two processes end a day: one is stopped, one killed."""
        now = clock_from(self.season.start)
        for day in self.season.days:
            moments = list(self.season.moments(day))
            third = len(moments) // 3
            away = (moments[2 * third - 1] - self.season.start).total_seconds() + 20
            self.api.away = [(away, away + OUTAGE_SECONDS)]
            for part, killed in (
                (moments[:third], False),
                (moments[third : 2 * third], True),
                (moments[2 * third :], False),
            ):
                async with post_over(self.api, self.path, start=self.season.start, pace=PACE, killed=killed) as post:
                    await self._work(post, part, now)
                    if part[-1] is moments[-1]:
                        await _until(moments[-1] + SETTLED_AFTER, now)
                        await self._look(post, day)

    async def _work(self, post: Post, moments: Sequence[datetime], now: Callable[[], datetime]) -> None:
        """What the service does at these moments, while the drain sends."""
        if not self.readers:
            self.readers = await settle(post.store, self.season)
        detectors = load_detectors()
        world = world_of(post.store, *(detectors[one]() for one in DETECTORS))
        schedule = worker_of(world, _At(now), *self.sources).schedule()
        for moment in moments:
            await _until(moment, now)
            await schedule.run_due()
            await schedule.run_digests()
            # Not always in peace: the process may end while all of it is under way.
            await asyncio.sleep(5.0)

    def __post_init__(self) -> None:
        self.sources = self.season.sources()
        self.looked_at = self.season.start

    async def _look(self, post: Post, day: date) -> None:
        entries, self.api.journal = self.api.journal, []
        active = {key for key, one in (await post.subscriptions()).items() if one.active}
        recent = or_(DELIVERIES.c.ended_at.is_(None), DELIVERIES.c.ended_at > self.looked_at)
        rows = await post.rows(select(DELIVERIES).where(recent).order_by(DELIVERIES.c.id))
        look = Look(self.season.start, day, self.readers, active, rows, entries, post.channel.render)
        look.check()
        self.looked_at = post.now()
        tables = METADATA.sorted_tables
        counts = {one.name: (await post.rows(select(func.count()).select_from(one)))[0][0] for one in tables}
        self.rows.append(counts)
        del look, rows, entries
        gc.collect()
        self.resident_bytes.append(_resident_bytes())
        states = dict(await post.store.outbox.counts())
        sys.stderr.write(f"{day} {self.resident_bytes[-1] >> 20:5} MB  {counts['alerts']:5} alerts  {states}\n")


@dataclass
class _At:
    now: Callable[[], datetime]


async def _until(moment: datetime, now: Callable[[], datetime]) -> None:
    await asyncio.sleep(max(0.0, (moment - now()).total_seconds()))


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


def _weather(seed: int) -> Callable[[str], Fault | None]:
    drawn = random.Random(seed)  # noqa: S311

    def weather(_chat: str) -> Fault | None:
        at = drawn.random()
        for share, fault in WEATHER:
            at -= share
            if at < 0:
                return fault()
        return None

    return weather


async def _soaked(path: Path, season: Season) -> Soak:
    async with LoadApi(weather=_weather(season.seed)) as api:
        soak = Soak(season, api, path)
        await soak.run()
    return soak


SOAKS = [
    pytest.param(Season(sessions=2, readers=12), id="two days"),
    pytest.param(Season(sessions=30, readers=1000), marks=pytest.mark.slow, id="thirty days"),
]


@pytest.mark.parametrize("season", SOAKS)
def test_every_promise_is_kept_and_nothing_grows_but_with_its_days(season: Season, tmp_path: Path) -> None:
    soak = hurried(lambda: _soaked(fresh(tmp_path / "soak.db"), season))
    assert len(soak.rows) == season.sessions
    if season.sessions < 10:
        return
    early, late = soak.resident_bytes[4], soak.resident_bytes[-1]
    assert late <= early * 1.15, [one >> 20 for one in soak.resident_bytes]
    half = season.sessions // 2
    for table, last in soak.rows[-1].items():
        first, middle = soak.rows[0][table], soak.rows[half][table]
        assert last - middle <= 1.5 * (middle - first) + 100, table
