"""Three taps from a greeting to a subscription, and links that do it at once."""

from dataclasses import replace
from datetime import time

import pytest

from bot.commands.following import LINK_WORD, LIST_LINK, slug
from bot.messages.model import Look
from signals.core.detector import Topic
from tests.commands.demo import Chat
from tests.commands.said import commands, labels, said, words

pytestmark = pytest.mark.anyio


async def test_start_offers_the_lists_with_how_many_funds_they_hold(chat: Chat) -> None:
    answer = await chat.say("/start")
    assert "第1步，共3步" in said(answer)[-1]
    assert "✓ 宽基 14" in labels(answer)
    assert "红利 8" in labels(answer)
    assert not answer.in_place
    assert [one.look for one in answer.buttons[-1]] == [Look.PLAIN, Look.GOOD]


async def test_the_whole_way_in_english(chat: Chat) -> None:
    reader = chat.other("2", language="en")
    assert "Step 1 of 3" in said(await reader.say("/start"))[-1]
    assert "Step 2 of 3" in words(await reader.say("/start topics"))
    assert "Step 3 of 3" in words(await reader.say("/start minute"))
    done = await reader.say("/start minute 20:30")
    assert "Digest: 20:30" in said(done)
    assert "Here is today's digest; from now on it arrives by itself." in said(done)


async def test_three_taps_subscribe_with_a_digest_to_look_at(chat: Chat) -> None:
    await chat.say("/start")
    lists = await chat.say("/start lists dividend")
    assert lists.in_place
    assert "✓ 红利 8" in labels(lists)
    topics = await chat.say("/start topics intraday")
    assert topics.in_place
    assert "✓ 盘中" in labels(topics)
    stored = await chat.subscription()
    assert stored is not None
    assert not stored.active, "nobody is subscribed before he has said so"
    done = await chat.say("/start minute 18:30")
    assert said(done)[0] == "订阅好了"
    assert "清单：宽基、红利；自选0只" in said(done)
    assert any("ETF资金日报" in one for one in said(done))
    assert not done.in_place
    stored = await chat.subscription()
    assert stored is not None
    assert (stored.active, stored.evening_digest) == (True, time(18, 30))
    assert stored.watchlists == {"宽基", "红利"}
    assert Topic.INTRADAY in stored.topics


async def test_every_step_can_be_skipped(chat: Chat) -> None:
    for step, on in (("/start", "/start topics"), ("/start topics", "/start minute"), ("/start minute", "/start done")):
        assert on in commands(await chat.say(step))
    assert said(await chat.say("/start done"))[0] == "订阅好了"
    assert (await chat.subscription()).evening_digest == time(17, 45)


async def test_one_can_go_back_and_finds_what_was_chosen(chat: Chat) -> None:
    await chat.say("/start lists technology")
    assert "/start lists" in commands(await chat.say("/start topics"))
    assert "✓ 科技 14" in labels(await chat.say("/start lists"))
    assert "/start topics" in commands(await chat.say("/start minute"))


async def test_going_through_it_again_changes_settings_and_resets_none(chat: Chat) -> None:
    await chat.say("关注 560850")
    await chat.say("/settings colours green_up")
    before = await chat.subscription()
    assert "欢迎回来" in words(await chat.say("/start"))
    await chat.say("/start topics premium")
    done = await chat.say("/start done")
    assert said(done)[0] == "设置好了"
    after = await chat.subscription()
    assert after == replace(before, topics=before.topics - {Topic.PREMIUM})


async def test_a_topic_and_the_digests_are_turned_off_and_on(chat: Chat) -> None:
    for _ in range(2):
        await chat.say("/start topics digest")
        await chat.say("/start topics flow")
        stored = await chat.subscription()
    assert stored.topics >= {Topic.FLOW, Topic.SIZE}
    assert (stored.evening_digest, stored.morning_digest, stored.weekly_digest) == (time(17, 45), True, True)


async def test_no_digest_is_a_choice(chat: Chat) -> None:
    done = await chat.say("/start minute off")
    assert "日报：不要" in said(done)
    assert (await chat.subscription()).evening_digest is None


@pytest.mark.parametrize("line", ["/start lists 没有", "/start topics 没有", "/start minute 25:00"])
async def test_a_button_that_is_out_of_date_changes_nothing(chat: Chat, line: str) -> None:
    answer = await chat.say(line)
    assert line.rsplit(maxsplit=1)[-1] in words(answer)
    assert await chat.subscription() is None


async def test_a_link_to_a_fund_watches_it_and_subscribes(chat: Chat) -> None:
    answer = await chat.say("/start sub_560850")
    assert said(answer)[0] == "已关注 信创50ETF 560850"
    assert "已同时为你订阅提醒与日报，发送“退订”可随时停止。" in said(answer)
    stored = await chat.subscription()
    assert (stored.watched, stored.active) == ({"560850"}, True)


async def test_a_link_to_a_list_follows_it(chat: Chat) -> None:
    assert said(await chat.say("/start list_dividend"))[0] == "已订阅清单“红利”（8只）"
    assert (await chat.subscription()).watchlists == {"宽基", "红利"}


async def test_every_list_has_a_word_of_its_own_that_a_link_can_hold(chat: Chat) -> None:
    lists = await chat.store.watchlists.all()
    words_of = [LIST_LINK + slug(one, lists) for one in lists]
    assert len({*words_of}) == len(lists)
    assert all(LINK_WORD.fullmatch(word) for word in words_of)
    chinese = [replace(one, title_en="同名", name=one.name) for one in lists]
    assert all(LINK_WORD.fullmatch(slug(one, chinese)) for one in chinese)
    assert len({slug(one, chinese) for one in chinese}) == len(lists)


@pytest.mark.parametrize("word", ["sub_", "sub_999999", "sub_软件", "list_nothing", "list_<b>", "sub_" + "5" * 80])
async def test_a_link_that_leads_nowhere_is_said_to(chat: Chat, word: str) -> None:
    await chat.say(f"/start {word}")
    assert await chat.subscription() is None


async def test_a_word_that_nobody_knows_is_a_beginning(chat: Chat) -> None:
    assert said(await chat.say("/start hello"))[0] == "ETF资金信号"
