"""Quiet hours and daily limits: whatever happens when, every alert is in exactly one message, and at its time."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts import Alert, Reason
from bot.deliveries import Gate
from bot.fanout import Fanout
from bot.messages.model import Message
from bot.outbox import Drain, Pace
from bot.preferences import Mute, QuietHours
from bot.store.database import Database
from bot.subscriptions import Language, Subscription, day_begins
from signals.core.detector import Topic
from signals.core.field import Axis
from signals.core.signal import Signal, Subject
from tests.bot.readers import Recorder, reader, words
from tests.bot.test_fanout import CODES, DETECTORS, LISTS, PROFILES, signal
from tests.builders import moment

pytestmark = pytest.mark.anyio

ZONES = ("Europe/London", "America/New_York", "Asia/Shanghai")
KINDS = ("inflow_streak", "premium_spike", "intraday_premium", "intraday_rise")
NIGHT = QuietHours(time(22, 30), time(7, 30))
FUND = Subject(Axis.FUND, "510300")
DAY = datetime(2025, 2, 11).date()


class Post(Recorder):
    """Keeps whole messages, and when each was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[tuple[str, Message]] = []

    def render(self, message: Message, *, plain: bool = False) -> list:  # type: ignore[type-arg]
        parts = super().render(message, plain=plain)
        return [replace(parts[0], markup="\n".join(part.markup for part in parts), silent=message.silent)]


@dataclass
class Night:
    """A store that may be closed and opened again between any two steps, and a clock that goes on."""

    path: Path
    at: datetime
    store: Database = field(init=False)
    post: Post = field(default_factory=Post)
    sent: list[tuple[datetime, str, str]] = field(default_factory=list)
    """When, to which chat, what."""

    async def open(self) -> None:
        self.store = Database(f"sqlite:///{self.path}")
        await self.store.open()

    async def restart(self) -> None:
        await self.store.close()
        await self.open()

    async def tell(self, alerts: Sequence[Alert], batch: str, *, silent_below: float = 0.0) -> list[int]:
        """Record alerts as a poll does; returns their numbers."""
        answered = {one.follows for one in alerts if one.follows is not None}
        fanout = Fanout(
            batch=batch,
            subscriptions=await self.store.subscriptions.active(),
            watchlists=LISTS,
            reached={one: await self.store.outbox.reached(one) for one in answered},
            detectors=DETECTORS,
            profiles=PROFILES,
            now=self.at,
            silent_below=silent_below,
        )
        await self.store.outbox.record(batch, alerts, self.at, fanout, None)
        return [one.id for one in await self.store.alerts.between(self.at, self.at) if one.batch == batch]

    async def drain(self, after: timedelta = timedelta()) -> list[str]:
        """Let time pass and send what may go; returns what was sent then."""
        self.at += after
        before = len(self.post.sent)
        while await Drain(self.store.outbox, {"test": self.post}, lambda: self.at, Pace()).once():
            pass
        new = [(self.at, address.chat, markup) for address, markup in self.post.sent[before:]]
        self.sent += new
        return [markup for _, _, markup in new]


def news(kind: str, code: str = "510300", *, number: int = 0, strength: float = 0.6) -> Alert:
    """An alert of its own day, so that it is told once."""
    made = signal(kind, Subject(Axis.FUND, code), strength)
    day = made.day + timedelta(days=number)
    return Alert(signal=replace(made, day=day, since=day, reached=day), reason=Reason.NEW)


@pytest.fixture
async def night(blank: Path, tmp_path: Path) -> Night:
    """Shortly before it is quiet in Shanghai."""
    one = Night(Path(shutil.copy(blank, tmp_path / "night.db")), moment(DAY, "22:00"))
    await one.open()
    yield one  # type: ignore[misc]
    await one.store.close()


async def test_what_comes_in_quiet_hours_arrives_when_they_are_over_as_one_message(night: Night) -> None:
    await reader(night.store, "a", *CODES, quiet=NIGHT)
    await night.tell([news("inflow_streak")], "one")
    assert len(await night.drain()) == 1
    night.at = moment(DAY, "22:31")
    await night.tell([news("premium_spike")], "two")
    assert await night.drain() == []
    night.at = moment(DAY + timedelta(days=1), "06:00")
    await night.tell([news("inflow_streak", number=1), news("premium_spike", "510500")], "three")
    assert await night.drain() == []
    await night.restart()
    assert await night.drain(timedelta(minutes=89)) == []
    (told,) = await night.drain(timedelta(minutes=1))
    assert told.splitlines() == [
        "<ETF信号提醒 02-12 07:30>",
        "<安静时段里的提醒，合并在这一条里。>",
        "<基金510300 510300>",
        f"<02-12 06:00 {_said('inflow_streak', 1)}>",
        f"<02-11 22:31 {_said('premium_spike')}>",
        "<基金510500 510500>",
        f"<02-12 06:00 {_said('premium_spike')}>",
    ]
    assert await night.drain(timedelta(days=2)) == []


def _said(kind: str, number: int = 0) -> str:
    from bot.messages.sentences import Teller  # noqa: PLC0415

    return Teller(Language.ZH, DETECTORS, DAY).sentence(news(kind, number=number).signal)
