"""The commands that Telegram's clients offer: by chat, by standing, in two languages."""

from collections.abc import Collection, Iterable

import structlog
from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.constants import BotCommandLimit
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.channels.base import MenuEntry
from bot.channels.telegram_answers import answered

CODES = ("", "zh")
"""Clients in any other language get the first."""

log = structlog.get_logger(__name__)


async def set_menus(bot: ExtBot[None], menu: Collection[MenuEntry], admins: Collection[str]) -> None:
    """Set every menu that is not yet as it should be; one that the server refuses is logged and left.

    In groups everybody is offered what anybody may say there, administrators of the group all the rest too.
    `admins` are people whose private chat offers the commands of the service's administrators.
    """
    usual = [one for one in menu if not one.admin]
    scopes: list[tuple[BotCommandScope, Iterable[MenuEntry]]] = [
        (BotCommandScopeDefault(), usual),
        (BotCommandScopeAllPrivateChats(), usual),
        (BotCommandScopeAllGroupChats(), [one for one in usual if not one.sets_up]),
        (BotCommandScopeAllChatAdministrators(), usual),
    ]
    scopes += [(BotCommandScopeChat(int(one)), menu) for one in admins if one.isdecimal()]
    for scope, entries in scopes:
        for code in CODES:
            await _set(bot, scope, [_command(one, code) for one in entries], code)


async def _set(bot: ExtBot[None], scope: BotCommandScope, commands: list[BotCommand], code: str) -> None:
    wanted, of = commands[: BotCommandLimit.MAX_COMMAND_NUMBER], code or None
    try:
        if list(await answered(bot.get_my_commands(scope, of))) != wanted:
            await answered(bot.set_my_commands(wanted, scope, of))
    except TelegramError as error:
        log.warning("telegram menu not set", scope=scope.type, why=error.message)


def _command(entry: MenuEntry, code: str) -> BotCommand:
    text = entry.help_zh if code == "zh" else entry.help_en
    return BotCommand(entry.name, text[: BotCommandLimit.MAX_DESCRIPTION])
