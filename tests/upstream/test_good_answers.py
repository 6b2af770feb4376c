"""A day of good answers, read as production reads them: a child process for every call."""

from datetime import date

import pandas as pd
import pytest

from bot.sources.base import Source
from bot.sources.datum import sources_in
from bot.sources.gates import Baseline, check
from bot.sources.live import callers_of, live_data
from signals.core.snapshot import Snapshot
from tests.fakes.endpoint import Endpoint
from tests.upstream.world import (
    CALENDAR,
    CLOSES,
    CODES,
    DAY,
    EVENING,
    NAVS,
    SHARES,
    SSE_BALANCE,
    SSE_CODES,
    SZSE_BALANCE,
    SZSE_CODES,
)


@pytest.fixture(scope="module")
def live(service_environment: dict[str, str]) -> dict[str, Source]:
    return {one.name: one for one in sources_in(live_data(callers_of(service_environment), CALENDAR))}


def read(source: Source, day: date = DAY) -> Snapshot:
    snapshot = source.read(day, EVENING)
    check(snapshot, day, Baseline())
    assert (snapshot.day, snapshot.fetched_at, snapshot.known_at) == (day, EVENING, EVENING)
    return snapshot


def shares_table(codes: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"shares": [SHARES[code] for code in codes]}, index=codes)


def margin_table(exchange: str, financing: float, short: float) -> pd.DataFrame:
    return pd.DataFrame({"financing": financing, "short": short, "total": financing + short}, index=[exchange])


def test_daily_figures_come_in_yuan_and_shares_over_three_pages(
    live: dict[str, Source], publishers: dict[str, Endpoint]
) -> None:
    closes = [CLOSES[code] for code in CODES]
    expected = pd.DataFrame(
        {
            "open": [close - 0.01 for close in closes],
            "high": [close + 0.02 for close in closes],
            "low": [close - 0.02 for close in closes],
            "close": closes,
            "prev_close": [close - 0.005 for close in closes],
            "volume": 200_000.0,
            "amount": [float(round(200_000 * close)) for close in closes],
            "iopv": [close - 0.001 for close in closes],
        },
        index=CODES,
    )
    pd.testing.assert_frame_equal(read(live["akshare.em"]).table, expected.sort_index())
    assert [query["pn"] for query in publishers["akshare.em"].asked] == ["1", "2", "3"]


def test_while_the_exchanges_trade_prices_and_iopv_are_of_one_list(live: dict[str, Source]) -> None:
    table = read(live["akshare.em.spot"]).table
    code = SSE_CODES[3]
    assert table.loc[code, ["spot_price", "spot_prev_close", "spot_iopv"]].to_list() == pytest.approx(
        [CLOSES[code], CLOSES[code] - 0.005, CLOSES[code] - 0.001]
    )
    assert set(table.columns) == {"spot_price", "spot_prev_close", "spot_amount", "spot_iopv"}


def test_sse_counts_shares_and_is_final_at_once(live: dict[str, Source]) -> None:
    snapshot = read(live["akshare.sse_shares"])
    pd.testing.assert_frame_equal(snapshot.table, shares_table(SSE_CODES))
    assert not snapshot.provisional


def test_szse_counts_shares_and_is_provisional_in_the_evening(live: dict[str, Source]) -> None:
    snapshot = read(live["akshare.szse_shares"])
    pd.testing.assert_frame_equal(snapshot.table, shares_table(SZSE_CODES))
    assert snapshot.provisional


def test_net_values_come_by_code(live: dict[str, Source]) -> None:
    expected = pd.DataFrame({"nav": [NAVS[code] for code in CODES]}, index=CODES)
    pd.testing.assert_frame_equal(read(live["akshare.ths"]).table, expected.sort_index())


def test_sse_margin_comes_in_yuan(live: dict[str, Source]) -> None:
    pd.testing.assert_frame_equal(read(live["akshare.sse_margin"]).table, margin_table("SSE", *SSE_BALANCE))


def test_szse_margin_comes_in_yuan_though_published_in_hundred_millions(live: dict[str, Source]) -> None:
    pd.testing.assert_frame_equal(read(live["akshare.szse_margin"]).table, margin_table("SZSE", *SZSE_BALANCE))
