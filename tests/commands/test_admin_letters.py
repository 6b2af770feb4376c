"""Dead letters by chat: seen by reason, sent again, deleted at the second word."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.deliveries import Outcome, State
from bot.messages.model import plain
from bot.store.audit import Deed
from bot.store.database import Database
from bot.store.dead import DeadFilter
from bot.store.new_deliveries import NewDelivery
from bot.store.sweeps import Keeping
from bot.subscriptions import Subscription
from tests.commands.demo import MORNING
from tests.commands.running import ADMIN, STRANGER, button, running
from tests.commands.said import commands, labels, said, words

pytestmark = pytest.mark.anyio

WHATEVER, DEED, KEEPING = DeadFilter(), Deed("telegram:3", MORNING), Keeping()
BLOCKED = "Forbidden: <b>bot</b> was blocked"


async def give_up(store: Database, chat: str, batch: str, reason: str, channel: str = "telegram") -> int:
    """Leave a message for a chat and have it given up; the number of its subscription."""
    mine = await store.subscriptions.find(channel, chat)
    if mine is None:
        new = Subscription(id=0, channel=channel, chat=chat, title="软件群")
        mine = await store.subscriptions.save(new, MORNING)
    letter = NewDelivery(batch=batch, subscription_id=mine.id, message=plain("x"), due_at=MORNING)
    await store.outbox.enqueue([letter])
    (one,) = await store.outbox.claim(MORNING, 1, 60, {channel})
    await store.outbox.failed(one, Outcome(state=State.DEAD, error=reason), MORNING)
    return mine.id


async def test_an_administrator_finds_the_reason_and_sends_the_letters_again(database: Path) -> None:
    async with running(database) as owner:
        admin, store = owner.as_(ADMIN), owner.store
        assert "No dead letters" in await admin.hears("/admin letters")
        for chat in ("-100", "-200"):
            await give_up(store, chat, "digest/evening/2025-02-11", BLOCKED)
        await give_up(store, "-100", "poll/close/x", "defect: KeyError")
        await give_up(store, "me", "poll/close/x", "defect: KeyError", "web")
        counted = await admin.say("/admin letters")
        assert said(counted)[1:5] == [
            "Dead letters (messages that were given up): 4",
            f"1. 2 × telegram digest  02-12 09:20  {BLOCKED}",
            "2. 1 × telegram alert  02-12 09:20  defect: KeyError",
            "3. 1 × web alert  02-12 09:20  defect: KeyError",
        ]
        assert {"/admin letters telegram", "/admin letters web"} <= {*commands(counted)}
        listed = await admin.presses(counted, "1")
        assert said(listed)[0] == BLOCKED
        assert said(listed)[2] == f"#2  02-12 09:20  digest  telegram:-200 软件群  {BLOCKED}"
        retried = await admin.presses(listed, "Retry all")
        assert said(retried)[1:] == ["Back in the queue: 2."]
        assert (await store.outbox.counts())[State.PENDING] == 2
        assert "Dead letters (messages that were given up): 2" in await admin.hears("/admin letters")
        assert (await store.audit.recent(1))[0].who == "telegram:2"


async def test_filters_are_understood_in_both_languages_and_what_is_none_is_named(database: Path) -> None:
    async with running(database) as owner:
        await give_up(owner.store, "-100", "digest/evening/2025-02-11", BLOCKED)
        await give_up(owner.store, "me", "poll/close/x", "defect: KeyError", "web")
        reader = owner.as_(ADMIN, "zh-hans")
        assert "1封  telegram  日报" in await reader.hears("/admin 死信 日报")
        assert "telegram" not in (await reader.hears("/admin 死信 web 提醒")).replace("/admin", "")
        assert "没有死信" in await reader.hears("/admin 死信 群发")
        assert "没看懂“wecom”。可以写：telegram web alert" in await reader.hears("/admin 死信 wecom")
        assert "这些死信已经不在了" in await reader.hears("/admin 死信 #99")
        assert "这些死信已经不在了" in await reader.hears("/admin 死信 群发 删除")


async def test_deleting_wants_a_second_word(database: Path) -> None:
    async with running(database) as owner:
        await give_up(owner.store, "-100", "digest/evening/2025-02-11", BLOCKED)
        await give_up(owner.store, "me", "poll/close/x", "defect: KeyError", "web")
        asked = await owner.say("/admin letters telegram drop")
        assert said(asked)[1] == "Delete 1 for good?"
        assert len(await owner.store.dead.listed(WHATEVER, 9)) == 2
        assert words(await owner.presses(asked, "Delete all")) == "Deleted: 1."
        (left,) = await owner.store.dead.listed(WHATEVER, 9)
        assert left.channel == "web"


async def test_one_letter_and_the_pages_of_many(database: Path) -> None:
    async with running(database) as owner:
        for number in range(15):
            await give_up(owner.store, f"-{number}", "broadcast/1", BLOCKED)
        paused = await owner.store.subscriptions.find("telegram", "-3")
        assert paused is not None
        await owner.store.readers.pause(paused.id, "asked to", DEED)
        listed = await owner.presses(await owner.say("/admin letters"), "1")
        assert len([one for one in labels(listed) if one.startswith("#")]) == 12
        second = await owner.presses(listed, "More")
        assert len([one for one in labels(second) if one.startswith("#")]) == 3
        one = await owner.presses(second, "#2")
        assert "#2" in words(one)
        assert said(await owner.presses(one, "Retry all"))[1] == "Back in the queue: 1."
        rest = await owner.say("/admin letters retry")
        assert said(rest)[1:] == [
            "Back in the queue: 13.",
            "Not retried, because their readers are paused: 1. Resume the readers first, or delete them.",
        ]


async def test_a_digest_that_a_later_one_replaced_is_said_to_be(database: Path) -> None:
    async with running(database) as owner:
        for day in ("2025-02-10", "2025-02-11"):
            await give_up(owner.store, "-100", f"digest/evening/{day}", BLOCKED)
        retried = await owner.hears("/admin letters digest retry")
        assert "Back in the queue: 1." in retried
        assert "a later digest has taken their place: 1" in retried


async def test_nobody_else_sees_them(database: Path) -> None:
    async with running(database) as owner:
        await give_up(owner.store, "-100", "digest/evening/2025-02-11", BLOCKED)
        assert BLOCKED not in await owner.as_(STRANGER).hears("/admin letters retry")
        assert len(await owner.store.dead.listed(WHATEVER, 9)) == 1


async def test_the_menu_has_them_and_old_alerts_are_answered_kindly_after_tidying(database: Path) -> None:
    async with running(database) as owner:
        menu = await owner.say("/admin")
        assert button(menu, "Dead letters").command == "/admin letters"
        await owner.store.tidying.tidy(KEEPING, MORNING + timedelta(days=1000), ())
        assert "can no longer be found" in await owner.hears("/why #1")
        assert "can no longer be found" in await owner.hears("/alert #1 mute")
