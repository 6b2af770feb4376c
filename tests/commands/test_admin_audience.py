"""Subscribers, broadcasts and the audit log by chat."""

from pathlib import Path

import pytest

from bot.deliveries import State
from bot.subscriptions import Language, Subscription
from tests.commands.demo import MORNING
from tests.commands.running import ADMIN, button, running
from tests.commands.said import said, words

pytestmark = pytest.mark.anyio


async def test_subscribers_are_counted_found_shown_paused_and_resumed(database: Path) -> None:
    async with running(database) as owner:
        mine = Subscription(id=0, channel="telegram", chat="-100", title="软件 <b>群", watchlists=frozenset({"宽基"}))
        saved = await owner.store.subscriptions.save(mine, MORNING)
        assert "telegram: 1 active, 0 paused" in said(await owner.say("/admin subscribers"))
        found = await owner.say("/admin subscribers 软件")
        assert said(found)[1] == f"#{saved.id} telegram:-100 软件 <b>群 active"
        shown = await owner.presses(found, f"#{saved.id}")
        assert "0 funds, lists: 宽基" in said(shown)
        paused = await owner.presses(shown, "Pause")
        assert (await owner.store.subscriptions.get(saved.id) or mine).active is False
        await owner.presses(paused, "Resume")
        assert (await owner.store.subscriptions.get(saved.id) or mine).active is True
        assert len(await owner.store.audit.recent(9)) == 2
        assert "was not found" in await owner.hears("/admin subscribers nobody")


async def test_many_subscribers_are_paged(database: Path) -> None:
    async with running(database) as owner:
        for number in range(23):
            await owner.store.subscriptions.save(Subscription(id=0, channel="web", chat=f"c{number}"), MORNING)
        first = await owner.say("/admin subscribers *")
        second = await owner.presses(first, "More")
        assert [len([one for one in said(each) if "web:" in one]) for each in (first, second)] == [20, 3]


async def test_the_audit_log_is_paged_newest_first(database: Path) -> None:
    async with running(database) as owner:
        for number in range(13):
            await owner.store.audit.write("cli:me", f"change {number}", "", "x" * 5000, MORNING)
        first = await owner.say("/admin audit")
        older = await owner.presses(first, "More")
        told = [one.split(" cli:me ")[1].split(":")[0] for each in (first, older) for one in said(each)[1:]]
        assert told == [f"change {number}" for number in reversed(range(13))]
        assert max(len(one) for one in said(first)) < 400


async def test_a_broadcast_is_previewed_exactly_as_it_is_read(database: Path) -> None:
    async with running(database) as owner:
        mine = Subscription(id=0, channel="telegram", chat="5", language=Language.EN)
        await owner.store.subscriptions.save(mine, MORNING)
        preview = await owner.say("/admin broadcast 停机 <b>一小时</b>，\n十点回来。")
        assert said(preview)[-1] == "This is what readers will see. For: all, 1 readers."
        assert "Only the owner" in await owner.as_(ADMIN).hears(button(preview, "Send to 1").command)
        assert (await owner.store.outbox.counts())[State.PENDING] == 0
        sent = await owner.presses(preview, "Send to 1")
        assert "settled already" in words(await owner.presses(preview, "Send to 1"))
        (delivery,) = await owner.store.outbox.claim(MORNING, 10, 60)
        assert delivery.message.blocks == preview.blocks[:-1]
        assert said(delivery.message) == ["Announcement", "停机 <b>一小时</b>，", "十点回来。"]
        await owner.store.outbox.marks.sent(delivery.id, MORNING)
        assert "settled already" in words(await owner.presses(sent, "Cancel"))
        assert "1. 02-12 09:20 queued  1 sent, 0 waiting, 0 not sent  停机" in await owner.hears("/admin broadcast")
