from dataclasses import replace

import pytest

from bot.store.database import Database
from bot.store.watchlists import Watchlist
from tests.store.samples import NOW

pytestmark = pytest.mark.anyio

BROAD = Watchlist("broad", "宽基", "Broad market", ("510300", "159915", "510050"), 1)
CROSS = Watchlist("cross", "跨境", "Cross-border", ("513100",), 0)


async def test_a_list_comes_back_whole_in_the_order_of_positions(store: Database) -> None:
    assert await store.watchlists.seed([BROAD, CROSS], NOW) == 2
    assert await store.watchlists.all() == [CROSS, BROAD]


async def test_seeding_five_times_adds_nothing(store: Database) -> None:
    added = [await store.watchlists.seed([BROAD, CROSS], NOW) for _ in range(5)]
    assert added == [2, 0, 0, 0, 0]


async def test_a_seed_leaves_a_changed_list_alone(store: Database) -> None:
    await store.watchlists.seed([BROAD], NOW)
    changed = replace(BROAD, codes=())
    await store.watchlists.save(changed, NOW)
    assert await store.watchlists.seed([BROAD, CROSS], NOW) == 1
    assert changed in await store.watchlists.all()


async def test_codes_are_the_funds_of_each_list(store: Database) -> None:
    await store.watchlists.save(BROAD, NOW)
    assert await store.watchlists.codes() == {"broad": frozenset({"510300", "159915", "510050"})}
