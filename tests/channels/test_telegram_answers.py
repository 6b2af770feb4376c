"""Answers and updates of another shape than the Bot API's: what is done with each."""

from typing import Any

import pytest
from telegram.error import ChatMigrated, NetworkError, RetryAfter

from bot.channels.telegram_answers import answered, readable, update_of
from bot.channels.telegram_line import WatchedTransport
from bot.channels.telegram_people import kind_of
from bot.channels.telegram_refusals import WAIT_SECONDS_MAX, refusal
from bot.channels.telegram_shapes import UPDATE, fits
from bot.deliveries import Address

CHAT = {"id": 7001, "type": "private"}
LI = {"id": 7001, "is_bot": False, "first_name": "Li"}
FINE: dict[str, Any] = {
    "update_id": 5,
    "message": {"message_id": 1, "date": 1_739_300_000, "chat": CHAT, "from": LI, "text": "/help"},
}


def test_an_update_that_cannot_be_read_is_confirmed_and_the_others_are_heard() -> None:
    told = readable([{"update_id": 4, "message": 7}, FINE, {"update_id": "6"}, None, {"update_id": 7, "message": {}}])
    assert told == [{"update_id": 4}, FINE, {"update_id": 7}]


@pytest.mark.parametrize("told", [None, {}, "x", 7, True])
def test_a_poll_that_brings_no_list_is_a_failed_one(told: object) -> None:
    with pytest.raises(NetworkError):
        readable(told)


@pytest.mark.parametrize("payload", [b"[" * 100_000, b"{", b"7", b'{"ok": true}', b"\xff"])
def test_a_payload_that_is_none_is_a_failed_poll(payload: bytes) -> None:
    with pytest.raises(NetworkError):
        WatchedTransport.parse_json_payload(payload)


@pytest.mark.parametrize(
    "body",
    [
        {"my_chat_member": {}},
        {"my_chat_member": {"chat": CHAT, "from": LI, "date": 1, "old_chat_member": None, "new_chat_member": None}},
        {"callback_query": {"id": "1", "from": None, "chat_instance": "x", "data": "c|/help"}},
        {"callback_query": {"id": "1", "from": LI, "chat_instance": "x", "data": 7}},
        {"inline_query": {"id": "1", "from": LI, "query": None, "offset": ""}},
        {"message": {**FINE["message"], "text": 7}},
        {"message": {**FINE["message"], "chat": {"id": "7001", "type": "private"}}},
        {"message": {**FINE["message"], "from": {**LI, "language_code": {}}}},
        {"message": {**FINE["message"], "document": {"file_id": 1, "file_unique_id": "x"}}},
        {"message": {**FINE["message"], "reply_markup": {"inline_keyboard": [{}]}}},
        {"message": {**FINE["message"], "migrate_to_chat_id": "all"}},
    ],
)
def test_what_would_be_a_defect_later_is_no_update(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no update"):
        update_of({"update_id": 1, **body})


def test_what_the_shape_does_not_name_may_be_anything() -> None:
    assert fits({**FINE, "poll": 3, "message": {**FINE["message"], "venue": []}}, UPDATE)
    assert update_of(FINE).update_id == 5


def test_a_kind_that_nobody_asked_for_is_confirmed_and_not_looked_at() -> None:
    edited = {"update_id": 8, "edited_message": {**FINE["message"], "chat": {"id": [], "type": "private"}}}
    assert readable([edited]) == [{"update_id": 8}]
    assert update_of(edited).effective_chat is None


def test_a_chat_of_a_kind_that_is_not_known_yet_is_read_by_many() -> None:
    chat = update_of(
        {"update_id": 1, "message": {**FINE["message"], "chat": {"id": -5, "type": "planet"}}}
    ).effective_chat
    assert chat is not None
    assert kind_of(chat) == "group"


@pytest.mark.anyio
@pytest.mark.parametrize("error", [TypeError, KeyError, IndexError, OverflowError, RecursionError, AttributeError])
async def test_a_call_fails_in_the_librarys_own_way_alone(error: type[Exception]) -> None:
    async def call() -> None:
        raise error("secret words of a server")

    with pytest.raises(NetworkError) as caught:
        await answered(call())
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(("asked", "seconds"), [(7, 7.0), (10**9, WAIT_SECONDS_MAX), (-5, 0.0)])
def test_no_server_makes_a_message_wait_for_years(asked: int, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    told = refusal(RetryAfter(asked), Address("1"))
    assert told is not None
    assert told.retry_after_seconds == seconds


@pytest.mark.parametrize("asked", [[None], ":", {}, None])
def test_a_wait_that_is_no_number_is_left_to_us(asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    told = refusal(RetryAfter(asked), Address("1"))
    assert told is not None
    assert (told.retry_after_seconds, told.permanent, told.unknown) == (None, False, False)


@pytest.mark.parametrize(("moved", "chat"), [(-100500, "-100500"), ("elsewhere", None), ({}, None)])
def test_a_chat_moves_to_a_number_or_not_at_all(moved: Any, chat: str | None) -> None:
    told = refusal(ChatMigrated(moved), Address("1"))
    assert told is not None
    assert (told.moved_to.chat if told.moved_to else None) == chat
