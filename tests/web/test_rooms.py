"""Several chats on one page: who speaks where, what each has said, what is unread."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.channels.base import ChatKind, Speaker
from bot.channels.web_rooms import DEMO_ROOMS
from tests.web.events import stream, texts
from tests.web.served import Served, served
from tests.web.tab import tab

pytestmark = pytest.mark.anyio


@pytest.fixture
async def page() -> AsyncIterator[Served]:
    async with served(settings={"demo": True, "rooms": DEMO_ROOMS, "admins": {"me"}}) as one:
        yield one


async def said(http: aiohttp.ClientSession, **told: object) -> int:
    async with http.post("/say", json=told) as answer:
        return answer.status


async def get(http: aiohttp.ClientSession, path: str) -> Any:
    async with http.get(path) as answer:
        assert answer.status == 200
        return await answer.json()


async def test_each_chat_has_a_transcript_of_its_own(page: Served, http: aiohttp.ClientSession) -> None:
    await said(http, chat="wang", text="甲")
    await said(http, chat="group", person="wang", text="乙")
    await said(http, text="丙")
    shown = {one.id: texts((await get(http, f"/history?chat={one.id}"))["entries"]) for one in DEMO_ROOMS}
    assert shown == {"me": ["丙", "收到：丙"], "wang": ["甲", "收到：甲"], "group": ["乙", "收到：乙"], "channel": []}


@pytest.mark.parametrize(
    ("chat", "speaker", "of", "manages"),
    [
        ("me", Speaker("me", "我"), (ChatKind.PRIVATE, ""), True),
        ("wang", Speaker("wang", "小王"), (ChatKind.PRIVATE, ""), True),
        ("group", Speaker("me", "我"), (ChatKind.GROUP, "软件群"), True),
        ("group", Speaker("wang", "小王"), (ChatKind.GROUP, "软件群"), False),
        ("channel", Speaker("me", "我"), (ChatKind.CHANNEL, "频道"), True),
    ],
)
async def test_the_service_learns_who_speaks_and_where(
    chat: str, speaker: Speaker, of: tuple[ChatKind, str], manages: bool
) -> None:
    async with served(settings={"demo": True, "rooms": DEMO_ROOMS}) as page:
        async with tab(page.url) as http:
            assert await said(http, chat=chat, person=speaker.id, text="你好") == 204
        (heard,) = page.service.heard
        assert (heard.address.chat, heard.speaker, heard.kind, heard.title) == (chat, speaker, *of)
        assert await heard.may_set_up() is manages
        assert heard.pressed == ""
        assert [one.author for one in page.transcript.entries] == [speaker.id, "bot"]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"chat": "nowhere"}, 404),
        ({"chat": 7}, 404),
        ({"chat": ["me"]}, 404),
        ({"chat": "me", "person": "wang"}, 400),
        ({"chat": "group", "person": "bot"}, 400),
        ({"chat": "group", "person": {"a": 1}}, 400),
    ],
)
async def test_nobody_speaks_where_he_is_not(
    page: Served, http: aiohttp.ClientSession, told: dict[str, object], status: int
) -> None:
    assert await said(http, text="你好", **told) == status
    assert page.transcript.entries == []
    assert page.service.heard == []


async def test_how_each_chat_stands_is_told(page: Served, http: aiohttp.ClientSession) -> None:
    for chat, text in (("me", "甲"), ("wang", "乙"), ("wang", "丙"), ("channel", "丁" * 100)):
        await page.push(text, chat)
    told = await get(http, "/rooms?wang=2")
    assert told["newest"] == 4
    assert [(one["id"], one["unread"], one["last"] and one["last"]["text"]) for one in told["rooms"]] == [
        ("me", 1, "甲"),
        ("wang", 1, "丙"),
        ("group", 0, None),
        ("channel", 1, "丁" * 60),
    ]


async def test_one_stream_tells_of_all_chats(page: Served, http: aiohttp.ClientSession) -> None:
    async with stream(http, "/events?after=0") as live:
        await page.push("甲", "group")
        await page.push("别处", "somewhere else")
        await page.push("乙", "wang")
        found = await live.entries(2)
    assert [(one["chat"], *texts([one])) for one in found] == [("group", "甲"), ("wang", "乙")]


async def test_a_page_of_one_person_knows_no_other_chat(http: aiohttp.ClientSession) -> None:
    async with served() as lonely, tab(lonely.url) as other:
        await lonely.push("秘密", "wang")
        assert await said(other, chat="wang", text="你好") == 404
        async with other.get("/history?chat=wang") as answer:
            assert answer.status == 404
        assert [one["id"] for one in (await get(other, "/rooms"))["rooms"]] == ["me"]


async def test_a_search_finds_words_of_its_own_chat_newest_first(page: Served, http: aiohttp.ClientSession) -> None:
    for text in ("软件50ETF 净流入", "黄金", "前文" * 40 + " SOFTWARE 软件 后文"):
        await page.push(text)
    await page.push("软件", "wang")
    found = (await get(http, "/search?chat=me&q=软件"))["found"]
    assert [one["id"] for one in found] == [3, 1]
    assert "软件" in found[0]["text"]
    assert len((await get(http, "/search?q=software"))["found"]) == 1


@pytest.mark.parametrize("query", ["", "%20", "没有的", "%25", "_"])
async def test_a_search_for_nothing_finds_nothing(page: Served, http: aiohttp.ClientSession, query: str) -> None:
    await page.push("软件")
    assert (await get(http, f"/search?q={query}"))["found"] == []


async def test_a_search_looks_back_over_pages(page: Served, http: aiohttp.ClientSession) -> None:
    await page.push("针")
    for number in range(150):
        await page.push(f"草{number}")
    assert [one["text"] for one in (await get(http, "/search?q=针"))["found"]] == ["针"]
    assert len((await get(http, "/search?q=草"))["found"]) == 50


async def test_searching_has_a_pace(http: aiohttp.ClientSession) -> None:
    answers = []
    for _ in range(22):
        async with http.get("/search?q=x") as answer:
            answers.append(answer.status)
    assert answers[:20] == [200] * 20
    assert 429 in answers
