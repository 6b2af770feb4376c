"""The ledger of fetches: what publishers have seen of us, and who served what."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.sources.upstreams import Outcome
from bot.store.database import Database
from bot.store.fetches import Fetch
from bot.store.sweeps import Keeping
from tests.builders import LAST_DAY, moment

pytestmark = pytest.mark.anyio

NOW = moment(LAST_DAY, "20:00")
GOOD = Fetch(
    at=NOW,
    datum="shares.sse",
    source="sse.shares",
    host="query.sse.com.cn",
    day=LAST_DAY,
    outcome=Outcome.TABLE,
    requests=1,
    seconds=0.7,
    rows=920,
    detail="",
)


async def test_readings_are_told_as_they_were_oldest_first(store: Database) -> None:
    later = replace(GOOD, at=NOW + timedelta(hours=2), outcome=Outcome.LIMITED, detail="status 429")
    for one in (later, GOOD):
        await store.fetches.add(one)
    assert await store.fetches.since(NOW, later.at) == [GOOD, later]
    assert await store.fetches.since(NOW, NOW) == [GOOD]


async def test_requests_are_counted_by_host(store: Database) -> None:
    for one in (GOOD, replace(GOOD, requests=16), replace(GOOD, host="www.szse.cn", requests=2)):
        await store.fetches.add(one)
    await store.fetches.add(replace(GOOD, at=NOW - timedelta(days=1), requests=100))
    assert await store.fetches.requests_by_host(NOW, NOW) == {"query.sse.com.cn": 17, "www.szse.cn": 2}


async def test_who_served_a_datum_last_is_known_and_failures_serve_nothing(store: Database) -> None:
    second = replace(GOOD, at=NOW + timedelta(minutes=1), source="akshare.sse_shares")
    for one in (GOOD, second, replace(GOOD, at=NOW + timedelta(minutes=2), outcome=Outcome.REFUSED)):
        await store.fetches.add(one)
    assert await store.fetches.served(NOW + timedelta(hours=1)) == {"shares.sse": second}
    assert await store.fetches.served(NOW) == {"shares.sse": GOOD}


async def test_what_is_old_is_let_go_but_for_the_last_of_each_datum(store: Database) -> None:
    old = [replace(GOOD, at=NOW - timedelta(days=100 + number)) for number in (3, 2, 1)]
    failed = replace(old[-1], at=NOW - timedelta(days=100), outcome=Outcome.UNAVAILABLE)
    other = replace(GOOD, datum="weights.931247", at=NOW - timedelta(days=400), outcome=Outcome.UNAVAILABLE)
    for one in (other, *old, failed):
        await store.fetches.add(one)
    assert (await store.tidying.tidy(Keeping(fetches_days=90), NOW, ()))["fetches"] == 2
    assert await store.fetches.since(NOW - timedelta(days=500), NOW) == [other, old[-1], failed]
    assert await store.fetches.asked(NOW) == {GOOD.datum, other.datum}
    assert await store.fetches.served(NOW) == {GOOD.datum: old[-1]}


async def test_what_was_ever_asked_for_is_known_whatever_came_of_it(store: Database) -> None:
    await store.fetches.add(GOOD)
    await store.fetches.add(replace(GOOD, datum="weights.931247", outcome=Outcome.UNAVAILABLE))
    await store.fetches.add(replace(GOOD, datum="weights.000300", at=NOW + timedelta(hours=1)))
    assert await store.fetches.asked(NOW) == {"shares.sse", "weights.931247"}
