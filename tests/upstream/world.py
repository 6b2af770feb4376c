"""A small market on three sessions, and the endpoints that publish it."""

from datetime import date, datetime

from signals.core.calendar import MARKET_ZONE, TradingCalendar
from tests.fakes.endpoint import Endpoint
from tests.fakes.publishers import (
    EastmoneyList,
    SseMarginTable,
    SseShareCounts,
    SzseMarginTable,
    SzseShareCounts,
    ThsNetValues,
    quote,
)

BEFORE, DAY, AFTER = date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 23)
"""Thursday, Friday, Monday."""

CALENDAR = TradingCalendar.of([BEFORE, DAY, AFTER])
EVENING = datetime(2026, 11, 20, 22, 0, tzinfo=MARKET_ZONE)
MORNING = datetime(2026, 11, 23, 8, 55, tzinfo=MARKET_ZONE)

SSE_CODES = [f"51{number:03}0" for number in range(120)]
SZSE_CODES = [f"159{number:03}" for number in range(110)]
CODES = [*SZSE_CODES, *SSE_CODES]

CLOSES = {code: round(1 + number / 1000, 3) for number, code in enumerate(CODES)}
SHARES = {code: 1e8 + 10_000 * number for number, code in enumerate(CODES)}
NAVS = {code: round(1 + number / 1000 + 0.0005, 4) for number, code in enumerate(CODES)}
SSE_BALANCE = (1_392_832_663_141.0, 7_223_511_002.0)
SZSE_BALANCE = (1_398_204_000_000.0, 7_231_000_000.0)


def good_quotes(day: date = DAY) -> list[dict[str, object]]:
    """Every fund of the market, traded on the day."""
    return [
        quote(
            code,
            day,
            open=close - 0.01,
            high=close + 0.02,
            low=close - 0.02,
            close=close,
            prev_close=close - 0.005,
            volume_lots=2000,
            amount_cny=round(200_000 * close),
            iopv=close - 0.001,
        )
        for code, close in CLOSES.items()
    ]


def shares_of(codes: list[str]) -> dict[date, dict[str, float]]:
    """The same counts on two sessions."""
    return {day: {code: SHARES[code] for code in codes} for day in (BEFORE, DAY)}


def endpoints() -> dict[str, Endpoint]:
    """Who publishes the market, by the name of the source that reads it."""
    return {
        "akshare.em": EastmoneyList(good_quotes()),
        "akshare.sse_shares": SseShareCounts(shares_of(SSE_CODES)),
        "akshare.szse_shares": SzseShareCounts(shares_of(SZSE_CODES)),
        "akshare.ths": ThsNetValues({BEFORE: NAVS, DAY: NAVS}),
        "akshare.sse_margin": SseMarginTable({BEFORE: (1.38e12, 7e9), DAY: SSE_BALANCE}),
        "akshare.szse_margin": SzseMarginTable({BEFORE: (1.38e12, 7e9), DAY: SZSE_BALANCE}),
    }
