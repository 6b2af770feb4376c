import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.channels.web_rooms import DEMO_ROOMS
from bot.web import app
from bot.web.asked import BODY_BYTES_MAX, TEXT_CHARS_MAX
from bot.web.reading import HISTORY_ENTRIES
from bot.web.words import NAMES
from tests.web.events import stream, texts
from tests.web.served import Served

pytestmark = pytest.mark.anyio

FOLDER = Path(app.__file__).parent


async def say(http: aiohttp.ClientSession, text: str) -> int:
    async with http.post("/say", json={"text": text}) as answer:
        return answer.status


async def refusal(http: aiohttp.ClientSession, **content: object) -> tuple[int, str]:
    async with http.post("/say", **content) as answer:
        return answer.status, (await answer.json())["error"]


async def history(http: aiohttp.ClientSession, before: str = "") -> dict[str, object]:
    async with http.get("/history" + (f"?before={before}" if before else "")) as answer:
        return dict(await answer.json())


async def test_what_is_said_and_answered_is_in_the_history(http: aiohttp.ClientSession) -> None:
    assert await say(http, "  /etf 560850 ") == 204
    found = await history(http)
    assert [one["author"] for one in found["entries"]] == ["me", "bot"]
    assert texts(found["entries"]) == ["/etf 560850", "收到：/etf 560850"]
    assert found["entries"][0]["at"] == "2025-02-11T10:21:00+00:00"
    assert not found["more"]


async def test_history_comes_in_pages_without_gap_or_repeat(page: Served, http: aiohttp.ClientSession) -> None:
    count = 2 * HISTORY_ENTRIES + 3
    for number in range(count):
        await page.push(f"{number}")
    seen: list[str] = []
    before, more = "", True
    while more:
        found = await history(http, before)
        seen = texts(found["entries"]) + seen
        before, more = str(found["entries"][0]["id"]), found["more"]
    assert seen == [f"{number}" for number in range(count)]


async def test_a_history_that_just_fills_a_page_has_no_more(page: Served, http: aiohttp.ClientSession) -> None:
    for number in range(HISTORY_ENTRIES):
        await page.push(f"{number}")
    found = await history(http)
    assert len(found["entries"]) == HISTORY_ENTRIES
    assert found["more"] is False


@pytest.mark.parametrize("before", ["x", "-1", "1.5", "②"])
async def test_history_before_nonsense_is_refused(http: aiohttp.ClientSession, before: str) -> None:
    async with http.get("/history", params={"before": before}) as answer:
        assert answer.status == 400


async def test_history_before_an_enormous_id_is_the_newest(page: Served, http: aiohttp.ClientSession) -> None:
    await page.push("新")
    assert texts((await history(http, "9" * 40))["entries"]) == ["新"]


async def test_a_stream_brings_what_is_pushed(page: Served, http: aiohttp.ClientSession) -> None:
    await page.push("旧")
    async with stream(http, "/events") as live:
        await page.push("新")
        assert texts(await live.entries(1)) == ["新"]


async def test_a_stream_goes_on_after_the_id_that_the_page_knows(page: Served, http: aiohttp.ClientSession) -> None:
    for text in "甲乙丙":
        await page.push(text)
    async with stream(http, "/events?after=1") as live:
        assert texts(await live.entries(2)) == ["乙", "丙"]


async def test_a_reader_who_comes_back_misses_nothing_and_sees_nothing_twice(
    page: Served, http: aiohttp.ClientSession
) -> None:
    async with stream(http, "/events?after=0") as live:
        await page.push("甲")
        await page.push("乙")
        assert texts(await live.entries(2)) == ["甲", "乙"]
        last = live.last_id
    await page.push("丙")
    # A browser repeats the address with its old `after`; the header is the newer one.
    async with stream(http, "/events?after=0", last_event_id=last) as live:
        await page.push("丁")
        assert texts(await live.entries(2)) == ["丙", "丁"]


async def test_a_restart_of_the_server_loses_nothing(page: Served, http: aiohttp.ClientSession) -> None:
    async with stream(http, "/events?after=0") as live:
        await page.push("甲")
        await live.entries(1)
        async with asyncio.timeout(5):
            await page.stop()
            while (await live.event())[0]:
                pass
    await page.transcript.add("me", "bot", page.transcript.entries[0].body, page.now)
    await page.start()
    async with stream(http, "/events?after=0", last_event_id=live.last_id) as again:
        await page.push("丙")
        assert texts(await again.entries(2)) == ["甲", "丙"]


async def test_a_long_absence_is_caught_up_in_full(page: Served, http: aiohttp.ClientSession) -> None:
    for number in range(250):
        await page.push(f"{number}")
    async with stream(http, "/events?after=0") as live:
        assert texts(await live.entries(250)) == [f"{number}" for number in range(250)]


async def test_two_tabs_see_the_same(page: Served, http: aiohttp.ClientSession) -> None:
    async with stream(http, "/events") as one, stream(http, "/events") as other:
        assert await say(http, "你好") == 204
        await page.push("快讯")
        seen = await one.entries(3)
        assert texts(seen) == ["你好", "收到：你好", "快讯"]
        assert await other.entries(3) == seen


async def test_a_reader_of_an_older_transcript_is_told_to_start_over(page: Served, http: aiohttp.ClientSession) -> None:
    await page.push("唯一")
    async with stream(http, "/events", last_event_id="99") as live:
        assert await live.event() == ("reset", "")


