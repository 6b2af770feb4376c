"""Published lists: which there are, what is in them, follow and leave."""

import pytest

from tests.commands.demo import Chat
from tests.commands.said import commands, labels, said, words

pytestmark = pytest.mark.anyio


async def test_all_lists_are_told_with_their_counts_and_followed_by_buttons(chat: Chat) -> None:
    answer = await chat.say("清单")
    assert "宽基（14只） ✓ 已订阅" not in words(answer).replace("宽基（14只） ✓ 已订阅", "", 1)
    assert "红利（8只）" in said(answer)
    press = dict(zip(labels(answer), commands(answer), strict=True))
    after = await chat.say(press["红利"])
    assert said(after)[0] == "已订阅清单“红利”（8只）"
    assert after.in_place
    assert "✓ 红利" in labels(after)
    assert "红利" in (await chat.subscription()).watchlists
    press = dict(zip(labels(after), commands(after), strict=True))
    assert said(await chat.say(press["✓ 红利"]))[0] == "已退订清单“红利”（8只）"
    assert "红利" not in (await chat.subscription()).watchlists


@pytest.mark.parametrize("asked", ["清单 宽基", "清单宽基", "lists broad-market", "lists Broad market"])
async def test_one_list_is_shown_with_its_funds(chat: Chat, asked: str) -> None:
    lines = said(await chat.say(asked))
    assert lines[0] == "清单“宽基”（14只）"
    assert "沪深300ETF 510300" in lines
    assert len(lines) == 15


async def test_a_list_that_is_not_there_is_named_with_those_that_are(chat: Chat) -> None:
    (line,) = said(await chat.say("清单 火星"))
    assert line.startswith("没有叫“火星”的清单，可选：宽基、科技、")


async def test_to_follow_a_list_one_must_name_it(chat: Chat) -> None:
    assert words(await chat.say("清单 订阅")) == "哪份清单？例如：清单 订阅 宽基"


async def test_leaving_a_list_subscribes_nobody(chat: Chat) -> None:
    await chat.say("清单 退订 宽基")
    stored = await chat.subscription()
    assert (stored.active, stored.watchlists) == (False, frozenset())


async def test_in_english(chat: Chat) -> None:
    reader = chat.other("2", language="en")
    assert said(await reader.say("lists follow Dividend"))[0] == "You follow the list “Dividend” (8) now"
    assert "Broad market (14) ✓ followed" in said(await reader.say("lists"))
