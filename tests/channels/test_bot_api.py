"""The fake Bot API is as strict as the real one: tests that pass on it mean something."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, ServerDisconnectedError

from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_faults import lost, slow
from tests.fakes.bot_api_html import MarkupError, read_html

pytestmark = pytest.mark.anyio

LI = 7001


class Raw:
    """Calls without a library."""

    def __init__(self, api: BotApi, session: ClientSession) -> None:
        self._api = api
        self._session = session

    async def __call__(self, method: str, *, token: str = "", **params: Any) -> tuple[int, Any]:
        url = f"{self._api.base_url}{token or self._api.token}/{method}"
        async with self._session.post(url, json=params) as response:
            body = await response.json()
            return response.status, body["result"] if body["ok"] else body["description"]


@pytest.fixture
async def call(api: BotApi) -> AsyncIterator[Raw]:
    async with ClientSession() as session:
        yield Raw(api, session)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<b>a</b> &lt;&amp;&gt; &quot;&#39;", "a <&> \"'"),
        ("<B>a</B>", "a"),
        ("a & b &nbsp; &", "a & b &nbsp; &"),
        ('<a href="https://x/?a=1&amp;b=2">x</a>', "x"),
        ("<blockquote expandable>a\nb</blockquote>", "a\nb"),
        ('<pre><code class="language-python">x</code></pre>', "x"),
        ("a > b", "a > b"),
    ],
)
def test_good_html_is_read(source: str, text: str) -> None:
    assert read_html(source).text == text


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>涨<i>a</b></i>", 'Unmatched end tag at byte offset 10, expected "</i>", found "</b>"'),
        ("<p>a</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("a < b", "start tag at byte offset 2"),
        ("涨<br/>", 'Unsupported start tag "br" at byte offset 3'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler"'),
        ("<b onclick='x'>a</b>", "Unsupported attribute"),
        ("<blockquote><blockquote>a</blockquote></blockquote>", "Nested blockquote"),
    ],
)
def test_bad_html_is_refused(source: str, why: str) -> None:
    with pytest.raises(MarkupError, match="can't parse entities") as raised:
        read_html(source)
    assert why in str(raised.value)


def test_entities_are_counted_in_utf16_units() -> None:
    assert read_html("🙂<b>涨<i>a</i></b>").entities == (
        {"type": "italic", "offset": 3, "length": 1},
        {"type": "bold", "offset": 2, "length": 2},
    )


async def test_a_wrong_token_and_an_unknown_method_are_refused(call: Raw) -> None:
    assert await call("getMe", token="1:x") == (401, "Unauthorized")
    assert await call("sendCarrierPigeon") == (404, "Not Found")


async def test_the_newest_methods_are_known(api: BotApi, call: Raw) -> None:
    api.open(LI)
    status, sent = await call("sendRichMessage", chat_id=LI, rich_message={"html": "<b>a</b>"})
    assert (status, sent["chat"]["id"]) == (200, LI)


@pytest.mark.parametrize(
    "params",
    [
        {"txt": "a"},
        {"text": "a", "disable_notification": "perhaps"},
        {"text": ["a"]},
        {},
        {"text": "a", "parse_mode": "HTML", "colour": 1},
    ],
)
async def test_parameters_that_the_api_does_not_have_fail_the_test(params: dict[str, Any]) -> None:
    api = await BotApi().__aenter__()
    api.open(LI)
    async with ClientSession() as session:
        status, _ = await Raw(api, session)("sendMessage", chat_id=LI, **params)
    assert status == 400
    with pytest.raises(AssertionError, match="sendmessage"):
        await api.__aexit__(None, None, None)


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"text": "a" * 4_097}, "message is too long"),
        ({"text": "🙂" * 2_049}, "message is too long"),
        ({"text": ""}, "message text is empty"),
        ({"text": "<b> \n</b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "<b>", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "a", "message_thread_id": 5}, "message thread not found"),
        (
            {"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "b", "callback_data": "c" * 65}]]}},
            "BUTTON_DATA",
        ),
        ({"text": "a", "reply_markup": {"inline_keyboard": [[{"text": " ", "callback_data": "c"}]]}}, "non-empty"),
    ],
)
async def test_messages_that_telegram_refuses_are_refused(
    api: BotApi, call: Raw, params: dict[str, Any], why: str
) -> None:
    api.open(LI)
    status, description = await call("sendMessage", chat_id=LI, **params)
    assert status == 400
    assert why in description
    assert api.sent(LI) == []


@pytest.mark.parametrize("text", ["a" * 4_096, "🙂" * 2_048, "[1, 2]", '{"a": 1}', "<b>"])
async def test_messages_at_the_limit_pass(api: BotApi, call: Raw, text: str) -> None:
    api.open(LI)
    assert (await call("sendMessage", chat_id=LI, text=text))[0] == 200
    assert api.sent(LI)[0].text == text


async def test_the_bot_cannot_begin_a_conversation(api: BotApi, call: Raw) -> None:
    assert await call("sendMessage", chat_id=LI, text="a") == (400, "Bad Request: chat not found")
    api.say(LI, "/start")
    assert (await call("sendMessage", chat_id=LI, text="a"))[0] == 200


async def test_a_button_is_acknowledged_once(api: BotApi, call: Raw) -> None:
    api.open(LI)
    keyboard = {"inline_keyboard": [[{"text": "b", "callback_data": "c|/x"}]]}
    await call("sendMessage", chat_id=LI, text="a", reply_markup=keyboard)
    query = api.tap(api.sent(LI)[0], "b")
    assert (await call("answerCallbackQuery", callback_query_id=query))[0] == 200
    assert (await call("answerCallbackQuery", callback_query_id=query))[0] == 400


async def test_an_edit_must_change_something(api: BotApi, call: Raw) -> None:
    api.open(LI)
    await call("sendMessage", chat_id=LI, text="a")
    assert (await call("editMessageText", chat_id=LI, message_id=1, text="b"))[0] == 200
    assert "not modified" in (await call("editMessageText", chat_id=LI, message_id=1, text="b"))[1]
    assert [seen.text for seen in api.sent(LI)] == ["b"]


async def test_updates_stay_until_they_are_confirmed(api: BotApi, call: Raw) -> None:
    api.say(LI, "/start@etf_flow_bot")
    [update] = (await call("getUpdates"))[1]
    assert update["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 19}]
    assert (await call("getUpdates")) == (200, [update])
    assert (await call("getUpdates", offset=update["update_id"] + 1)) == (200, [])


async def test_a_poll_waits_for_news(api: BotApi, call: Raw) -> None:
    poll = asyncio.create_task(call("getUpdates", timeout=30))
    await api.until(lambda: api.updates.polled)
    api.say(LI, "hello")
    assert [update["message"]["text"] for update in (await poll)[1]] == ["hello"]


async def test_a_second_poll_throws_the_first_out(api: BotApi, call: Raw) -> None:
    first = asyncio.create_task(call("getUpdates", timeout=30))
    await api.until(lambda: api.updates.polled)
    second = asyncio.create_task(call("getUpdates", timeout=30))
    assert (await first)[0] == 409
    api.say(LI, "hello")
    assert (await second)[0] == 200


async def test_kinds_that_were_not_asked_for_are_dropped(api: BotApi, call: Raw) -> None:
    api.edit(LI, "b")
    assert (await call("getUpdates", allowed_updates=["message"])) == (200, [])
    assert (await call("getUpdates", allowed_updates=["message", "edited_message"])) == (200, [])


@pytest.mark.parametrize("command", [("ETF", "x"), ("基金", "x"), ("etf", ""), ("e" * 33, "x"), ("etf", "x" * 257)])
async def test_a_menu_that_telegram_refuses_is_refused(api: BotApi, call: Raw, command: tuple[str, str]) -> None:
    name, description = command
    status, _ = await call("setMyCommands", commands=[{"command": name, "description": description}])
    assert (status, api.menus) == (400, {})


async def test_a_lost_answer_is_a_message_that_arrived(api: BotApi, call: Raw) -> None:
    api.open(LI)
    api.fail("sendMessage", lost())
    with pytest.raises(ServerDisconnectedError):
        await call("sendMessage", chat_id=LI, text="a")
    assert len(api.sent(LI)) == 1


async def test_a_slow_answer_is_the_right_one(api: BotApi, call: Raw) -> None:
    api.open(LI)
    api.fail("sendMessage", slow(0.01), chat=LI)
    assert (await call("sendMessage", chat_id=LI, text="a"))[0] == 200


async def test_a_fault_meets_only_its_chat(api: BotApi, call: Raw) -> None:
    api.open(LI)
    api.open(LI + 1)
    api.fail("sendMessage", lost(), chat=LI + 1)
    assert (await call("sendMessage", chat_id=LI, text="a"))[0] == 200
