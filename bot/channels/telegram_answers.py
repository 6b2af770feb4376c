"""Answers of a Bot API server as the library reads them, or an error that means so: a proxy can say anything."""

from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

import structlog
from telegram import Bot, Update
from telegram.error import NetworkError

from bot.channels.telegram_shapes import UPDATE, fits

UNREADABLE = (TypeError, LookupError, AttributeError, ValueError, ArithmeticError, OSError, RecursionError)
"""What the library raises for data of another shape than the Bot API's; a date can be any number."""

NOT_OURS = "an answer that is not the Bot API's"

T = TypeVar("T")

log = structlog.get_logger(__name__)


async def answered(call: Awaitable[T]) -> T:
    """What a call of the library returns; raises the library's own errors alone."""
    try:
        return await call
    except UNREADABLE as error:
        # The text of the error may quote the answer, which may be large and anybody's.
        log.warning("telegram answer not understood", why=type(error).__name__)
    raise NetworkError(NOT_OURS)


def update_of(told: dict[str, Any], bot: Bot | None = None) -> Update:
    """An update; raises ValueError for what is none."""
    if not fits(told, UPDATE):
        raise ValueError("this is no update")
    try:
        update = Update.de_json(_asked_for(told), bot)
        # Who speaks where is looked for in every part of it.
        _ = update.effective_chat, update.effective_user, update.effective_message
    except UNREADABLE:
        raise ValueError("this is no update") from None
    return update


def readable(told: object) -> list[Mapping[str, Any]]:
    """The updates of a poll; of those that cannot be read the number alone, which confirms them.

    The library gives up on all of them at the first one that it cannot read, and asks for the same ones for ever.
    Raises NetworkError for what is no list.
    """
    if not isinstance(told, list):
        raise NetworkError(NOT_OURS)
    return [found for one in told if (found := _readable(one)) is not None]


def _readable(one: object) -> Mapping[str, Any] | None:
    if not isinstance(one, dict):
        return None
    try:
        update_of(one)
    except ValueError:
        number = one.get("update_id")
        log.warning("telegram update not understood", update=number if isinstance(number, int) else None)
        try:
            return {"update_id": update_of({"update_id": number}).update_id}
        except ValueError:
            return None
    return _asked_for(one)


def _asked_for(told: Mapping[str, Any]) -> dict[str, Any]:
    """An update without the kinds that nobody asked for, whose shape is not known here."""
    return {name: told[name] for name in (*UPDATE.needed, *UPDATE.more) if name in told}
