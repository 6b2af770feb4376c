"""Who is asked for a datum: the first choice first, the next where it fails, nobody who is to be left alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.asking import Asker, Collected
from bot.collect import Collector
from bot.sources.base import LimitedError, NotPublishedError, SourceChangedError, UnavailableError
from bot.sources.datum import Datum, Round
from bot.sources.upstreams import Manners, Outcome, Upstreams
from bot.store.database import Database
from signals.core.snapshot import Dataset
from tests.bot.publishers import NEXT_DAY, Publisher, publishers, with_flows
from tests.bot.readers import reader
from tests.builders import LAST_DAY, market, moment

pytestmark = pytest.mark.anyio

TURNED = with_flows(*[-1] * 10, 1, 1, 1)
TABLES = publishers(TURNED)["etf_shares.sse"].tables
NOW = moment(LAST_DAY, "22:00")
HASTY = Manners(pause_seconds=0, back_off_seconds=0)


def publisher(name: str, told: Exception | None = None, **more: object) -> Publisher:
    """A publisher of the last day's share counts on a host of its own, or of a failure."""
    made = Publisher(Dataset.SHARES, "SSE", TABLES if told is None else {LAST_DAY: told}, **more)  # type: ignore[arg-type]
    made.name, made.host = name, f"{name}.example"  # type: ignore[misc]
    return made


async def collected(
    store: Database, *sources: Publisher, upstreams: Upstreams | None = None, clock: str = "22:00", late: bool = False
) -> Collected:
    """What a poll for the last day collects when these are asked in this order."""
    now = moment(NEXT_DAY if late else LAST_DAY, clock)
    datum = Datum(name="shares.sse", sources=sources, rounds=frozenset(Round))
    asker = Asker(store=store, upstreams=upstreams or Upstreams(HASTY), now=now)
    return await Collector(asker=asker, day=LAST_DAY).collect([datum])


async def test_the_first_choice_is_enough(store: Database) -> None:
    first, second = publisher("first"), publisher("second")
    found = await collected(store, first, second)
    assert (found.served, found.asked) == ({"shares.sse": "first"}, ["first"])
    assert second.asked == []


@pytest.mark.parametrize(
    "failure",
    [UnavailableError("down"), LimitedError("banned"), SourceChangedError("columns", "no code"), KeyError("defect")],
)
async def test_the_second_choice_gives_the_same_where_the_first_fails(store: Database, failure: Exception) -> None:
    found = await collected(store, publisher("first", failure), publisher("second"))
    assert (found.served, found.asked) == ({"shares.sse": "second"}, ["first", "second"])
    assert list(found.broken) == ["first"]
    assert await store.market.days(Dataset.SHARES, LAST_DAY, LAST_DAY) == [LAST_DAY]


async def test_a_table_that_a_gate_refuses_is_asked_of_the_next(store: Database) -> None:
    wrong = publisher("first")
    wrong.tables = {LAST_DAY: market(1).fund("510300", shares=[3.0]).snapshots()[0].table * 0 + 3.0}
    found = await collected(store, wrong, publisher("second"))
    assert found.served == {"shares.sse": "second"}
    assert [one.gate for one in found.taken.refused] == ["unit"]


async def test_what_is_not_published_yet_is_waited_for_and_nobody_else_is_asked(store: Database) -> None:
    second = publisher("second")
    found = await collected(store, publisher("first", NotPublishedError("later")), second)
    assert (found.waiting, found.served, second.asked) == (["first"], {}, [])


async def test_a_publisher_that_names_its_hour_is_asked_then(store: Database) -> None:
    first = publisher("first", NotPublishedError("later", again=NOW + timedelta(hours=1)))
    upstreams = Upstreams(HASTY)
    for clock, asked in (("22:00", 1), ("22:30", 1), ("23:00", 2)):
        await collected(store, first, upstreams=upstreams, clock=clock)
        assert len(first.asked) == asked


async def test_a_settled_datum_is_not_asked_of_anybody_again(store: Database) -> None:
    first, second = publisher("first", UnavailableError("down")), publisher("second")
    for _ in range(2):
        await collected(store, first, second)
    assert len(second.asked) == 1
    assert len(first.asked) == HASTY.tries


async def test_a_host_that_is_left_alone_is_not_asked_and_the_reason_is_told(store: Database) -> None:
    upstreams, first = Upstreams(HASTY), publisher("first", LimitedError("banned"))
    await collected(store, first, upstreams=upstreams)
    found = await collected(store, first, publisher("second"), upstreams=upstreams)
    assert found.left_alone == {"first": "first.example is left alone until 22:15"}
    assert (found.served, len(first.asked)) == ({"shares.sse": "second"}, 1)


async def test_a_source_of_present_prices_is_passed_over_once_the_session_is_over(store: Database) -> None:
    first = publisher("first", past=False)
    found = await collected(store, first, publisher("second"), clock="08:30", late=True)
    assert (found.served, first.asked) == ({"shares.sse": "second"}, [])


async def test_a_dead_line_is_tried_again_and_a_ban_or_a_long_reading_is_not(store: Database) -> None:
    dead, banned = publisher("dead", UnavailableError("down")), publisher("banned", LimitedError("banned"))
    long = publisher("long", UnavailableError("down"))
    long.requests = 16  # type: ignore[misc]
    await collected(store, dead, banned, long, upstreams=Upstreams(replace(HASTY, tries=3)))
    assert [len(one.asked) for one in (dead, banned, long)] == [3, 1, 1]


async def test_every_question_is_in_the_ledger_with_what_came_of_it(store: Database) -> None:
    await collected(store, publisher("first", UnavailableError("down")), publisher("second"))
    first, second = await store.fetches.since(NOW, NOW)
    assert (first.source, first.host, first.outcome, first.detail) == (
        "first",
        "first.example",
        Outcome.UNAVAILABLE,
        "down",
    )
    assert (second.source, second.day, second.outcome, second.rows) == ("second", LAST_DAY, Outcome.TABLE, 1)
    assert (await store.fetches.served(NOW))["shares.sse"] == second
    assert await store.fetches.served(NOW - timedelta(seconds=1)) == {}


async def test_sources_of_different_tables_are_no_datum() -> None:
    with pytest.raises(ValueError, match="not about the same dataset"):
        Datum(name="mixed", sources=(publisher("one"), Publisher(Dataset.NAV, "SSE")), rounds=frozenset())


async def test_a_provisional_table_is_asked_for_again_once_it_is_revised(store: Database) -> None:
    first, second, upstreams = publisher("first"), publisher("second"), Upstreams(HASTY)
    first.provisional = {LAST_DAY}
    first.revised = moment(NEXT_DAY, "08:00")
    for clock in ("20:00", "22:00"):
        await collected(store, first, second, upstreams=upstreams, clock=clock)
    assert (len(first.asked), second.asked) == (1, [])
    first.provisional = set()
    await collected(store, first, second, upstreams=upstreams, clock="08:30", late=True)
    assert (len(first.asked), second.asked) == (2, [])


async def test_publishers_see_the_same_requests_however_many_people_listen(store: Database) -> None:
    first = publisher("first")
    await reader(store, "one")
    await collected(store, first)
    assert await store.fetches.requests_by_host(NOW, NOW) == {"first.example": 1}
    for number in range(50):
        await reader(store, f"other {number}", "510300")
    later = moment(LAST_DAY, "22:01")
    await collected(store, publisher("second", settles=False), clock="22:01")
    assert await store.fetches.requests_by_host(later, later) == {"second.example": 1}
