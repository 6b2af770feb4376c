"""History: when signals fired, what was told first, and what followed each time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.alerts import Reason
from bot.messages.model import Message, Style, Table
from bot.past import HORIZONS, Firing, firings, followed
from signals.core.field import Axis
from signals.core.panel import BOTH_EXCHANGES
from signals.core.prices import CHANGE
from signals.core.signal import Subject
from signals.premium import PremiumSpike
from signals.streak import InflowStreak
from tests.builders import market
from tests.commands.demo import Chat
from tests.commands.said import said, words
from tests.commands.told import panel_of, seen, tell

pytestmark = pytest.mark.anyio


def table(message: Message) -> Table:
    return next(block for block in message.blocks if isinstance(block, Table))


def rows(message: Message) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table(message).rows]


def commands(message: Message) -> list[str]:
    return [button.command for row in message.buttons for button in row]


async def test_a_fund_and_a_kind_share_the_title_and_leave_the_days(chat: Chat) -> None:
    answer = await chat.say("/history 560850 inflow_streak")
    assert said(answer)[0] == "历史：信创50ETF 连续净流入 〔演示数据〕"
    assert table(answer).header == ("日期", "1日后", "5日后", "20日后")
    days = [row[0] for row in rows(answer)]
    assert days == sorted(days, reverse=True)
    assert 0 < len(days) <= 10
    assert commands(answer) == ["/study inflow_streak", "/etf 560850"]
    assert "含分红、不受拆分影响" in words(answer)
    for text in ("历史 信创50ETF 连续净流入", "历史560850 Inflow streak"):
        assert rows(await chat.say(text)) == rows(answer)


async def test_a_fund_alone_shows_all_its_kinds(chat: Chat) -> None:
    answer = await chat.say("历史 560850")
    assert table(answer).header[:2] == ("日期", "信号")
    assert len({row[1] for row in rows(answer)}) > 1


async def test_a_kind_alone_shows_its_funds_and_a_market_its_index(chat: Chat) -> None:
    answer = await chat.say("历史 首次回调")
    assert table(answer).header[:2] == ("日期", "对象")
    assert len(rows(answer)) == 10
    assert any(cell.style is Style.UP for row in table(answer).rows for cell in row)
    market_wide = await chat.say("/history margin_rise")
    assert {row[1] for row in rows(market_wide)} == {"沪深两市融资融券"}


async def test_a_day_shows_what_fired_on_it(chat: Chat) -> None:
    panel = await panel_of(chat)
    found = firings(panel, chat.desk.world.detectors.values(), day=date(2025, 2, 5))
    answer = await chat.say("历史 2025-02-05")
    assert table(answer).header[:2] == ("信号", "对象")
    assert f"共{len(found)}次，列出{min(len(found), 10)}次" in said(answer)
    for text in ("/history 2025/2/5", "/history 20250205"):
        assert rows(await chat.say(text)) == rows(answer)
    both = await chat.say("/history first_pullback 2025-02-11")
    assert table(both).header[0] == "对象"


async def test_what_was_told_comes_first_and_what_was_taken_back_is_left_out(chat: Chat) -> None:
    await chat.say("订阅")
    (signal,) = await seen(chat, "premium_spike", "513100")
    days = [row[0] for row in rows(await chat.say("/history 513100 premium_spike"))]
    told = replace(signal, day=signal.day + timedelta(days=400))
    _, (number,) = await tell(chat, told)
    after = [row[0] for row in rows(await chat.say("/history 513100 premium_spike"))]
    assert after == [told.day.isoformat(), *days][:10]
    await tell(chat, replace(told, rung=0), reason=Reason.CORRECTED, follows=number)
    assert [row[0] for row in rows(await chat.say("/history 513100 premium_spike"))] == days


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("历史", "想看什么的历史"),
        ("历史 2025-02-08", "2025-02-08 不是交易日"),
        ("历史 2030-01-02", "2030-01-02 还没有到"),
        ("历史 2025-13-40", "没看懂“2025-13-40”"),
        ("历史 没有这个", "没有找到"),
        ("历史 560850 没有这个", "没有找到"),
    ],
)
async def test_what_cannot_be_shown_is_said(chat: Chat, text: str, answered: str) -> None:
    assert answered in words(await chat.say(text))


async def test_it_speaks_english(chat: Chat) -> None:
    answer = await chat.other("en", language="en").say("/history 560850")
    assert said(answer)[0].startswith("History: 信创50ETF")
    assert table(answer).header == ("Day", "Signal", "1d later", "5d later", "20d later")


def test_what_followed_is_counted_from_the_close_after_the_signal() -> None:
    closes = [1.0 + at / 100 for at in range(30)]
    panel = market(days=30).fund("510300", close=closes, nav=closes, shares=2e8).panel()
    told = [
        Firing(day=panel.sessions[at], kind="x", subject=Subject(Axis.FUND, code))
        for at, code in ((3, "510300"), (25, "510300"), (3, "159915"))
    ]
    early, late, unknown = followed(panel, told)
    assert early == pytest.approx([closes[4 + after] / closes[4] - 1 for after in HORIZONS], rel=1e-9)
    assert late[0] == pytest.approx(closes[27] / closes[26] - 1)
    assert late[1:] == (None, None)
    assert unknown == (None, None, None)
    assert CHANGE.on(panel).values.shape == (30, 1)


def test_what_has_no_measure_is_not_known() -> None:
    panel = market(days=8).margin("SSE", financing=[1e12] * 8).margin("SZSE", financing=[1e12] * 8).panel()
    told = [
        Firing(day=panel.sessions[2], kind="x", subject=Subject(Axis.MARKET, BOTH_EXCHANGES)),
        Firing(day=date(1999, 1, 4), kind="x", subject=Subject(Axis.FUND, "510300")),
    ]
    assert followed(panel, told) == [(None, None, None)] * 2


def test_firings_are_those_of_the_subject_and_the_day() -> None:
    counts = [2e8 + max(0, at - 20) * 1e7 for at in range(30)]
    panel = market(days=30).fund("510300", close=1.0, nav=1.0, shares=counts).fund("159915", close=1.0).panel()
    detector = InflowStreak()
    (first, *_) = every = firings(panel, [detector, PremiumSpike()])
    assert {one.subject.code for one in every} == {"510300"}
    assert every == sorted(every, key=lambda one: one.day, reverse=True)
    assert firings(panel, [detector], day=first.day) == [one for one in every if one.day == first.day]
    assert firings(panel, [detector], code="159915") == firings(panel, [detector], code="599999") == []
