"""Junk over every route: refused in words, never a failure of ours."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from bot.channels.web_rooms import DEMO_ROOMS
from bot.messages.model import Button, Document, Message, paragraph
from bot.store.database import Database
from tests.web.clock import Clock
from tests.web.served import Served
from tests.web.tab import opened

FUZZ = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FINE = {200, 204, 400, 403, 404, 405, 409, 413}
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
IDS = st.one_of(st.integers(-(2**70), 2**70).map(str), WORDS, st.sampled_from(["", "0", "1", "9" * 400, "１", "+1"]))
CHATS = st.one_of(st.sampled_from(["me", "wang", "group", "channel"]), WORDS)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


class Racing(Clock):
    """So fast that nobody has to wait."""

    def __call__(self) -> float:
        self.seconds += 1000
        return self.seconds


class Browser:
    """Asks the real page over a real database, one thing after the other."""

    def __init__(self) -> None:
        self._loop = asyncio.Runner()
        self._store = Database("sqlite:///:memory:")
        self._page = Served(
            transcript=self._store.chat,  # type: ignore[arg-type]
            settings={"demo": True, "rooms": DEMO_ROOMS, "clock": Racing()},
        )
        self._loop.run(self._open())

    async def _open(self) -> None:
        await self._store.open()
        await self._page.start()
        self._http = await opened(self._page.url)
        offered = Message(blocks=(paragraph("x"), Document("a", b"x")), buttons=((Button("x", "/x"),),))
        await self._page.push(offered)

    def ask(self, method: str, path: str, asked: dict[str, str] | None = None, body: bytes | str = b"") -> str:
        """What it answers; fails unless that is a page or a refusal."""
        address = URL(self._page.url + path + ("?" + urlencode(asked) if asked else ""), encoded=True)
        return self._loop.run(self._ask(method, address, body))

    async def _ask(self, method: str, address: URL, body: bytes | str) -> str:
        async with self._http.request(method, address, data=body or None, allow_redirects=False) as answer:
            assert answer.status in FINE, (method, address, body)
            return await answer.text()

    async def _close(self) -> None:
        await self._http.close()
        await self._page.stop()
        await self._store.close()

    def close(self) -> None:
        self._loop.run(self._close())
        self._loop.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    one = Browser()
    yield one
    one.close()


@FUZZ
@given(chat=CHATS, before=IDS, view=WORDS, words=WORDS)
def test_reading(browser: Browser, chat: str, before: str, view: str, words: str) -> None:
    for path, asked in (
        ("/history", {"chat": chat, "before": before, "as": view}),
        ("/search", {"chat": chat, "q": words}),
        ("/rooms", {chat: before, "wang": before}),
    ):
        browser.ask("GET", path, asked)


@FUZZ
@given(place=st.sampled_from(["pictures", "files", "static", ""]), number=IDS, name=WORDS)
def test_places(browser: Browser, place: str, number: str, name: str) -> None:
    address = "/".join(["", place, quote(number, safe=""), quote(name, safe="")])
    browser.ask("GET", address)


@FUZZ
@given(after=IDS)
def test_an_id_that_cannot_be_opens_no_stream(browser: Browser, after: str) -> None:
    # A stream that opens does not end by itself: only what is refused, or told to start over, is tried here.
    if after.isascii() and after.isdecimal() and int(after[:20]) <= 10_000:
        after = "x" + after
    assert browser.ask("GET", "/events", {"after": after or "x"}).startswith(("event: reset", '{"error"'))


@FUZZ
@given(body=st.binary(max_size=200))
def test_saying_bytes(browser: Browser, body: bytes) -> None:
    browser.ask("POST", "/say", body=body)


@FUZZ
@given(told=st.fixed_dictionaries({}, optional=dict.fromkeys(("chat", "person", "text", "pressed", "as"), JSON)))
def test_saying_anything(browser: Browser, told: dict[str, Any]) -> None:
    browser.ask("POST", "/say", body=json.dumps(told))


@FUZZ
@given(text=st.sampled_from(["/x", "/y", ""]), pressed=st.integers(-2, 2**64), chat=CHATS)
def test_pressing_anything(browser: Browser, text: str, pressed: int, chat: str) -> None:
    told = json.dumps({"chat": chat, "text": text, "pressed": pressed})
    browser.ask("POST", "/say", body=told)


@FUZZ
@given(
    about=st.fixed_dictionaries(
        {},
        optional={
            "chat": CHATS,
            "person": WORDS,
            "name": st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
            "text": WORDS,
        },
    ),
    body=st.binary(max_size=100),
)
def test_any_file(browser: Browser, about: dict[str, str], body: bytes) -> None:
    browser.ask("POST", "/file", about, body)
    assert json.loads(browser.ask("GET", "/history"))["entries"]


@FUZZ
@given(
    method=st.sampled_from(["PUT", "DELETE", "PATCH", "OPTIONS", "POST", "HEAD"]),
    path=st.sampled_from(["/", "/rooms", "/history", "/search", "/file", "/say", "/healthz", "/static/chat.js"]),
)
def test_other_methods(browser: Browser, method: str, path: str) -> None:
    browser.ask(method, path)
