"""Status: how fresh the data is, what cannot be had now."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.asking import Collected
from bot.poll import PollReport, Slot, job_of
from bot.sources.datum import Round
from bot.sources.upstreams import Outcome
from bot.store.fetches import Fetch
from tests.commands.demo import EVENING, MORNING, Chat, at, talking
from tests.commands.said import said, words

pytestmark = pytest.mark.anyio


async def test_status_tells_the_newest_session_of_every_table_and_when_it_became_known(chat: Chat) -> None:
    lines = said(await chat.say("状态"))
    assert "份额  更新至 02-11（02-12 08:50 获知）" in lines
    assert "两融  更新至 02-11（02-12 08:55 获知）" in lines
    assert f"交易日历至 {chat.desk.world.calendar.last.isoformat()}" in lines
    assert f"版本 {chat.desk.version}" in lines


async def test_status_of_an_evening_does_not_look_ahead(chat: Chat) -> None:
    chat.hour.at = EVENING
    text = words(await chat.say("status"))
    assert "份额  更新至 02-10（02-11 08:50 获知）" in text
    assert "02-12" not in text


async def test_status_before_anything_is_known_says_so(chat: Chat) -> None:
    chat.hour.at = at("2019-01-02 09:20")
    assert "还没有任何数据。" in said(await chat.say("状态"))


async def test_status_names_sources_that_fail_until_they_are_back(chat: Chat) -> None:
    health = chat.desk.health
    health.note(_report({"etf_shares.szse": "down"}))
    assert "暂时取不到：etf_shares.szse（恢复后自动补上）" in said(await chat.say("状态"))
    health.note(_report({}))
    assert "暂时取不到" not in words(await chat.say("状态"))


async def test_status_tells_the_last_polls_and_counts_messages(database: Path) -> None:
    async with talking(database) as chat:
        runs = chat.store.runs
        await runs.finish(job_of(Round.EVENING), EVENING, EVENING, "")
        await runs.finish(job_of(Round.MORNING), MORNING, MORNING, "")
        await runs.finish("digest/evening", MORNING, MORNING, "")
        lines = said(await chat.say("状态"))
    first = lines.index("消息：待发 0，已发 0，失败 0")
    assert lines[first + 1 : -2] == ["最近一次早间数据：02-12 09:20", "最近一次晚间数据：02-11 18:21"]


async def test_status_tells_who_served_what_who_is_left_alone_and_how_many_requests_today(database: Path) -> None:
    async with talking(database) as chat:
        fetch = Fetch(
            at=MORNING,
            datum="margin.sse",
            source="sse.margin",
            host="query.sse.com.cn",
            day=MORNING.date(),
            outcome=Outcome.TABLE,
            requests=2,
            seconds=0.3,
            rows=1,
            detail="",
        )
        yesterday = replace(fetch, at=MORNING - timedelta(days=1), datum="shares.sse", source="akshare.sse_shares")
        for one in (yesterday, fetch, replace(fetch, host="www.szse.cn", outcome=Outcome.LIMITED, requests=1)):
            await chat.store.fetches.add(one)
        chat.desk.world.upstreams.note("www.szse.cn", Outcome.LIMITED, MORNING)
        lines = said(await chat.say("状态"))
    first = lines.index("各项数据由谁提供")
    assert lines[first + 1 : first + 5] == [
        "margin.sse ← sse.margin（02-12 09:20）",
        "shares.sse ← akshare.sse_shares（02-11 09:20）",
        "www.szse.cn 暂停请求至 02-12 09:35",
        "今日请求3次：query.sse.com.cn 2、www.szse.cn 1",
    ]


async def test_status_of_a_market_that_asks_nobody_tells_of_no_publisher(chat: Chat) -> None:
    text = words(await chat.say("状态"))
    assert "由谁提供" not in text
    assert "今日请求" not in text


def _report(failures: dict[str, str]) -> PollReport:
    slot = Slot(round=Round.EVENING, due=EVENING, day=EVENING.date())
    return PollReport(slot=slot, collected=Collected(asked=["etf_shares.szse"], failures=failures))
