"""Whatever readers have set, and wherever the process dies: each alert is in exactly one message, at a moment for it."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.alerts import Reason
from bot.holding import verdict
from bot.preferences import Mute, QuietHours
from bot.store.held import Held, Verdict
from bot.subscriptions import Subscription
from signals.core.detector import Topic
from tests.bot.killing import KilledError
from tests.bot.readers import reader
from tests.bot.test_fanout import CODES
from tests.bot.test_holding import Night, figure_of, news

URGENT = "intraday_premium"
KINDS = (URGENT, "inflow_streak", "premium_spike", "intraday_rise")
ZONES = ("Europe/London", "America/New_York", "Asia/Shanghai")
EVES = ("2025-02-11T12:00", "2025-03-08T20:00", "2025-03-29T20:00", "2025-10-25T20:00", "2025-11-01T20:00")
"""In UTC; before the clocks change in New York and London, on an ordinary day elsewhere."""

GRACE = timedelta(hours=1)
"""An end that the clocks skip comes when it would have come."""

READERS = st.lists(
    st.fixed_dictionaries(
        {
            "zone": st.sampled_from(ZONES),
            "quiet": st.none()
            | st.builds(QuietHours, st.sampled_from([time(22), time(0, 30)]), st.sampled_from([time(1, 30), time(7)])),
            "urgent_passes": st.booleans(),
            "daily_cap": st.sampled_from([0, 0, 1, 2]),
            "mutes": st.sampled_from([(), (Mute("510300"),), (Mute("inflow_streak"),)]),
        }
    ),
    min_size=1,
    max_size=3,
)
POLLED = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(CODES[:2])), min_size=1, max_size=3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("poll"), POLLED),
        st.tuples(st.just("correct"), st.integers(0, 9)),
        st.tuples(st.just("wait"), st.integers(1, 900)),
        st.tuples(st.sampled_from(["drain", "restart", "killed"]), st.none()),
    ),
    min_size=4,
    max_size=14,
)


@dataclass
class Story:
    """Plays steps, and knows what everybody is to get."""

    night: Night
    people: list[Subscription] = field(default_factory=list)
    kinds: dict[int, str] = field(default_factory=dict)
    """By the number of the alert's figure."""
    wanted: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Chat and figure."""
    corrected: dict[int, int] = field(default_factory=dict)
    """The figure that took the place of another."""
    open: list[tuple[int, int]] = field(default_factory=list)
    """Figure and alert id of what is not corrected."""

    async def play(self, steps: Sequence[tuple[str, Any]]) -> None:
        for what, how in steps:
            match what:
                case "poll":
                    await self._poll(how)
                case "correct" if self.open:
                    await self._correct(*self.open.pop(how % len(self.open)))
                case "wait":
                    self.night.at += timedelta(minutes=how)
                case "drain":
                    await self.drain()
                case "restart":
                    await self.night.restart()
                case "killed":
                    await self._killed()

    async def drain(self) -> None:
        """Send, and find nobody kept waiting without a reason."""
        await self.night.drain()
        for one in self.people:
            calm = one.quiet is None or not (one.quiet.ends(self.night.at, one.zone))
            calm_before = one.quiet is None or not one.quiet.ends(self.night.at - GRACE, one.zone)
            if calm and calm_before and not one.daily_cap:
                assert await self.night.store.outbox.held.waiting(one.id) == (0, None)

    async def _poll(self, seen: Sequence[tuple[str, str]]) -> None:
        first = len(self.kinds) + 1
        alerts = [news(kind, code, number=first + at) for at, (kind, code) in enumerate(dict.fromkeys(seen))]
        ids = await self.night.tell(alerts)
        for number, (one, alert_id) in enumerate(zip(alerts, ids, strict=True), first):
            signal = one.signal
            self.kinds[number] = signal.kind
            self.open.append((number, alert_id))
            for person in self.people:
                if not {mute.what for mute in person.mutes} & {signal.kind, signal.subject.code}:
                    self.wanted[person.chat, number] += 1

    async def _correct(self, number: int, alert_id: int) -> None:
        """Later figures of the same session."""
        after = len(self.kinds) + 1
        one = news(self.kinds[number], number=after, reason=Reason.CORRECTED, follows=alert_id)
        await self.night.tell([one])
        self.kinds[after] = f"corrected {self.kinds[number]}"
        self.corrected[number] = after
        for person in self.people:
            self.wanted[person.chat, after] = self.wanted[person.chat, number]

    async def _killed(self) -> None:
        """The process dies while it judges, after the first reader; a new one finds all as it was."""

        def dies(one: Subscription, held: Sequence[Held], told: int) -> Verdict:
            calls.append(one.id)
            if len(calls) > 1:
                raise KilledError
            return verdict(one, held, told, self.night.at)

        calls = list[int]()
        with suppress(KilledError):
            await self.night.store.outbox.held.judge(self.night.at, {"test"}, dies)
        await self.night.restart()

    def check(self) -> None:
        """Each alert that somebody wanted is in one message of his, none is in two, none came when it is quiet."""
        found = Counter[tuple[str, int]]()
        at = dict[tuple[str, int], datetime]()
        for when, chat, text in self.night.sent:
            numbers = [number for number in self.kinds if figure_of(number) in text]
            found.update((chat, number) for number in numbers)
            at |= {(chat, number): when for number in numbers}
            person = next(one for one in self.people if one.chat == chat)
            if person.quiet is not None and person.quiet.ends(when, person.zone):
                assert person.urgent_passes
                assert {self.kinds[number] for number in numbers} == {URGENT}
        for key, times in self.wanted.items():
            chat, number = key
            if times and found[key] != 1:
                # It was corrected before he heard of it: the correction stands in its place.
                assert found[key] == 0
                assert found[chat, self.corrected[number]] == 1
        assert {key for key in found if not self.wanted[key]} == set()
        for number, after in self.corrected.items():
            for person in self.people:
                first, second = at.get((person.chat, number)), at.get((person.chat, after))
                assert first is None or second is None or first <= second
        self._check_limits()

    def _check_limits(self) -> None:
        for one in self.people:
            days = Counter(
                when.astimezone(ZoneInfo(one.zone)).date() for when, chat, _ in self.night.sent if chat == one.chat
            )
            assert not one.daily_cap or max(days.values(), default=0) <= one.daily_cap


async def _tell(path: Path, eve: str, readers: Sequence[dict[str, Any]], steps: Sequence[tuple[str, Any]]) -> None:
    night = Night(path, datetime.fromisoformat(eve).replace(tzinfo=ZoneInfo("UTC")))
    await night.open()
    try:
        story = Story(night)
        for number, wishes in enumerate(readers):
            made = await reader(night.store, str(number), *CODES, topics=frozenset(Topic), **wishes)
            story.people.append(made)
        await story.play(steps)
        for _ in range(12):
            await story.drain()
            night.at += timedelta(hours=6)
        story.check()
    finally:
        await night.store.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(EVES), READERS, STEPS)
def test_every_alert_is_in_exactly_one_message_at_a_moment_for_it(
    blank: Path, eve: str, readers: list[dict[str, Any]], steps: list[tuple[str, Any]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(blank, Path(folder) / "story.db"))
        asyncio.run(_tell(path, eve, readers, steps))
