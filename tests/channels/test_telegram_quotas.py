"""How Telegram's limits are kept: pushes and answers share them, and one chat's refusal is not everybody's."""

import asyncio

import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_quotas import quotas
from bot.deliveries import Address, SendFailedError
from bot.messages.model import plain
from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_faults import flooded

pytestmark = pytest.mark.anyio

LI, WANG, ZHAO = 7001, 7002, 7003


@pytest.mark.parametrize(
    ("chat", "allowed"),
    [("17", [(1, 1.0)]), ("-100123", [(1, 1.0), (20, 60.0)]), ("@news", [(1, 1.0), (20, 60.0)])],
)
def test_groups_and_channels_get_fewer(chat: str, allowed: list[tuple[int, float]]) -> None:
    assert [(one.messages, one.seconds) for one in quotas().of_chat(chat)] == allowed


def test_paid_broadcasts_are_faster() -> None:
    overall = quotas(1000).overall
    assert overall is not None
    assert (overall.messages, overall.seconds) == (1000, 1.0)


async def _refused(telegram: TelegramChannel, api: BotApi, chat: int, seconds: int) -> None:
    api.open(chat)
    api.fail("sendMessage", flooded(seconds))
    with pytest.raises(SendFailedError):
        await telegram.send(Address(str(chat)), telegram.render(plain("x"))[0])


async def _has_a_turn(telegram: TelegramChannel) -> bool:
    try:
        async with asyncio.timeout(0.3), telegram.limiter.turn("99", 1):
            return True
    except TimeoutError:
        return False


async def test_one_chat_that_is_flooded_waits_alone(telegram: TelegramChannel, api: BotApi) -> None:
    for _ in range(2):
        await _refused(telegram, api, LI, 30)
    assert await _has_a_turn(telegram)


async def test_two_at_once_mean_everybody(telegram: TelegramChannel, api: BotApi) -> None:
    await _refused(telegram, api, LI, 30)
    await _refused(telegram, api, WANG, 30)
    assert not await _has_a_turn(telegram)


async def test_two_full_groups_are_not_everybody_while_others_are_served(
    telegram: TelegramChannel, api: BotApi
) -> None:
    await _refused(telegram, api, LI, 30)
    api.open(ZHAO)
    await telegram.send(Address(str(ZHAO)), telegram.render(plain("x"))[0])
    await _refused(telegram, api, WANG, 30)
    assert await _has_a_turn(telegram)
