"""Buttons: said in the presser's name, checked against what stands there, answered in place or below."""

from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.deliveries import Address
from bot.messages.model import Button, Look, Message, paragraph, plain, to_json
from tests.web.events import stream, texts
from tests.web.served import Served

pytestmark = pytest.mark.anyio

STALE = "这个按钮已失效，请使用最新消息里的按钮，或直接输入命令。"


def menu(state: str) -> Message:
    """Toggles itself."""
    return Message(
        blocks=(paragraph(state),),
        buttons=(
            (Button(f"早报{state}", f"/set morning {state}"), Button("关闭", "/close", Look.DANGER)),
            (Button("复制", "溢价率 > 3%", copies=True),),
        ),
        in_place=True,
    )


@pytest.fixture
async def entry(page: Served) -> int:
    """The entry with the menu."""
    page.service.replies |= {"/set morning 开": menu("关"), "/set morning 关": menu("开"), "/close": plain("已关闭")}
    await page.push(menu("开"))
    return page.transcript.entries[-1].id


async def press(http: aiohttp.ClientSession, pressed: object, text: str, **told: object) -> tuple[int, str]:
    async with http.post("/say", json={"text": text, "pressed": pressed, **told}) as answer:
        return answer.status, "" if answer.status == 204 else (await answer.json())["error"]


async def test_an_answer_in_place_becomes_the_message(page: Served, http: aiohttp.ClientSession, entry: int) -> None:
    assert await press(http, entry, "/set morning 开") == (204, "")
    (only,) = page.transcript.entries
    assert (only.id, only.body) == (entry, to_json(menu("关")))
    assert page.service.heard[0].pressed == str(entry)
    assert await press(http, entry, "/set morning 关") == (204, "")
    assert [one.body for one in page.transcript.entries] == [to_json(menu("开"))]


async def test_open_pages_hear_of_the_new_state(page: Served, http: aiohttp.ClientSession, entry: int) -> None:
    async with stream(http, "/events") as live:
        await press(http, entry, "/set morning 开")
        name, data = await live.event()
        assert name == "update"
        assert f'"id": {entry}' in data
    async with stream(http, f"/events?after={entry}") as later:
        assert (await later.event())[0] == "update"


async def test_the_history_shows_the_newest_state(page: Served, http: aiohttp.ClientSession, entry: int) -> None:
    await press(http, entry, "/set morning 开")
    async with http.get("/history") as answer:
        assert texts((await answer.json())["entries"]) == ["关"]


async def test_another_answer_stands_below_with_what_was_pressed(
    page: Served, http: aiohttp.ClientSession, entry: int
) -> None:
    assert await press(http, entry, "/close") == (204, "")
    assert [(one.author, one.body) for one in page.transcript.entries[1:]] == [
        ("me", to_json(plain("关闭"))),
        ("bot", to_json(plain("已关闭"))),
    ]


@pytest.mark.parametrize("text", ["/set morning 关", "/close now", "关闭", "溢价率 > 3%", "/admin"])
async def test_what_the_message_does_not_offer_is_refused_kindly(
    page: Served, http: aiohttp.ClientSession, entry: int, text: str
) -> None:
    assert await press(http, entry, text) == (409, STALE)
    assert page.service.heard == []
    assert len(page.transcript.entries) == 1


async def test_a_button_of_the_state_before_is_refused(page: Served, http: aiohttp.ClientSession, entry: int) -> None:
    await press(http, entry, "/set morning 开")
    assert (await press(http, entry, "/set morning 开"))[0] == 409
    assert len(page.service.heard) == 1


async def test_a_message_of_another_chat_offers_nothing_here(
    page: Served, http: aiohttp.ClientSession, entry: int
) -> None:
    await page.transcript.add("wang", "bot", to_json(menu("开")), page.now)
    assert (await press(http, page.transcript.entries[-1].id, "/close"))[0] == 409


async def test_what_a_person_said_offers_nothing(page: Served, http: aiohttp.ClientSession, entry: int) -> None:
    await page.transcript.add("me", "me", to_json(replace(menu("开"), in_place=False)), page.now)
    assert (await press(http, page.transcript.entries[-1].id, "/close"))[0] == 409


@pytest.mark.parametrize("pressed", [0, -1, 2**63, 10**30, 1.0, "1", True, [], {}])
async def test_an_entry_that_cannot_be_is_refused(
    page: Served, http: aiohttp.ClientSession, entry: int, pressed: Any
) -> None:
    assert await press(http, pressed, "/close") == (400, "not an id")
    assert page.service.heard == []


async def test_the_largest_entry_that_can_be_is_not_there(http: aiohttp.ClientSession, entry: int) -> None:
    assert await press(http, 2**63 - 1, "/close") == (409, STALE)


async def test_a_typed_line_is_free_and_never_in_place(page: Served, http: aiohttp.ClientSession, entry: int) -> None:
    async with http.post("/say", json={"text": "/set morning 开"}) as answer:
        assert answer.status == 204
    assert [one.author for one in page.transcript.entries] == ["bot", "me", "bot"]
    assert page.transcript.entries[0].body == to_json(menu("开"))


async def test_a_long_answer_in_place_goes_on_below(page: Served, http: aiohttp.ClientSession, entry: int) -> None:
    long = Message(blocks=(paragraph(*("长" * 500 for _ in range(60))),), in_place=True)
    page.service.replies["/close"] = long
    await press(http, entry, "/close")
    shown = page.transcript.entries
    assert len(shown) == 2
    assert shown[0].id == entry
    assert all(one.author == "bot" for one in shown)


async def test_a_part_that_replaces_what_is_gone_is_said_anew(page: Served) -> None:
    part = replace(page.channel.render(plain("新"))[0], replaces="77")
    assert await page.channel.send(Address("me"), part) == "1"
    again = replace(page.channel.render(plain("更新"))[0], replaces="1")
    assert await page.channel.send(Address("me"), again) == "1"
    assert [one.body for one in page.transcript.entries] == [to_json(plain("更新"))]
