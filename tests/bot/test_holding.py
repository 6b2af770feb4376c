"""Quiet hours and daily limits: what waits, until when, and how it is told then."""

import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

import bot.holding
from bot.alerts import Alert, Reason
from bot.channels.base import Part
from bot.deliveries import SendFailedError
from bot.fanout import Fanout
from bot.messages.letters import Letter
from bot.messages.model import Message, plain
from bot.messages.sentences import Teller
from bot.outbox import Drain, Pace
from bot.preferences import Mute, QuietHours
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from bot.subscriptions import Language
from signals.core.detector import Topic
from signals.core.field import Axis
from signals.core.signal import Subject
from tests.bot.readers import Recorder, reader, words
from tests.bot.test_fanout import CODES, DETECTORS, LISTS, PROFILES, signal
from tests.builders import LAST_DAY, moment

pytestmark = pytest.mark.anyio

NIGHT = QuietHours(time(22, 30), time(7, 30))
DAY, TOMORROW = LAST_DAY, LAST_DAY + timedelta(days=1)


class Post(Recorder):
    """A channel whose messages have one part each."""

    def render(self, message: Message, *, plain: bool = False) -> list[Part]:
        return [Part(markup=words(message), silent=message.silent)]


@dataclass
class Night:
    """A store that may be closed and opened again between any two steps, and a clock that goes on."""

    path: Path
    at: datetime
    store: Database = field(init=False)
    post: Post = field(default_factory=Post)
    sent: list[tuple[datetime, str, str]] = field(default_factory=list)
    """When, to which chat, what."""
    polls: int = 0

    async def open(self) -> None:
        self.store = Database(f"sqlite:///{self.path}")
        await self.store.open()

    async def restart(self) -> None:
        await self.store.close()
        await self.open()

    async def tell(self, alerts: Sequence[Alert]) -> list[int]:
        """Record alerts as a poll does; returns their numbers."""
        self.polls += 1
        batch = f"poll {self.polls}"
        answered = {one.follows for one in alerts if one.follows is not None}
        fanout = Fanout(
            batch=batch,
            subscriptions=await self.store.subscriptions.active(),
            watchlists=LISTS,
            reached={one: await self.store.outbox.reached(one) for one in answered},
            detectors=DETECTORS,
            profiles=PROFILES,
            now=self.at,
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


def news(kind: str, code: str = "510300", *, number: int = 1, **more: Any) -> Alert:
    """An alert that can be told from all others by its figure, see `figure_of`."""
    made = signal(kind, Subject(Axis.FUND, code))
    figures = {
        name: replace(one, value=(100 + number) * 1e8)
        for name, one in made.evidence.items()
        if name != "premium" or kind != "intraday_rise"
    }
    day = made.day + timedelta(days=number)
    one = replace(made, day=day, since=day, reached=day, evidence=figures)
    return Alert(signal=one, **{"reason": Reason.NEW, **more})


def figure_of(number: int) -> str:
    """What stands in the words of an alert, and of no other."""
    return f"{100 + number}.00亿元"


@pytest.fixture
async def night(blank: Path, tmp_path: Path) -> AsyncIterator[Night]:
    """Shortly before it is quiet in Shanghai."""
    one = Night(Path(shutil.copy(blank, tmp_path / "night.db")), moment(DAY, "22:00"))
    await one.open()
    yield one
    await one.store.close()


def said(kind: str, number: int) -> str:
    """The sentence of an alert."""
    return Teller(Language.ZH, DETECTORS, DAY).sentence(news(kind, number=number).signal)


async def test_what_comes_in_quiet_hours_arrives_when_they_are_over_as_one_message(night: Night) -> None:
    await reader(night.store, "a", *CODES, quiet=NIGHT)
    await night.tell([news("inflow_streak", number=1)])
    assert len(await night.drain()) == 1
    night.at = moment(DAY, "22:31")
    await night.tell([news("premium_spike", number=2)])
    assert await night.drain() == []
    night.at = moment(TOMORROW, "06:00")
    await night.tell([news("inflow_streak", number=3), news("premium_spike", "510500", number=4)])
    assert await night.drain() == []
    await night.restart()
    assert await night.drain(timedelta(minutes=89)) == []
    (told,) = await night.drain(timedelta(minutes=1))
    assert told.splitlines() == [
        "ETF信号提醒 02-12 07:30",
        "安静时段里的提醒，合并在这一条里。",
        "基金510300 510300",
        f"02-12 06:00 {said('inflow_streak', 3)}",
        f"02-11 22:31 {said('premium_spike', 2)}",
        "基金510500 510500",
        f"02-12 06:00 {said('premium_spike', 4)}",
    ]
    assert await night.drain(timedelta(days=2)) == []


async def test_a_single_held_alert_says_so_in_english(night: Night) -> None:
    await reader(night.store, "a", *CODES, quiet=NIGHT, language=Language.EN)
    night.at = moment(DAY, "23:00")
    await night.tell([news("inflow_streak", number=1)])
    assert await night.drain() == []
    (told,) = await night.drain(timedelta(hours=9))
    assert told.splitlines()[:2] == ["ETF signals 02-12 08:00", "Collected here during your quiet hours."]


@pytest.mark.parametrize("rung", [0, 2])
async def test_a_correction_of_what_is_held_takes_its_place(night: Night, rung: int) -> None:
    await reader(night.store, "a", *CODES, quiet=NIGHT)
    night.at = moment(DAY, "23:00")
    (first,) = await night.tell([news("inflow_streak", number=1)])
    night.at = moment(TOMORROW, "06:00")
    over = news("inflow_streak", number=2, reason=Reason.CORRECTED, follows=first)
    await night.tell([replace(over, signal=replace(over.signal, rung=rung, day=LAST_DAY))])
    (told,) = await night.drain(timedelta(hours=2))
    assert figure_of(1) not in told
    assert figure_of(2) in told
    assert ("一度出现，后按最新数据不成立" if rung == 0 else "已按最新数据更正") in told
    assert "此前提示" not in told


async def test_a_correction_of_what_was_told_before_the_quiet_says_so_after_it(night: Night) -> None:
    await reader(night.store, "a", *CODES, quiet=NIGHT)
    (first,) = await night.tell([news("inflow_streak", number=1)])
    await night.drain()
    night.at = moment(DAY, "23:00")
    over = news("inflow_streak", number=2, reason=Reason.CORRECTED, follows=first)
    (second,) = await night.tell([replace(over, signal=replace(over.signal, rung=0))])
    again = news("inflow_streak", number=3, reason=Reason.CORRECTED, follows=second)
    await night.tell([replace(again, signal=replace(again.signal, rung=3))])
    (told,) = await night.drain(timedelta(hours=9))
    assert "更正为：" in told
    assert figure_of(2) not in told
    assert night.post.answers == ["", "1"]


async def test_premiums_of_this_minute_pass_by_choice_and_nothing_else_does(night: Night) -> None:
    topics = frozenset(Topic)
    await reader(night.store, "lets", *CODES, quiet=NIGHT, topics=topics, urgent_passes=True)
    await reader(night.store, "keeps", *CODES, quiet=NIGHT, topics=topics)
    night.at = moment(DAY, "23:00")
    await night.tell([news("intraday_premium", number=1), news("intraday_rise", number=2)])
    (now,) = await night.drain()
    assert figure_of(1) in now
    assert figure_of(2) not in now
    later = await night.drain(timedelta(hours=9))
    assert [[figure_of(one) in told for one in (1, 2)] for told in later] == [[False, True], [True, True]]


async def test_what_could_not_be_sent_before_the_quiet_does_not_break_it(night: Night) -> None:
    await reader(night.store, "a", *CODES, quiet=NIGHT)
    night.at = moment(DAY, "22:29")
    night.post.failures = {1: SendFailedError("out of reach", retry_after_seconds=120)}
    await night.tell([news("inflow_streak", number=1)])
    assert await night.drain() == []
    assert await night.drain(timedelta(minutes=10)) == []
    night.at = moment(TOMORROW, "07:30")
    (told,) = await night.drain()
    assert figure_of(1) in told


async def test_settings_that_change_are_obeyed_at_once_by_what_waits(night: Night) -> None:
    mine = await reader(night.store, "a", *CODES, quiet=NIGHT)
    night.at = moment(DAY, "23:00")
    await night.tell([news("inflow_streak", number=1)])
    assert await night.drain() == []
    assert await night.store.outbox.held.waiting(mine.id) == (1, moment(TOMORROW, "07:30"))
    await night.store.subscriptions.save(replace(mine, quiet=QuietHours(time(22), time(6))), night.at)
    await night.store.outbox.held.judge_again(mine.id, night.at)
    assert await night.drain() == []
    assert await night.store.outbox.held.waiting(mine.id) == (1, moment(TOMORROW, "06:00"))
    await night.store.subscriptions.save(replace(mine, quiet=None), night.at)
    await night.store.outbox.held.judge_again(mine.id, night.at)
    (told,) = await night.drain()
    assert figure_of(1) in told


@pytest.mark.parametrize("muted", ["510300", "inflow_streak"])
async def test_what_is_muted_while_it_waits_is_left_out(night: Night, muted: str) -> None:
    mine = await reader(night.store, "a", *CODES, quiet=NIGHT)
    (before,) = await night.tell([news("inflow_streak", number=5)])
    await night.drain()
    night.at = moment(DAY, "23:00")
    over = news("inflow_streak", number=6, reason=Reason.CORRECTED, follows=before)
    (first,) = await night.tell([news("inflow_streak", number=1)])
    await night.tell([replace(over, signal=replace(over.signal, rung=0, day=LAST_DAY))])
    again = news("inflow_streak", number=2, reason=Reason.CORRECTED, follows=first)
    await night.tell(
        [replace(again, signal=replace(again.signal, day=LAST_DAY)), news("premium_spike", "510500", number=3)]
    )
    assert await night.drain() == []
    await night.store.subscriptions.save(replace(mine, mutes=(Mute(muted),)), night.at)
    (told,) = await night.drain(timedelta(hours=9))
    # What he has got is corrected even so; what he has not is gone with its correction.
    assert [figure_of(one) in told for one in (1, 2, 3, 6)] == [False, False, True, True]
    assert await night.drain(timedelta(days=2)) == []


async def test_a_message_of_which_all_is_muted_goes_nowhere_and_does_not_count_as_told(night: Night) -> None:
    mine = await reader(night.store, "a", *CODES, quiet=NIGHT)
    other = await reader(night.store, "b", *CODES, quiet=NIGHT)
    night.at = moment(DAY, "23:00")
    (first, _) = await night.tell([news("inflow_streak", number=1), news("premium_spike", "510500", number=2)])
    for one in (mine, other):
        await night.store.subscriptions.save(replace(one, mutes=(Mute("510300"), Mute("premium_spike"))), night.at)
    assert await night.drain(timedelta(hours=9)) == []
    assert await night.store.outbox.reached(first) == frozenset()
    assert await night.store.outbox.held.waiting(other.id) == (0, None)
    await night.tell([news("inflow_streak", "510500", number=3)])
    assert [figure_of(3) in told for told in await night.drain()] == [True, True]


async def test_a_message_that_does_not_wait_loses_what_is_muted_and_nothing_else(night: Night) -> None:
    mine = await reader(night.store, "a", *CODES, quiet=NIGHT)
    await night.tell([news("inflow_streak", number=1), news("premium_spike", "510500", number=2)])
    await night.store.subscriptions.save(replace(mine, mutes=(Mute("510300"),)), night.at)
    (told,) = await night.drain()
    assert told.splitlines() == ["ETF信号提醒 02-11 22:00", "基金510500 510500", said("premium_spike", 2)]


async def test_what_is_beyond_the_daily_limit_comes_together_the_next_morning(night: Night) -> None:
    await reader(night.store, "a", *CODES, daily_cap=2)
    night.at = moment(DAY, "10:00")
    for number in range(1, 6):
        await night.tell([news("inflow_streak", number=number)])
        await night.drain(timedelta(minutes=1))
    assert [one[2].splitlines()[-1] for one in night.sent] == [said("inflow_streak", number) for number in (1, 2)]
    night.at = moment(TOMORROW, "07:59")
    assert await night.drain() == []
    (told,) = await night.drain(timedelta(minutes=1))
    assert told.splitlines()[:2] == ["ETF信号提醒 02-12 08:00", "超出每日2条上限的提醒，合并在这一条里。"]
    assert [figure_of(number) in told for number in range(1, 6)] == [False, False, True, True, True]
    await night.tell([news("inflow_streak", number=6)])
    assert len(await night.drain()) == 1
    await night.tell([news("inflow_streak", number=7)])
    assert await night.drain() == []


async def test_the_rest_of_the_day_comes_when_the_night_is_over(night: Night) -> None:
    await reader(night.store, "a", *CODES, daily_cap=1, quiet=NIGHT)
    night.at = moment(DAY, "10:00")
    await night.tell([news("inflow_streak", number=1)])
    await night.drain()
    await night.tell([news("inflow_streak", number=2)])
    assert await night.drain() == []
    night.at = moment(DAY, "23:00")
    await night.tell([news("inflow_streak", number=3)])
    assert await night.drain() == []
    night.at = moment(TOMORROW, "07:30")
    (told,) = await night.drain()
    assert told.splitlines()[1:3] == ["超出每日1条上限的提醒，合并在这一条里。", "安静时段里的提醒，合并在这一条里。"]
    assert figure_of(2) in told
    assert figure_of(3) in told


async def test_a_digest_comes_in_quiet_hours_and_counts_for_no_limit(night: Night) -> None:
    mine = await reader(night.store, "a", *CODES, daily_cap=1, quiet=NIGHT)
    night.at = moment(DAY, "23:00")
    await night.store.outbox.enqueue(
        [NewDelivery(batch="digest", subscription_id=mine.id, message=plain("日报"), due_at=night.at)]
    )
    assert await night.drain() == ["日报"]
    night.at = moment(TOMORROW, "09:00")
    await night.tell([news("inflow_streak", number=1)])
    assert len(await night.drain()) == 1


async def test_a_defect_while_merging_loses_nothing(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    await reader(night.store, "a", *CODES, quiet=NIGHT)
    night.at = moment(DAY, "23:00")
    for number in (1, 2):
        await night.tell([news("inflow_streak", number=number)])
        assert await night.drain() == []

    def broken(*_: object) -> Letter:
        raise LookupError

    monkeypatch.setattr(bot.holding, "merged", broken)
    assert [figure_of(1) in one for one in await night.drain(timedelta(hours=9))] == [True, False]


@pytest.mark.parametrize(
    ("zone", "now", "over"),
    [
        ("Europe/London", "2025-10-26T00:10+00:00", "2025-10-26T00:30+00:00"),
        ("Europe/London", "2025-10-26T01:10+00:00", "2025-10-26T01:30+00:00"),
        ("Europe/London", "2025-03-30T00:40+00:00", "2025-03-30T01:30+00:00"),
    ],
)
def test_quiet_never_ends_in_the_past_when_the_clocks_change(zone: str, now: str, over: str) -> None:
    found = QuietHours(time(23), time(1, 30)).ends(datetime.fromisoformat(now), zone)
    assert found is not None
    assert found.astimezone(UTC) == datetime.fromisoformat(over)
