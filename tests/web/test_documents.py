"""Files in both directions: taken within a limit, kept, and given back so that nothing in them runs."""

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.channels.console import ConsoleChannel
from bot.channels.telegram import TelegramChannel
from bot.messages.model import Document, Message, Picture, paragraph, plain
from bot.web.asked import FILE_BYTES_MAX
from bot.web.gallery import file_name
from tests.channels.messages import PNG
from tests.web.events import texts
from tests.web.served import Served, served

pytestmark = pytest.mark.anyio

DATA = "<script>alert(1)</script>规则".encode()


async def sent(http: aiohttp.ClientSession, data: object, **about: str) -> tuple[int, str]:
    async with http.post("/file", params=about, data=data) as answer:
        return answer.status, "" if answer.status == 204 else (await answer.json())["error"]


async def newest(http: aiohttp.ClientSession, view: str = "chat") -> dict[str, object]:
    async with http.get("/history", params={"as": view}) as answer:
        return dict((await answer.json())["entries"][-1])


async def test_a_file_comes_with_its_words(page: Served, http: aiohttp.ClientSession) -> None:
    assert await sent(http, DATA, name="规则.json", text=" 导入 ") == (204, "")
    (heard,) = page.service.heard
    assert heard.text == "导入"
    assert heard.document == Document("规则.json", DATA)
    words, card = page.transcript.entries[0].body["blocks"]
    assert words["lines"][0]["spans"] == [["导入", "plain"]]
    assert card["file"] == "规则.json"


async def test_a_file_needs_no_words(page: Served, http: aiohttp.ClientSession) -> None:
    assert await sent(http, DATA, name="a.csv") == (204, "")
    assert page.service.heard[0].text == ""
    assert len(page.transcript.entries[0].body["blocks"]) == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("", "file"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\x.json", "x.json"),
        ("a\nb\x00.json", "a b .json"),
        ("长" * 300 + ".json", "长" * 115 + ".json"),
        ("a/", "file"),
    ],
)
async def test_a_name_is_only_a_name(page: Served, http: aiohttp.ClientSession, name: str, kept: str) -> None:
    await sent(http, DATA, name=name)
    document = page.service.heard[0].document
    assert document is not None
    assert document.name == kept


async def test_the_largest_file_is_taken(page: Served, http: aiohttp.ClientSession) -> None:
    assert await sent(http, b"x" * FILE_BYTES_MAX) == (204, "")


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_larger_file_is_refused(page: Served, http: aiohttp.ClientSession, chunked: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * (FILE_BYTES_MAX // 4)

    assert await sent(http, pieces() if chunked else b"x" * (FILE_BYTES_MAX + 1)) == (413, "文件太大了，最多256 KB。")
    assert page.transcript.entries == []


async def test_an_empty_file_is_refused(page: Served, http: aiohttp.ClientSession) -> None:
    assert await sent(http, b"") == (400, "这个文件是空的。")
    assert page.service.heard == []


async def test_nobody_else_may_send_a_file(page: Served) -> None:
    evil = aiohttp.ClientSession(page.url, headers={"Origin": "https://evil.example"})
    async with evil, evil.post("/file", data=DATA) as answer:
        assert answer.status == 403
    assert page.transcript.entries == []


async def test_a_file_is_given_back_to_be_kept_not_shown(page: Served, http: aiohttp.ClientSession) -> None:
    await page.push(Message(blocks=(paragraph("设置"), Document('我的"设置".html', DATA, "3条规则"))))
    card = (await newest(http))["body"]["blocks"][1]  # type: ignore[index]
    assert card == {
        "file": '我的"设置".html',
        "about": "3条规则",
        "bytes": len(DATA),
        "href": f"/files/1/{file_name(DATA)}",
    }
    async with http.get(card["href"]) as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "application/octet-stream", DATA)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
        assert answer.headers["Content-Disposition"] == (
            "attachment; filename=\"______.html\"; filename*=UTF-8''%E6%88%91%E7%9A%84%22%E8%AE%BE%E7%BD%AE%22.html"
        )


@pytest.mark.parametrize("place", ["/files/1/other.bin", "/files/7/{name}", "/files/2/{name}", "/files/0/{name}"])
async def test_nothing_else_is_given(page: Served, http: aiohttp.ClientSession, place: str) -> None:
    await page.push(Message(blocks=(Document("a.json", DATA),)))
    await page.transcript.add("elsewhere", "bot", page.transcript.entries[0].body, page.now)
    async with http.get(place.format(name=file_name(DATA))) as answer:
        assert answer.status == 404


async def test_a_message_is_shown_as_another_channel_would_send_it() -> None:
    previews = {"telegram": TelegramChannel("1:preview"), "console": ConsoleChannel()}
    async with served(settings={"demo": True, "previews": previews}) as page, aiohttp.ClientSession(page.url) as http:
        await page.push(Message(blocks=(paragraph("甲 <b> & 乙"), Picture(PNG, "一张图"), paragraph("尾"))))
        parts = (await newest(http, "telegram"))["parts"]
        assert [one["markup"] for one in parts] == ["甲 &lt;b&gt; &amp; 乙\n\n一张图", "尾"]  # type: ignore[attr-defined]
        picture = parts[0]["picture"]  # type: ignore[index]
        async with http.get(picture) as answer:
            assert await answer.read() == PNG
        (part,) = (await newest(http, "plain"))["parts"]  # type: ignore[misc]
        assert part == {"markup": "甲 <b> & 乙\n一张图\n尾", "plain": True}
        for view in ("chat", "nonsense", ""):
            assert "parts" not in await newest(http, view)


async def test_what_a_person_says_is_never_rendered_for_another_channel(http: aiohttp.ClientSession) -> None:
    async with http.post("/say", json={"text": "你好"}) as answer:
        assert answer.status == 204
    async with http.get("/history?as=plain") as answer:
        mine, theirs = (await answer.json())["entries"]
    assert "parts" not in mine
    assert theirs["parts"] == [{"markup": "收到：你好", "plain": True}]
    assert texts([mine]) == ["你好"]


async def test_the_page_offers_the_views_that_there_are() -> None:
    for previews, there in (({}, False), ({"telegram": TelegramChannel("1:preview")}, True)):
        async with served(settings={"demo": True, "previews": previews}) as page, aiohttp.ClientSession() as http:
            async with http.get(page.url) as answer:
                text = await answer.text()
            assert ('name="view" value="telegram"' in text) is there
            assert 'name="view" value="plain"' in text


async def test_json_of_an_entry_holds_no_file(page: Served, http: aiohttp.ClientSession) -> None:
    await page.push(plain("x"))
    await page.push(Message(blocks=(Document("a.json", b"secret" * 1000),)))
    assert "data" not in json.dumps(await newest(http))
