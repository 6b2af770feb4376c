"""What was promised to readers, held against a server's journal and the outbox at the end of a day."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Row

from bot.channels.base import Part
from bot.deliveries import NOBODY_KNOWS, Gate, Priority, State
from bot.digest import ends_week
from bot.messages.model import Message, from_json
from bot.subscriptions import Subscription, day_begins, evening_minute
from tests.builders import CALENDAR
from tests.delivery.post import REPEATED
from tests.fakes.bot_api_load import OK, Entry

_Text = tuple[str, str]
"""A chat, and words of a message for it."""


@dataclass
class Look:
    """One look at everything, once all of the day's messages are at their end."""

    start: datetime
    """When the server's clock showed 0."""
    day: date
    readers: Mapping[int, Subscription]
    active: Collection[int]
    rows: Sequence[Row[Any]]
    """The deliveries that have not ended, or did since the look before."""
    entries: Sequence[Entry]
    """The server's journal since the look before."""
    render: Callable[..., list[Part]]

    def check(self) -> None:
        """Fail where a promise is broken."""
        for text, calls in self._calls.items():
            self._check_once(text, calls)
        for row in self.rows:
            self._check_end(row)
        self._check_digests()
        self._check_caps()

    @cached_property
    def _written(self) -> dict[_Text, Row[Any]]:
        """The message that words belong to."""
        found = dict[_Text, Row[Any]]()
        for row in self.rows:
            for text in self._texts(row):
                found[self.readers[row.subscription_id].chat, text] = row
        return found

    def _texts(self, row: Row[Any]) -> list[str]:
        message: Message = from_json(row.message)
        parts = [*self.render(message), *self.render(message, plain=True)]
        return [one.markup for one in parts]

    @cached_property
    def _calls(self) -> dict[_Text, list[tuple[Entry, bool]]]:
        """The calls for each text, in order, and whether each said that it may be a repetition."""
        found: defaultdict[_Text, list[tuple[Entry, bool]]] = defaultdict(list)
        noted = set[str]()
        for one in self.entries:
            bare = one.text.removeprefix(REPEATED).lstrip("\n")
            if not bare:
                noted.add(one.chat)
                continue
            found[one.chat, bare].append((one, bare != one.text or one.chat in noted))
            noted.discard(one.chat)
        return found

    def _check_once(self, text: _Text, calls: Sequence[tuple[Entry, bool]]) -> None:
        """It is there once, or twice and says so; a digest never twice; nothing comes when it must not."""
        row = self._written[text]
        may_be_there = 0
        for entry, marked in calls:
            assert marked or not may_be_there, (calls, row)
            may_be_there += entry.taken or not entry.said
            if entry.taken and row.gate is not None and row.gate != Gate.URGENT:
                self._check_hour(row, entry)
        assert sum(entry.taken for entry, _ in calls) <= 2, (calls, row)
        if row.priority == Priority.DIGEST:
            assert may_be_there <= 1, (calls, row)

    def _check_hour(self, row: Row[Any], entry: Entry) -> None:
        reader, at = self.readers[row.subscription_id], self.start + timedelta(seconds=entry.at)
        assert reader.quiet is None or reader.quiet.ends(at, reader.zone) is None, (at, row)

    def _check_end(self, row: Row[Any]) -> None:
        """Whatever was sent is there; what was not has its reason."""
        chat = self.readers[row.subscription_id].chat
        calls = [one for text in self._texts(row) for one, _ in self._calls.get((chat, text), ())]
        match row.state:
            case State.SENT if calls:
                assert any(one.said == OK for one in calls), (row, calls)
            case State.SENT:
                assert row.ended_at < self._midnight
            case State.DEAD:
                known = row.error.startswith(NOBODY_KNOWS)
                assert known or row.error.startswith("Forbidden"), row
                assert known or row.subscription_id not in self.active
            case State.PENDING:
                assert row.subscription_id not in self.active or row.gate in {Gate.QUIET, Gate.CAP}, row
            case _:
                raise AssertionError(row)

    @property
    def _midnight(self) -> datetime:
        return datetime.combine(self.day, datetime.min.time(), self.start.tzinfo)

    def _check_digests(self) -> None:
        """Whoever is there has each digest that he wants, if only nobody lost its answer."""
        held: defaultdict[str, set[int]] = defaultdict(set)
        for row in self.rows:
            held[row.batch].add(row.subscription_id)
        weekly = ends_week(CALENDAR, self.day)
        evening = {key for key in self.active if evening_minute(self.readers[key], self.day, weekly=weekly)}
        morning = {key for key in self.active if self.readers[key].morning_digest}
        assert held[f"digest/evening/{self.day}"] >= evening
        assert held[f"digest/morning/{CALENDAR.before(self.day)}"] >= morning

    def _check_caps(self) -> None:
        """Nobody gets more messages of alerts in a day of his than he wants."""
        told: defaultdict[tuple[int, datetime], int] = defaultdict(int)
        for row in self.rows:
            reader = self.readers[row.subscription_id]
            if row.gate is not None and row.state == State.SENT and reader.daily_cap:
                told[reader.id, day_begins(reader, row.ended_at)] += 1
        for (number, _), many in told.items():
            assert many <= self.readers[number].daily_cap, (number, many)
