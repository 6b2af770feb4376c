"""Lists that administrators have taken back: offered to nobody, and kept by whoever follows them."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.base import ChatKind
from bot.messages.model import Document
from bot.store.watchlists import Watchlist
from tests.commands.demo import MORNING, Chat, talking
from tests.commands.said import commands, labels, said, words

pytestmark = pytest.mark.anyio


@pytest.fixture
async def reader(database: Path) -> AsyncIterator[Chat]:
    """Somebody who follows 红利, which is hidden since."""
    async with talking(database, **{"subscribers.default_watchlists": ["红利", "宽基"]}) as chat:
        await chat.say("订阅")
        await hide(chat, "红利")
        yield chat


async def hide(chat: Chat, name: str) -> Watchlist:
    (one,) = [one for one in await chat.store.watchlists.all() if one.name == name]
    await chat.store.watchlists.save(replace(one, hidden=True), MORNING)
    return one


@pytest.mark.parametrize("asked", ["/start", "/start lists", "清单", "/settings"])
async def test_it_is_offered_to_nobody_new(reader: Chat, asked: str) -> None:
    answer = await reader.other("2").say(asked)
    assert "红利" not in words(answer)
    assert not [one for one in labels(answer) if "红利" in one]


@pytest.mark.parametrize(
    "asked", ["清单 订阅 红利", "清单 红利", "清单 退订 红利", "/start list_dividend", "/start lists dividend"]
)
async def test_nobody_new_gets_at_it_by_its_name(reader: Chat, asked: str) -> None:
    newcomer = reader.other("2")
    answer = words(await newcomer.say(asked))
    assert "没有" in answer
    assert await newcomer.subscription() is None


async def test_a_newcomer_does_not_begin_with_it(reader: Chat) -> None:
    newcomer = reader.other("2")
    await newcomer.say("订阅")
    assert (await newcomer.subscription()).watchlists == {"宽基"}


async def test_whoever_follows_it_keeps_it_sees_it_and_may_leave_it(reader: Chat) -> None:
    await reader.say("时区 伦敦")
    assert (await reader.subscription()).watchlists == {"宽基", "红利"}
    mine = await reader.say("列表")
    (head,) = [one for one in said(mine) if "不再推荐" in one]
    assert "红利" in head
    assert "清单：宽基、红利；自选0只" in said(await reader.say("设置"))
    assert not [one for one in labels(await reader.say("清单")) if "红利" in one]
    assert "红利" in words(await reader.say("清单 红利"))
    await reader.say(commands(mine)[labels(mine).index("退订红利")])
    assert (await reader.subscription()).watchlists == {"宽基"}
    assert "红利" not in words(await reader.say("列表"))


async def test_its_funds_are_still_followed(reader: Chat) -> None:
    mine = await reader.subscription()
    codes = await reader.store.watchlists.codes()
    assert codes["红利"] <= mine.funds(codes)


async def test_a_file_brings_it_back_to_those_only_who_follow_it(reader: Chat) -> None:
    (file,) = [one for one in (await reader.say("导出")).blocks if isinstance(one, Document)]
    assert json.loads(file.data)["lists"] == ["宽基", "红利"]
    assert "都已经有了" in words(await reader.try_saying("", file))
    newcomer = reader.other("2")
    assert "“红利”" in words(await newcomer.try_saying("", file))
    assert await newcomer.subscription() is None


async def test_it_has_no_link_any_more(reader: Chat) -> None:
    inviting = replace(
        reader, answer=replace(reader.answer, desk=replace(reader.desk, invite="https://t.me/b?{}".format))
    )
    assert "https://t.me/b?" in words(await inviting.say("清单 宽基"))
    assert "https://t.me/b?" not in words(await inviting.say("清单 红利"))


async def test_a_group_is_offered_what_a_person_is(reader: Chat) -> None:
    group = replace(reader.other("-5"), kind=ChatKind.GROUP)
    assert not [one for one in labels(await group.say("清单")) if "红利" in one]
