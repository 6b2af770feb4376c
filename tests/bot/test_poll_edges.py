"""What polls tell day after day: edges, not levels; one correction and one end, to those who got the original."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from bot.channels.base import Part
from bot.deliveries import Address, State
from bot.messages.model import Message
from bot.outbox import Drain, Pace
from bot.store.database import Database
from bot.subscriptions import Language
from signals.core.detector import Detector
from signals.core.snapshot import Dataset
from signals.premium import PremiumSpike
from signals.streak import InflowStreak, OutflowStreak
from tests.bot.publishers import (
    DAYS,
    FUND,
    NEXT_DAY,
    OTHER,
    UNIT,
    Publisher,
    ask,
    ask_daily,
    past,
    publishers,
    with_flows,
    world_of,
)
from tests.bot.readers import Recorder, codes, letters, reader, told, words
from tests.builders import LAST_DAY, Market, market, moment

pytestmark = pytest.mark.anyio

RISING = with_flows(*[1] * 13)
"""Money comes in on each of thirteen sessions: 3, 5 and 10 in a row are reached on DAYS[3], [5] and [10]."""


def on(number: int) -> str:
    return f"{DAYS[number]:%m-%d}"


def polled(*numbers: int) -> list[date]:
    return [DAYS[at] for at in numbers]


async def test_a_streak_is_told_at_3_5_and_10_and_not_each_day(store: Database) -> None:
    await ask_daily(store, RISING, DAYS[1:], InflowStreak())
    assert await told(store) == [(on(3), FUND, "new", 3), (on(5), FUND, "stronger", 5), (on(10), FUND, "stronger", 10)]


async def test_a_poll_that_was_missed_jumps_over_a_rung_and_tells_the_higher_one_once(store: Database) -> None:
    await ask_daily(store, RISING, polled(3, 12, 13), InflowStreak())
    assert await told(store) == [(on(3), FUND, "new", 3), (on(12), FUND, "stronger", 10)]


@pytest.mark.parametrize(("first", "rung"), [(3, 3), (4, 3), (5, 5), (6, 5), (10, 10), (11, 10)])
async def test_a_rung_of_today_or_of_the_session_before_is_news_to_a_new_database(
    store: Database, first: int, rung: int
) -> None:
    await ask_daily(store, RISING, polled(first), InflowStreak())
    assert await told(store) == [(on(first), FUND, "new", rung)]


@pytest.mark.parametrize("first", [7, 8, 9, 12, 13])
async def test_old_news_is_not_told_on_a_cold_start(store: Database, first: int) -> None:
    await ask_daily(store, RISING, polled(first), InflowStreak())
    assert await told(store) == []


async def test_after_a_silent_start_the_next_rung_is_told_as_new(store: Database) -> None:
    await ask_daily(store, RISING, DAYS[7:], InflowStreak())
    assert await told(store) == [(on(10), FUND, "new", 10)]


async def test_a_streak_that_begins_again_is_new_again(store: Database) -> None:
    await ask_daily(store, with_flows(1, 1, 1, -1, 1, 1, 1, 1, 1, 1, 1, 1, 1), DAYS[1:], InflowStreak())
    assert await told(store) == [
        (on(3), FUND, "new", 3),
        (on(7), FUND, "new", 3),
        (on(9), FUND, "stronger", 5),
    ]


async def test_an_unpublished_session_neither_ends_a_streak_nor_is_told(store: Database) -> None:
    world = market(14).fund(FUND, close=1.0, nav=1.0, shares=[2e8 + at * UNIT for at in range(14)])
    hole = world.fund(FUND, shares=[None if at == 4 else 2e8 + at * UNIT for at in range(14)])
    await ask_daily(store, hole, DAYS[1:], InflowStreak())
    assert [one[2:] for one in await told(store)] == [("new", 3), ("stronger", 5), ("stronger", 10)]


async def test_a_reminder_comes_after_as_many_silent_sessions_as_were_set(store: Database) -> None:
    sources = publishers(RISING)
    await past(store, RISING, DAYS[1])
    for day in DAYS[1:]:
        await ask(world_of(store, InflowStreak(), remind_sessions=4), sources.values(), day)
    assert [(day, reason) for day, _, reason, _ in await told(store)] == [
        (on(3), "new"),
        (on(5), "stronger"),
        (on(9), "reminder"),
        (on(10), "stronger"),
    ]


def szse(*created: float) -> Market:
    return with_flows(*created, code=OTHER)


EVENING, MORNING = szse(*[-1] * 10, 1, 1, 1), szse(*[-1] * 10, 1, 1, -1)
"""The evening counts tell of a third inflow in a row; by the final ones it was an outflow."""


async def revised(store: Database, before: Market, after: Market, *detectors: Detector) -> None:
    """An evening with provisional counts, and the next morning with the final ones, each asked for twice."""
    await past(store, before, LAST_DAY)
    evening = publishers(before)
    evening["etf_shares.szse"].provisional = {LAST_DAY}
    for clock in ("20:00", "22:00"):
        await ask(world_of(store, *detectors), evening.values(), LAST_DAY, clock)
    await reader(store, "late", OTHER)
    for clock in ("08:30", "08:55"):
        await ask(world_of(store, *detectors), publishers(after).values(), LAST_DAY, clock, on=NEXT_DAY)


async def test_a_withdrawn_alert_is_corrected_once_to_exactly_those_who_got_it(store: Database) -> None:
    await reader(store, "watches", OTHER)
    await reader(store, "watches all", "*", language=Language.EN)
    await reader(store, "another fund", FUND)
    await reader(store, "another topic", OTHER, topics=frozenset())
    await revised(store, EVENING, MORNING, InflowStreak())
    assert await told(store) == [("02-11", OTHER, "new", 3), ("02-11", OTHER, "corrected", 0)]
    sent = await letters(store)
    assert {chat: len(all_) for chat, all_ in sent.items()} == {"watches": 2, "watches all": 2}
    first, second = (words(one) for one in sent["watches"])
    assert "暂估" in first
    assert "更正" in second
    assert "暂估" not in second
    assert "correction" in words(sent["watches all"][1]).lower()


async def test_a_correction_answers_the_message_that_told_its_reader(store: Database) -> None:
    await reader(store, "first", OTHER)
    await reader(store, "second", OTHER)
    await past(store, EVENING, LAST_DAY)
    evening = publishers(EVENING)
    evening["etf_shares.szse"].provisional = {LAST_DAY}
    channel = Recorder()
    drain = Drain(store.outbox, {"test": channel}, lambda: moment(NEXT_DAY, "09:00"), Pace())
    await ask(world_of(store, InflowStreak()), evening.values(), LAST_DAY, "20:00")
    await drain.once()
    told_by = {address.chat: str(at) for at, (address, _) in reversed([*enumerate(channel.sent, 1)])}
    await ask(world_of(store, InflowStreak()), publishers(MORNING).values(), LAST_DAY, "08:30", on=NEXT_DAY)
    before = len(channel.sent)
    assert channel.answers == [""] * before
    await drain.once()
    replies = [(one[0].chat, answer) for one, answer in zip(channel.sent, channel.answers, strict=True)][before:]
    assert dict(reversed(replies)) == told_by
    assert sorted(filter(None, channel.answers)) == sorted(told_by.values())
    assert len(told_by) == 2


@dataclass
class Editable(Recorder):
    """A channel whose messages can be changed."""

    changed: list[tuple[str, str]] = field(default_factory=list)
    broken: bool = False

    def render(self, message: Message, *, plain: bool = False) -> list[Part]:
        return [Part(markup=words(message))]

    async def amend(self, address: Address, remote_id: str, part: Part) -> None:
        if self.broken:
            raise ValueError("x")
        self.changed.append((remote_id, part.markup))


@pytest.mark.parametrize("broken", [False, True])
async def test_what_was_corrected_says_so_where_it_stands(store: Database, broken: bool) -> None:
    await reader(store, "first", OTHER)
    await past(store, EVENING, LAST_DAY)
    evening = publishers(EVENING)
    evening["etf_shares.szse"].provisional = {LAST_DAY}
    channel = Editable(broken=broken)
    drain = Drain(store.outbox, {"test": channel}, lambda: moment(NEXT_DAY, "09:00"), Pace())
    await ask(world_of(store, InflowStreak()), evening.values(), LAST_DAY, "20:00")
    while await drain.once():
        pass
    assert channel.changed == []
    told = channel.markups[0]
    await ask(world_of(store, InflowStreak()), publishers(MORNING).values(), LAST_DAY, "08:30", on=NEXT_DAY)
    while await drain.once():
        pass
    title, *lines = told.splitlines()
    assert channel.changed == ([] if broken else [("1", "\n".join([f"{title} 〔已更正，见后文〕", *lines]))])
    assert channel.answers == ["", "1"]
    assert (await store.outbox.counts())[State.SENT] == 2


async def test_a_figure_that_moved_is_corrected_with_the_new_one(store: Database) -> None:
    await reader(store, "watches", OTHER)
    await revised(store, EVENING, szse(*[-1] * 10, 1, 1, 2), InflowStreak())
    assert [one[2:] for one in await told(store)] == [("new", 3), ("corrected", 3)]
    corrected = words((await letters(store))["watches"][1])
    assert "200万" in corrected


async def test_a_figure_that_hardly_moved_is_left_alone(store: Database) -> None:
    await reader(store, "watches", OTHER)
    await revised(store, EVENING, szse(*[-1] * 10, 1, 1, 1.05), InflowStreak())
    assert [one[2] for one in await told(store)] == ["new"]


async def test_a_final_table_that_says_the_same_is_no_news(store: Database) -> None:
    await reader(store, "watches", OTHER)
    await revised(store, EVENING, EVENING, InflowStreak())
    assert [one[2] for one in await told(store)] == ["new"]


async def test_what_only_the_final_counts_show_is_new_to_everybody(store: Database) -> None:
    await reader(store, "watches", OTHER)
    await revised(store, szse(*[1] * 10, -1, -1, 1), szse(*[1] * 10, -1, -1, -1), InflowStreak(), OutflowStreak())
    assert await told(store) == [("02-11", OTHER, "new", 3)]
    assert sorted(await letters(store)) == ["late", "watches"]


async def test_a_correction_reaches_a_reader_who_has_turned_away_from_the_fund(store: Database) -> None:
    got = await reader(store, "watches", OTHER)
    await past(store, EVENING, LAST_DAY)
    await ask(world_of(store, InflowStreak()), publishers(EVENING).values(), LAST_DAY)
    await reader(store, "watches", FUND)
    shares = Publisher(Dataset.SHARES, "SZSE", publishers(MORNING)["etf_shares.szse"].tables, settles=False)
    await ask(world_of(store, InflowStreak()), [shares], LAST_DAY, "08:55", on=NEXT_DAY)
    assert got.chat in await letters(store)
    assert [one[2] for one in await told(store)] == ["new", "corrected"]


async def test_a_reader_who_has_stopped_everything_gets_no_correction(store: Database) -> None:
    got = await reader(store, "watches", OTHER)
    await past(store, EVENING, LAST_DAY)
    await ask(world_of(store, InflowStreak()), publishers(EVENING).values(), LAST_DAY)
    assert len((await letters(store))["watches"]) == 1
    await store.subscriptions.pause(got.id, "unsubscribed", moment(LAST_DAY))
    shares = Publisher(Dataset.SHARES, "SZSE", publishers(MORNING)["etf_shares.szse"].tables, settles=False)
    await ask(world_of(store, InflowStreak()), [shares], LAST_DAY, "08:55", on=NEXT_DAY)
    assert await letters(store) == {}


def premiums(*told_: float) -> Market:
    return market(len(told_)).fund(FUND, close=[1 + one for one in told_], iopv=1.0, volume=1e7)


async def test_an_end_is_told_once_and_only_to_those_who_heard_of_the_beginning(store: Database) -> None:
    spike = premiums(*[0.001] * 10, 0.05, 0.002, 0.001, 0.001)
    await reader(store, "watches", FUND)
    await ask_daily(store, spike, DAYS[9:11], PremiumSpike())
    await reader(store, "late", FUND)
    await ask_daily(store, spike, DAYS[11:], PremiumSpike())
    assert await told(store) == [(on(10), FUND, "new", 1), (on(11), FUND, "ended", 0)]
    sent = await letters(store)
    assert {chat: len(all_) for chat, all_ in sent.items()} == {"watches": 2}
    assert "0.20%" in words(sent["watches"][1])


async def test_a_premium_that_comes_back_is_new_again(store: Database) -> None:
    spike = premiums(*[0.001] * 8, 0.05, 0.001, 0.04, 0.07, 0.06, 0.001)
    await ask_daily(store, spike, DAYS[7:], PremiumSpike())
    assert [one[2:] for one in await told(store)] == [
        ("new", 1),
        ("ended", 0),
        ("new", 1),
        ("stronger", 2),
        ("ended", 0),
    ]


async def test_a_session_without_iopv_ends_nothing(store: Database) -> None:
    spike = premiums(*[0.001] * 10, 0.05, 0.001, 0.001, 0.001)
    blind = spike.fund(FUND, iopv=[None if at == 11 else 1.0 for at in range(14)])
    await ask_daily(store, blind.fund("510500", close=1.0, iopv=1.0), DAYS[9:12], PremiumSpike())
    assert [one[2] for one in await told(store)] == ["new"]


async def test_each_reader_hears_of_his_own_funds_alone(store: Database) -> None:
    both = RISING.fund(OTHER, close=1.0, nav=1.0, shares=[3e8 + at * UNIT for at in range(14)])
    await reader(store, "one", FUND)
    await reader(store, "other", OTHER)
    await reader(store, "both", FUND, OTHER)
    await ask_daily(store, both, polled(3), InflowStreak())
    sent = await letters(store)
    assert {chat: [codes(one) for one in all_] for chat, all_ in sent.items()} == {
        "one": [{FUND}],
        "other": [{OTHER}],
        "both": [{FUND, OTHER}],
    }
