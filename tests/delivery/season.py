"""Some weeks of a small market that never rests, and readers who all wish something else."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

import pandas as pd

from bot.preferences import QuietHours
from bot.rules import RuleDraft, Telling
from bot.rulings import Rulings
from bot.sources.base import Source, UnavailableError
from bot.store.database import Database
from bot.subscriptions import ALL_FUNDS, Subscription
from signals.rules import parse
from tests.bot.publishers import Publisher, past, publishers
from tests.bot.serving import TIMETABLE
from tests.builders import CALENDAR, LAST_DAY, Market, market, moment

FUNDS = tuple(f"5103{number:02}" for number in range(12)) + tuple(f"1599{number:02}" for number in range(12))
PAST_SESSIONS = 30
MINUTES = (time(17, 45), time(18), time(18, 30), time(20, 30), time(21, 15))
"""At which readers have their evening digests."""

QUIET = QuietHours(time(21, 45), time(7, 30))
RULES = ("净流入 > 0 且 涨跌幅 > 1%", "涨跌幅 > 3%", "涨跌幅 < -3%")
AWAY = 0.05
"""Share of the sessions of which a publisher tells nothing at first."""


@dataclass(eq=False)
class Moody(Publisher):
    """Answers for some sessions at the second time of asking only."""

    away: set[date] = field(default_factory=set)

    def fetch(self, day: date) -> pd.DataFrame:
        if day in self.away:
            self.away.discard(day)
            raise UnavailableError(f"{self.name} is away")
        return super().fetch(day)


@dataclass(frozen=True)
class Season:
    """So many sessions up to the reference day, after a month that is known."""

    sessions: int
    readers: int
    seed: int = 23

    @cached_property
    def days(self) -> Sequence[date]:
        return CALENDAR.window(LAST_DAY, self.sessions)

    @property
    def start(self) -> datetime:
        """Early on the first day."""
        return moment(self.days[0], "07:00")

    @cached_property
    def market(self) -> Market:
        drawn = random.Random(self.seed)  # noqa: S311
        made = market(PAST_SESSIONS + self.sessions)
        for code in FUNDS:
            close, shares, closes, counts = 1.0, 2e8, list[float](), list[float]()
            for _ in made.sessions:
                close *= 1 + drawn.gauss(0, 0.02)
                shares *= 1 + drawn.gauss(0, 0.03)
                closes.append(round(close, 3))
                counts.append(round(shares, -4))
            navs = [round(one * (1 + drawn.gauss(0, 0.004)), 4) for one in closes]
            made = made.fund(code, close=closes, nav=navs, shares=counts, volume=3e8, amount=4e8)
        return made

    def sources(self) -> list[Source]:
        """Who publishes it; each is away now and then when it is asked for the first time."""
        drawn = random.Random(self.seed + 1)  # noqa: S311
        return [
            Moody(one.dataset, one.scope, one.tables, away={day for day in self.days if drawn.random() < AWAY})
            for one in publishers(self.market).values()
        ]

    def moments(self, day: date) -> Iterator[datetime]:
        """When something may be due on a day, in order."""
        times = {*TIMETABLE.morning, TIMETABLE.morning_digest, TIMETABLE.morning_digest_latest, TIMETABLE.close}
        times |= {TIMETABLE.weekly, TIMETABLE.monthly, *MINUTES, *TIMETABLE.evening, time(22, 30)}
        return (moment(day, f"{one:%H:%M}") for one in sorted(times))


def wishes(number: int, drawn: random.Random) -> dict[str, object]:
    """What a reader wants."""
    return {
        "watched": frozenset({ALL_FUNDS}) if number % 25 == 0 else frozenset(drawn.sample(FUNDS, 3)),
        "evening_digest": None if number % 7 == 0 else drawn.choice(MINUTES),
        "morning_digest": number % 2 == 0,
        "weekly_digest": number % 3 == 0,
        "quiet": QUIET if number % 3 == 1 else None,
        "daily_cap": drawn.choice([1, 2]) if number % 3 == 2 else 0,
    }


async def settle(store: Database, season: Season) -> dict[int, Subscription]:
    """The readers, with a rule of his own for every fifth; the past is known."""
    drawn = random.Random(season.seed)  # noqa: S311
    await past(store, season.market, season.days[0])
    found = dict[int, Subscription]()
    for number in range(1, season.readers + 1):
        wanted = Subscription(id=0, channel="telegram", chat=str(number), **wishes(number, drawn))  # type: ignore[arg-type]
        one = found[number] = await store.subscriptions.save(wanted, season.start - timedelta(days=1))
        if number % 5 == 0:
            await _add_rule(store, one, drawn.choice(RULES), season.start)
    return {one.id: one for one in found.values()}


async def _add_rule(store: Database, who: Subscription, text: str, now: datetime) -> None:
    rule = parse(text, Rulings().vocabulary({}, []))
    draft = RuleDraft(
        channel=who.channel, chat=who.chat, thread="", text=rule.whole, said=text, telling=Telling(), share=0.0
    )
    draft_id = await store.rules.draft(draft, now)
    await store.rules.add(who.id, replace(draft, id=draft_id), now, 20)
