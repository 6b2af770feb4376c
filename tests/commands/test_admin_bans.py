"""Bans by chat: made with a reason, met with silence, listed, written down and lifted."""

from pathlib import Path

import pytest

from bot.subscriptions import Subscription
from tests.commands.demo import MORNING
from tests.commands.running import ADMIN, button, running
from tests.commands.said import commands, said, words

pytestmark = pytest.mark.anyio


async def test_the_banned_are_met_with_silence_until_an_administrator_lifts_it(database: Path) -> None:
    async with running(database) as owner:
        admin, stranger = owner.as_(ADMIN), owner.as_("77")
        assert said(await admin.say("/admin bans"))[1] == "Nobody is banned."
        made = await admin.say("/admin bans add telegram:77 floods\n every <b>day")
        assert said(made) == ["Banned telegram:77: floods every <b>day"]
        assert made.in_place
        assert await stranger.say("/list") is None
        listed = await owner.as_(ADMIN, "zh-hans").say("/admin 封禁")
        assert said(listed)[1] == "telegram:77 02-12 09:20 floods every <b>day"
        lifted = await admin.say(button(listed, "解除 telegram:77").command)
        assert words(lifted) == "telegram:77 is answered again."
        assert await stranger.say("/list") is not None
        first, second = reversed(await owner.store.audit.recent(9))
        assert {first.who, second.who} == {"telegram:2"}
        assert (first.what, first.before, first.after) == ("ban telegram:77", "", "banned: floods every <b>day")
        assert (second.before, second.after) == (first.after, "")


async def test_a_subscriber_is_banned_by_his_number_and_goes_on_to_be_sent_to(database: Path) -> None:
    async with running(database) as owner:
        mine = await owner.store.subscriptions.save(Subscription(id=0, channel="telegram", chat="-100"), MORNING)
        made = await owner.say(f"/admin bans add #{mine.id} spam")
        assert await owner.store.bans.any_of(["telegram:-100"])
        assert await owner.store.subscriptions.get(mine.id) == mine
        await owner.say(commands(made)[0])
        assert await owner.store.bans.all() == []


async def test_a_second_reason_takes_the_place_of_the_first(database: Path) -> None:
    async with running(database) as owner:
        for reason in ("floods", "spam"):
            await owner.say(f"/admin bans add telegram:77 {reason}")
        assert [one.reason for one in await owner.store.bans.all()] == ["spam"]
