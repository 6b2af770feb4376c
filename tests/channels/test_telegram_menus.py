"""Which commands Telegram's clients offer whom."""

import pytest

from bot.channels.base import MenuEntry
from bot.channels.telegram import TelegramChannel
from tests.channels.talking import Echo, served
from tests.fakes.bot_api import BotApi

pytestmark = pytest.mark.anyio

LI, OWNER = 7001, 7009
MENU = (
    MenuEntry(name="etf", help_zh="看一只基金", help_en="Show a fund", word_zh="基金"),
    MenuEntry(name="watch", help_zh="关注", help_en="Watch", sets_up=True),
    MenuEntry(name="admin", help_zh="管理", help_en="Administer", admin=True),
)


def names(api: BotApi, scope: str, code: str = "") -> list[str]:
    return [one["command"] for one in api.menus[scope, code]]


@pytest.mark.parametrize("code", ["", "zh"])
async def test_everybody_is_offered_what_he_may_say(api: BotApi, code: str) -> None:
    api.open(OWNER)
    channel = TelegramChannel(api.token, base_url=api.base_url, admins=[str(OWNER), "@name", "7008"])
    async with served(channel, Echo(), MENU):
        await api.ask(LI, "/help")
    assert names(api, "default", code) == names(api, "all_private_chats", code) == ["etf", "watch"]
    assert names(api, "all_group_chats", code) == ["etf"]
    assert names(api, "all_chat_administrators", code) == ["etf", "watch"]
    assert names(api, f"chat:{OWNER}", code) == ["etf", "watch", "admin"]
    assert not any("7008" in scope for scope, _ in api.menus)  # he has never spoken to the bot
    await channel.aclose()


async def test_an_administrators_menu_is_set_once_he_can_be_reached(api: BotApi) -> None:
    channel = TelegramChannel(api.token, base_url=api.base_url, admins=[str(OWNER)])
    async with served(channel, Echo(), MENU):
        await api.ask(LI, "/help")
    assert ("chat:7009", "") not in api.menus
    before = len(api.called("setMyCommands"))
    api.open(OWNER)
    async with served(channel, Echo(), MENU):
        await api.ask(LI, "/help")
    assert api.menus["chat:7009", "zh"][2] == {"command": "admin", "description": "管理"}
    assert len(api.called("setMyCommands")) == before + 2
    await channel.aclose()