async def test_a_quiet_stream_says_that_it_lives(
    page: Served, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.reading.QUIET_SECONDS", 0.01)
    async with stream(http, "/events") as live:
        assert await live.event() == ("quiet", "")


async def test_too_many_open_pages_are_refused(
    page: Served, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.reading.READERS_MAX", 1)
    async with stream(http, "/events?after=0") as live:
        await page.push("甲")
        await live.entries(1)
        async with http.get("/events") as answer:
            assert answer.status == 503
    await asyncio.sleep(0.1)
    async with stream(http, "/events"):
        pass


async def test_the_longest_text_is_taken(http: aiohttp.ClientSession, page: Served) -> None:
    assert await say(http, "长" * TEXT_CHARS_MAX) == 204
    assert page.service.heard[0].text == "长" * TEXT_CHARS_MAX


async def test_a_longer_text_is_refused_with_a_clear_answer(http: aiohttp.ClientSession, page: Served) -> None:
    status, why = await refusal(http, json={"text": "长" * (TEXT_CHARS_MAX + 1)})
    assert (status, why) == (413, "消息太长：最多2000字，现在有2001字。")
    assert page.transcript.entries == []


async def test_an_english_reader_is_answered_in_english(http: aiohttp.ClientSession) -> None:
    _, why = await refusal(http, json={"text": "x" * 2001}, headers={"Accept-Language": "en-US,en;q=0.9"})
    assert why == "Too long: 2000 characters at most, yours has 2001."


@pytest.mark.parametrize("chunked", [False, True])
async def test_an_oversized_body_is_refused(http: aiohttp.ClientSession, page: Served, chunked: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b" " * (BODY_BYTES_MAX // 8)

    body = b'{"text": "' + b"x" * BODY_BYTES_MAX + b'"}'
    assert await refusal(http, data=pieces() if chunked else body) == (413, "消息太长：最多2000字。")
    assert page.transcript.entries == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"1", b'{"text": 1}', b'{"say": "x"}', b'{"text": "\\ud800"}', b"\xff", b"[" * 30_000],
)
async def test_nonsense_is_refused(http: aiohttp.ClientSession, page: Served, body: bytes) -> None:
    assert await refusal(http, data=body) == (400, "无法读取这条消息。")
    assert page.transcript.entries == []


@pytest.mark.parametrize("text", ["", "  \n ", "\0"])
async def test_nothing_said_is_refused(http: aiohttp.ClientSession, page: Served, text: str) -> None:
    assert await refusal(http, json={"text": text}) == (400, "请先输入内容。")


async def test_markup_stays_text_all_the_way(http: aiohttp.ClientSession) -> None:
    attempt = "<script>alert(1)</script><img src=x onerror=alert(1)> & \"'"
    assert await say(http, attempt) == 204
    async with http.get("/history") as answer:
        assert answer.content_type == "application/json"
        assert texts((await answer.json())["entries"])[0] == attempt


def test_the_page_has_the_words_that_it_uses_and_no_others() -> None:
    files = [*(FOLDER / "templates").iterdir(), *(FOLDER / "static").glob("*.js"), *FOLDER.glob("*.py")]
    used = {found for one in files for found in re.findall(r"words(?:\.|\[f?\")(\w+)", one.read_text("utf-8"))}
    families = {"view_", "theme_", "person_", "room_", "about_"}
    assert families < used
    named = {
        *(f"view_{one}" for one in ("chat", "telegram", "wecom", "plain")),
        "theme_system",
        "theme_light",
        "theme_dark",
    }
    for room in DEMO_ROOMS:
        named |= {f"room_{room.id}", f"about_{room.id}", *(f"person_{one}" for one in room.people)}
    assert used - families - {"replace", "import"} | named == set(NAMES)


async def test_the_service_learns_the_language_of_the_browser(http: aiohttp.ClientSession, page: Served) -> None:
    async with http.post("/say", json={"text": "hi"}, headers={"Accept-Language": "en-GB,en;q=0.8,zh;q=0.5"}):
        pass
    assert page.service.heard[0].language == "en-GB"


async def test_what_is_said_before_the_service_is_ready_is_refused(page: Served, http: aiohttp.ClientSession) -> None:
    page.channel._answer = None
    assert await refusal(http, json={"text": "早"}) == (503, "服务正在启动，请稍后再发。")


async def test_a_body_that_comes_too_slowly_is_given_up(
    page: Served, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.asked.BODY_SECONDS_MAX", 0.05)
    ended = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b'{"text": '
        await ended.wait()

    async with http.post("/say", data=slowly()) as answer:
        assert answer.status == 408
        ended.set()
    assert page.transcript.entries == []


async def test_a_body_that_never_ends_is_not_an_error_of_ours(
    page: Served, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", page.port)
    (cookie,) = http.cookie_jar
    known = {**http.headers, "Host": f"127.0.0.1:{page.port}", "Cookie": f"{cookie.key}={cookie.value}"}
    head = "".join(f"{name}: {value}\r\n" for name, value in {**known, "Content-Length": "100"}.items())
    writer.write(f"POST /say HTTP/1.1\r\n{head}\r\n".encode() + json.dumps({"text": "x"}).encode())
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.05)
    assert "Traceback" not in caplog.text
    assert not [one for one in caplog.records if one.levelname == "ERROR"]
