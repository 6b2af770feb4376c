"""A robot that is set up is subscribed once, and keeps what was set for it."""

from dataclasses import replace
from datetime import time

import pytest

from bot.commands.base import NewSubscriber
from bot.robots import adopt_robots
from bot.store.database import Database
from bot.store.watchlists import Watchlist
from bot.subscriptions import Language
from tests.builders import LAST_DAY, moment

pytestmark = pytest.mark.anyio

NOW = moment(LAST_DAY, "18:00")
NEWCOMER = NewSubscriber(language=Language.EN, watchlists=frozenset({"宽基", "红利"}), evening_digest=time(18, 30))


async def test_a_new_robot_begins_as_any_newcomer_with_what_is_still_offered(store: Database) -> None:
    lists = [Watchlist(name, name, name, ("510300",), 0) for name in ("宽基", "红利")]
    await store.watchlists.seed([lists[0], replace(lists[1], hidden=True)], NOW)
    assert await adopt_robots(store, ["研究群", "家"], NEWCOMER, NOW) == ["研究群", "家"]
    mine = await store.subscriptions.find("wecom", "家")
    assert mine is not None
    assert (mine.title, mine.language, mine.watchlists, mine.evening_digest) == (
        "家",
        Language.EN,
        frozenset({"宽基"}),
        time(18, 30),
    )


async def test_a_known_one_keeps_its_settings_and_is_tried_again_where_its_key_was_refused(store: Database) -> None:
    await adopt_robots(store, ["家"], NEWCOMER, NOW)
    mine = await store.subscriptions.find("wecom", "家")
    assert mine is not None
    changed = await store.subscriptions.save(replace(mine, evening_digest=None), NOW)
    await store.subscriptions.pause(changed.id, "93000 invalid webhook url", NOW)
    assert await adopt_robots(store, ["家"], NEWCOMER, NOW) == []
    assert await store.subscriptions.get(changed.id) == changed


async def test_one_that_was_stopped_on_purpose_stays_so(store: Database) -> None:
    await adopt_robots(store, ["家"], NEWCOMER, NOW)
    mine = await store.subscriptions.find("wecom", "家")
    assert mine is not None
    stopped = await store.subscriptions.save(replace(mine, active=False), NOW)
    await adopt_robots(store, ["家"], NEWCOMER, NOW)
    assert await store.subscriptions.get(stopped.id) == stopped
