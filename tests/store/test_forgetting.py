"""Forget a chat: no table holds its address any more, and nobody else's row is touched."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, Text, cast, select

from bot.deliveries import Address
from bot.messages.model import plain
from bot.rules import RuleDraft, RuleHit, Telling
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from bot.store.rule_hits import add_hits
from bot.store.tables import METADATA
from bot.subscriptions import Subscription
from tests.store.samples import NOW

pytestmark = pytest.mark.anyio

SECRET = "778899001122"
OTHER = "440055006600"


async def held(store: Database, text: str) -> dict[str, int]:
    """How many rows of each table hold a text in any of their columns."""
    found = {}
    async with store.subscriptions._connections.read() as connection:
        for table in METADATA.sorted_tables:
            told = [cast(one, Text) for one in table.columns if not isinstance(one.type, LargeBinary)]
            rows = (await connection.execute(select(*told))).all()
            count = sum(any(text in str(value) for value in row) for row in rows)
            if count:
                found[table.name] = count
    return found


async def live(store: Database, chat: str, channel: str = "telegram") -> Subscription:
    """Leave a row in every table that a chat can leave one in, each with its address."""
    address = Address(chat)
    mine = Subscription(id=0, channel=channel, chat=chat, title=f"Li {chat}", watched=frozenset({"560850"}))
    mine = await store.subscriptions.save(mine, NOW)
    await store.audit.write(f"{channel}:{chat}", "subscription", "", f"chat={chat}", NOW)
    draft = RuleDraft(
        channel=channel,
        chat=chat,
        thread="",
        number=None,
        text="flow > 0",
        said=f"flow > {chat}",
        telling=Telling(cooldown_sessions=5, daily_cap=10),
        share=0.1,
        day=NOW.date(),
        codes=("560850",),
    )
    number = await store.rules.draft(draft, NOW)
    await store.rules.draft(draft, NOW)
    await store.rules.add(mine.id, replace(draft, id=number), NOW, 5)
    await store.imports.keep(channel, address, {"watched": [chat]}, NOW)
    await store.managing.begin(channel, chat, mine.id, NOW + timedelta(hours=1))
    await store.managing.began(channel, chat, mine.id)
    await store.outbox.enqueue(
        [NewDelivery(batch=f"b/{chat}", subscription_id=mine.id, message=plain(chat), due_at=NOW)]
    )
    await store.chat.add(chat, "me", {"text": chat}, NOW)
    return mine


async def test_no_table_holds_the_address_any_more(store: Database) -> None:
    await live(store, SECRET, "web")
    await live(store, OTHER, "web")
    before = await held(store, OTHER)
    assert (await held(store, SECRET)).keys() >= {
        "subscriptions",
        "audit",
        "rules",
        "rule_drafts",
        "imports",
        "managing",
        "beginnings",
        "deliveries",
        "chat",
    }
    await store.forgetting.forget("web", Address(SECRET), NOW)
    assert await held(store, SECRET) == {}
    assert await held(store, OTHER) == before


async def test_the_audit_keeps_that_somebody_was_forgotten(store: Database) -> None:
    await live(store, SECRET)
    await store.forgetting.forget("telegram", Address(SECRET), NOW)
    newest, *older = await store.audit.recent(9)
    assert (newest.who, newest.what, newest.at) == ("forgotten", "forgotten", NOW)
    assert {(one.who, one.before, one.after) for one in older} == {("forgotten", "", "")}


async def test_a_chat_of_the_same_id_on_another_channel_stays(store: Database) -> None:
    await live(store, SECRET, "telegram")
    web = await live(store, SECRET, "web")
    await store.forgetting.forget("telegram", Address(SECRET), NOW)
    assert await store.subscriptions.find("telegram", SECRET) is None
    assert await store.subscriptions.get(web.id) == web
    assert await store.chat.since([SECRET], 0, 9)


async def test_another_topic_of_a_group_goes_on(store: Database) -> None:
    await live(store, SECRET)
    topic = Subscription(id=0, channel="telegram", chat=SECRET, thread="7")
    topic = await store.subscriptions.save(topic, NOW)
    await store.forgetting.forget("telegram", Address(SECRET), NOW)
    assert await store.subscriptions.find("telegram", SECRET, "7") == topic
    assert any(one.who == f"telegram:{SECRET}" for one in await store.audit.recent(9))


async def test_who_managed_a_group_that_is_gone_speaks_for_himself(store: Database) -> None:
    group = await live(store, SECRET)
    await store.managing.begin("telegram", OTHER, group.id, NOW + timedelta(hours=1))
    await store.forgetting.forget("telegram", Address(SECRET), NOW)
    assert await store.managing.now("telegram", OTHER, NOW) is None


async def test_what_was_written_for_it_meanwhile_is_left_out_and_the_rest_arrives(store: Database) -> None:
    gone, stays = await live(store, SECRET), await live(store, OTHER)
    (rule,) = await store.rules.of(gone.id)
    await store.forgetting.forget("telegram", Address(SECRET), NOW)
    late = [NewDelivery(batch="late", subscription_id=one.id, message=plain("x"), due_at=NOW) for one in (gone, stays)]
    assert await store.outbox.enqueue(late) == 1
    (other,) = await store.rules.of(stays.id)
    hits = [RuleHit(rule_id=one.id, code="159590", day=NOW.date()) for one in (rule, other)]
    async with store.subscriptions._connections.write() as connection:
        assert {*await add_hits(connection, hits)} == {(other.id, "159590")}


async def test_nobody_is_forgotten_quietly(store: Database) -> None:
    await store.forgetting.forget("telegram", Address(SECRET), NOW)
    assert [one.what for one in await store.audit.recent(9)] == ["forgotten"]


async def test_what_is_said_next_is_news_to_a_page_that_is_open(store: Database) -> None:
    for _ in range(3):
        await live(store, SECRET, "web")
        seen = await store.chat.last_id([SECRET])
        await store.forgetting.forget("web", Address(SECRET), NOW)
        assert await store.chat.since([SECRET], 0, 9) == []
        await store.chat.add(SECRET, "bot", {"text": "forgotten"}, NOW)
        assert [one.body for one in await store.chat.since([SECRET], seen, 9)] == [{"text": "forgotten"}]
    assert (await held(store, "forgotten"))["chat"] == 2, "of the numbers that are held only the newest"
