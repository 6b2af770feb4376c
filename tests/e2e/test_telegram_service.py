"""The whole service on the demo market, talked to through a Bot API server: commands in, messages out."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.app import load_demo, opened, timetable_of
from bot.channels.telegram import TelegramChannel
from bot.deliveries import State
from bot.outbox import Drain, Pace
from bot.poll import World
from bot.replay import Replay, ReplayClock
from bot.subscriptions import Subscription
from config.settings import load_settings
from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_faults import refused
from tests.web.served import free_port

pytestmark = pytest.mark.anyio

READER, OLD_GROUP, NEW_GROUP = 7001, -55, -1001234
FIRST, LAST = date(2025, 2, 5), date(2025, 2, 11)
START = datetime(2025, 2, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
async def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the demo market, to be copied."""
    file = tmp_path_factory.mktemp("market") / "demo.db"
    async with opened(load_settings({}, file.parent, {"database": f"sqlite:///{file}", "source": "demo"})) as world:
        await load_demo(world)
    return file


@pytest.fixture
def folder(market: Path, tmp_path: Path) -> Path:
    """A folder with a copy of it."""
    shutil.copy(market, tmp_path / "demo.db")
    return tmp_path


@asynccontextmanager
async def service(api: BotApi, folder: Path, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The real command in a process of its own, with these settings too; asked to stop at the end."""
    environment = {
        **os.environ,
        "ETFBOT_TELEGRAM__TOKEN": api.token,
        "ETFBOT_TELEGRAM__BASE_URL": api.base_url,
        "ETFBOT_WEB__ENABLED": "false",
        "ETFBOT_DATABASE": f"sqlite:///{folder / 'demo.db'}",
        "ETFBOT_SOURCE": "demo",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        **more,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=folder, env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.communicate()


async def until_it_listens(api: BotApi, method: str = "getUpdates") -> None:
    for _ in range(9):  # loading the market takes longer than an answer may
        with suppress(AssertionError):
            return await api.until(lambda: api.called(method))
    raise AssertionError("the service never asked for updates")


async def test_a_conversation_from_start_to_digest(api: BotApi, folder: Path) -> None:
    async with service(api, folder) as process:
        await until_it_listens(api)
        [hello] = await api.ask(READER, "/start")
        assert "演示数据" in hello.text
        [joined] = await api.press(hello, "订阅")
        assert "订阅好了" in joined.text
        [watched] = await api.ask(READER, "关注 560850 159590")
        assert "信创50ETF" in watched.text
        assert "软件50ETF" in watched.text
        [card] = await api.press(watched, "信创50ETF")
        assert "6连涨（按净值）后首次回调" in card.text
        assert "02-11" in card.text
        before = len(api.sent(READER))
        await api.ask(READER, "日报")
        await api.until(lambda: "风险提示" in api.sent(READER)[-1].text, "the end of the digest")
        picture, *parts = api.sent(READER)[before:]
        assert picture.media == "photo"
        digest = "\n".join(sent.text for sent in parts)
        assert digest.index("软件50ETF") < digest.index("全市场看点") < digest.index("风险提示")
        [margin] = await api.ask(READER, "/margin@etf_flow_bot")
        assert "融资余额连续5日增加" in margin.text
        [unknown] = await api.ask(READER, "不存在的基金")
        assert "不存在的基金" in unknown.text
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    assert {one["command"] for one in api.menus["default", ""]} >= {"start", "subscribe", "etf", "digest"}


async def test_an_english_reader_is_answered_in_english(api: BotApi, folder: Path) -> None:
    async with service(api, folder):
        await until_it_listens(api)
        [hello] = await api.ask(READER, "/start", language="en")
        assert "share counts" in hello.text
        [card] = await api.ask(READER, "560850", language="en")
        assert "first pullback after 6 rising sessions" in card.text


async def test_a_group_brings_the_bot_in_moves_and_turns_it_out_over_a_webhook(api: BotApi, folder: Path) -> None:
    port = free_port()
    more = {
        "ETFBOT_WEB__ENABLED": "true",
        "ETFBOT_WEB__PORT": str(port),
        "ETFBOT_WEB__PASSWORD": "a-long-password",
        "ETFBOT_TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram",
        "ETFBOT_TELEGRAM__WEBHOOK_SECRET": "only-telegram-knows-this",
        "ETFBOT_OWNERS": f'["telegram:{READER}"]',
    }
    api.open(READER)
    api.open(OLD_GROUP).members = {READER: "creator"}
    async with service(api, folder, **more):
        await until_it_listens(api, "setWebhook")
        api.stand(OLD_GROUP, "left", "member", by=READER)
        [hello] = await api.answers(OLD_GROUP)
        assert "群管理员操作" in hello.text
        await api.press(hello, "开始", by=READER)
        [joined] = await api.ask(OLD_GROUP, "/subscribe", by=READER)
        assert "订阅好了" in joined.text
        [card, *_] = await api.suggestions(READER, "560850")
        assert card["text"].startswith("信创50ETF")
        api.move(OLD_GROUP, NEW_GROUP, told=True)
        api.stand(NEW_GROUP, "member", "kicked", by=READER)
        await api.ask(READER, "/help")
    assert api.called("getUpdates") == []
    assert f"chat:{READER}" in {scope for scope, _ in api.menus}
    settings = load_settings({}, folder, {"database": f"sqlite:///{folder / 'demo.db'}", "source": "demo"})
    async with opened(settings) as world:
        assert await world.store.subscriptions.find("telegram", str(OLD_GROUP)) is None
        moved = await world.store.subscriptions.find("telegram", str(NEW_GROUP))
    assert moved is not None
    assert not moved.active
    assert moved.paused_reason == "telegram: kicked"


@asynccontextmanager
async def demo_world(folder: Path) -> AsyncIterator[World]:
    settings = load_settings({}, folder, {"database": f"sqlite:///{folder / 'demo.db'}", "source": "demo"})
    async with opened(settings) as world:
        reader = Subscription(id=0, channel="telegram", chat=str(READER), watched=frozenset({"560850", "159590"}))
        await world.store.subscriptions.save(reader, START)
        yield world


async def replayed(world: World, telegram: TelegramChannel, folder: Path) -> None:
    clock = ReplayClock(at=START)
    drain = Drain(world.store.outbox, {"telegram": telegram}, clock.now, Pace())
    timetable = timetable_of(load_settings({}, folder))
    async for _ in Replay(world=world, timetable=timetable, clock=clock, drain=drain).run(FIRST, LAST):
        pass


@pytest.mark.slow
async def test_alerts_reach_the_reader_once(api: BotApi, telegram: TelegramChannel, folder: Path) -> None:
    api.open(READER)
    async with demo_world(folder) as world:
        await replayed(world, telegram, folder)
        told = [sent.text for sent in api.sent(READER)]
        assert sum("7连涨（按净值）后首次回调" in text for text in told) == 1
        assert sum("连续第5日获净流入" in text for text in told) == 1
        assert not any("连续第6日获净流入" in text for text in told)
        await replayed(world, telegram, folder)
        assert [sent.text for sent in api.sent(READER)] == told


@pytest.mark.slow
async def test_markup_that_the_server_refuses_arrives_as_plain_text(
    api: BotApi, telegram: TelegramChannel, folder: Path
) -> None:
    api.open(READER)
    api.fail("sendMessage", refused(400, "Bad Request: can't parse entities: unsupported start tag"))
    async with demo_world(folder) as world:
        await replayed(world, telegram, folder)
        assert (await world.store.outbox.counts())[State.DEAD] == 0
    first = api.sent(READER)[0]
    assert not first.html
    assert "ETF信号提醒" in first.text
    assert "<" not in first.text


@pytest.mark.slow
async def test_a_reader_who_blocks_the_bot_is_paused_and_keeps_his_settings(
    api: BotApi, telegram: TelegramChannel, folder: Path
) -> None:
    api.open(READER)
    api.shut(READER)
    async with demo_world(folder) as world:
        await replayed(world, telegram, folder)
        paused = await world.store.subscriptions.find("telegram", str(READER))
    assert paused is not None
    assert not paused.active
    assert paused.watched == {"560850", "159590"}
    assert len(api.called("sendMessage")) == 1
