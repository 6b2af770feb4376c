"""The fake Bot API is strict about files, albums, edits, pins, members, inline queries and webhooks too."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, FormData

from tests.channels.messages import PNG
from tests.channels.test_bot_api import Raw
from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_files import Upload

pytestmark = pytest.mark.anyio

LI, GROUP = 7001, -1001234


@pytest.fixture
async def call(api: BotApi) -> AsyncIterator[Raw]:
    async with ClientSession() as session:
        yield Raw(api, session)


def kept(api: BotApi) -> str:
    return api.files.keep(Upload("a.png", PNG)).id


async def test_a_file_comes_back_byte_by_byte(api: BotApi, call: Raw) -> None:
    api.open(LI)
    form = FormData({"chat_id": str(LI)})
    form.add_field("document", b"\x00\xff", filename="a.bin")
    async with ClientSession() as session:
        async with session.post(f"{api.base_url}{api.token}/sendDocument", data=form) as response:
            sent = (await response.json())["result"]
        _, file = await call("getFile", file_id=sent["document"]["file_id"])
        files = api.base_url.removesuffix("bot") + "file/bot"
        async with session.get(f"{files}{api.token}/{file['file_path']}") as response:
            assert await response.read() == b"\x00\xff"
        for path in (f"{api.token}/documents/nothing", f"1:x/{file['file_path']}"):
            async with session.get(files + path) as response:
                assert response.status in {401, 404}


@pytest.mark.parametrize(("count", "status"), [(1, 400), (2, 200), (10, 200), (11, 400)])
async def test_an_album_has_two_to_ten_pictures(api: BotApi, call: Raw, count: int, status: int) -> None:
    api.open(LI)
    media = [{"type": "photo", "media": kept(api)} for _ in range(count)]
    assert (await call("sendMediaGroup", chat_id=LI, media=media))[0] == status
    assert len(api.sent(LI)) == (count if status == 200 else 0)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("sendPhoto", {"photo": "file-9"}),
        ("sendPhoto", {"photo": "attach://nothing"}),
        ("sendMediaGroup", {"media": [{"type": "photo", "media": "file-9"}] * 2}),
        ("getFile", {"file_id": "file-9"}),
    ],
)
async def test_a_file_that_nobody_knows_is_refused(api: BotApi, call: Raw, method: str, params: dict[str, Any]) -> None:
    api.open(LI)
    at = {} if method == "getFile" else {"chat_id": LI}
    status, why = await call(method, **at, **params)
    assert status == 400
    assert "file" in why
    assert api.sent(LI) == []


async def test_what_a_message_has_not_cannot_be_edited(api: BotApi, call: Raw) -> None:
    room = api.open(LI)
    await call("sendMessage", chat_id=LI, text="a")
    await call("sendPhoto", chat_id=LI, photo=kept(api), caption="b")
    assert "no caption" in (await call("editMessageCaption", chat_id=LI, message_id=1, caption="x"))[1]
    assert "no text" in (await call("editMessageText", chat_id=LI, message_id=2, text="x"))[1]
    media = {"type": "photo", "media": kept(api), "caption": "c"}
    assert (await call("editMessageMedia", chat_id=LI, message_id=1, media=media))[0] == 200
    assert [(one.text, one.media) for one in api.sent(LI)] == [("c", "photo"), ("b", "photo")]
    room.too_old.add(1)
    assert "can't be edited" in (await call("editMessageCaption", chat_id=LI, message_id=1, caption="x"))[1]


async def test_pins_need_a_message_and_a_right(api: BotApi, call: Raw) -> None:
    room = api.open(GROUP)
    await call("sendMessage", chat_id=GROUP, text="a")
    assert "not found" in (await call("pinChatMessage", chat_id=GROUP, message_id=9))[1]
    assert (await call("pinChatMessage", chat_id=GROUP, message_id=1))[0] == 200
    assert (await call("getChat", chat_id=GROUP))[1]["pinned_message"]["message_id"] == 1
    assert (await call("unpinChatMessage", chat_id=GROUP, message_id=1))[0] == 200
    assert (await call("unpinChatMessage", chat_id=GROUP, message_id=1))[0] == 400
    room.may_pin = False
    assert "not enough rights" in (await call("pinChatMessage", chat_id=GROUP, message_id=1))[1]


async def test_people_stand_as_they_were_put(api: BotApi, call: Raw) -> None:
    api.open(GROUP).members = {1: "creator", 2: "administrator", 3: "member"}
    standing = [(await call("getChatMember", chat_id=GROUP, user_id=one))[1]["status"] for one in (1, 2, 3, 4)]
    assert standing == ["creator", "administrator", "member", "member"]
    managing = (await call("getChatAdministrators", chat_id=GROUP))[1]
    assert [one["user"]["id"] for one in managing] == [1, 2]


def article(number: object, text: str = "a") -> dict[str, Any]:
    content = {"message_text": text, "parse_mode": "HTML"}
    return {"type": "article", "id": str(number), "title": "t", "input_message_content": content}


@pytest.mark.parametrize(
    ("results", "why"),
    [
        ([article(1), article(1)], "RESULT_ID_INVALID"),
        ([article("x" * 65)], "RESULT_ID_INVALID"),
        ([article(number) for number in range(51)], "RESULTS_TOO_MUCH"),
        ([article(1, "<b>a")], "can't parse entities"),
    ],
)
async def test_what_cannot_be_offered_is_refused(
    api: BotApi, call: Raw, results: list[dict[str, Any]], why: str
) -> None:
    inquiry = api.inquire(LI, "x")
    assert why in (await call("answerInlineQuery", inline_query_id=inquiry, results=results))[1]
    assert (await call("answerInlineQuery", inline_query_id=inquiry, results=[article(1)]))[0] == 200
    assert (await call("answerInlineQuery", inline_query_id=inquiry, results=[]))[0] == 400


async def test_who_has_a_webhook_may_not_poll(api: BotApi, call: Raw) -> None:
    assert (await call("setWebhook", url="http://127.0.0.1:1/x", secret_token="not allowed"))[0] == 400
    assert (await call("setWebhook", url="http://127.0.0.1:1/x", secret_token="allowed_1-2"))[0] == 200
    assert (await call("getUpdates"))[0] == 409
    await call("deleteWebhook")
    api.say(LI, "hello")
    assert [update["message"]["text"] for update in (await call("getUpdates"))[1]] == ["hello"]


@pytest.mark.parametrize(
    "button",
    [
        {"text": "b", "callback_data": "c", "style": "purple"},
        {"text": "b"},
        {"text": "b", "callback_data": "c", "copy_text": {"text": "d"}},
        {"text": "b", "copy_text": {"text": "d" * 257}},
    ],
)
async def test_buttons_that_telegram_refuses_are_refused(api: BotApi, call: Raw, button: dict[str, Any]) -> None:
    api.open(LI)
    status, _ = await call("sendMessage", chat_id=LI, text="a", reply_markup={"inline_keyboard": [[button]]})
    assert status == 400
    assert api.sent(LI) == []
    api.defects.clear()  # aiogram knows the bounds of some of them


async def test_menus_lie_apart_by_chat_and_scope(api: BotApi, call: Raw) -> None:
    commands, scope = [{"command": "etf", "description": "x"}], {"type": "chat", "chat_id": LI}
    assert "chat not found" in (await call("setMyCommands", commands=commands, scope=scope))[1]
    api.open(LI)
    assert (await call("setMyCommands", commands=commands, scope=scope))[0] == 200
    assert (await call("getMyCommands", scope=scope))[1] == commands
    assert (await call("getMyCommands"))[1] == []
