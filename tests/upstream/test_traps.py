"""Answers that look good and are not: each is refused with the name of what refused it, or read as it is meant."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pytest

from bot.sources.akshare.etf_daily import EastmoneyDaily, EastmoneySpot
from bot.sources.base import NotPublishedError, Source, SourceChangedError
from bot.sources.gates import Baseline, check
from signals.core.snapshot import Snapshot
from tests.fakes.endpoint import Twist
from tests.fakes.publishers import SzseShareCounts, quote
from tests.upstream.world import AFTER, BEFORE, CODES, DAY, EVENING, MORNING, NAVS, SSE_CODES, good_quotes, shares_of

Sources = dict[str, Source]
Publishers = dict[str, Any]


def read(source: Source, day: date = DAY, now: datetime = EVENING, last_good: Snapshot | None = None) -> Snapshot:
    snapshot = source.read(day, now)
    check(snapshot, day, Baseline(last_good=last_good.table if last_good else None))
    return snapshot


@contextmanager
def refused(gate: str) -> Iterator[None]:
    with pytest.raises(SourceChangedError) as caught:
        yield
    assert caught.value.gate == gate


def scaled(counts: dict[date, dict[str, float]], factor: float) -> dict[date, dict[str, float]]:
    return {day: {code: count * factor for code, count in table.items()} for day, table in counts.items()}


@pytest.mark.parametrize("name", ["akshare.em", "akshare.sse_shares", "akshare.szse_shares", "akshare.sse_margin"])
def test_a_publisher_that_answers_with_another_day_is_refused(
    name: str, sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishers[name].answers_about = BEFORE
    if name == "akshare.em":
        monkeypatch.setattr(publishers[name], "quotes", good_quotes(BEFORE))
    with refused("day"):
        read(sources[name])


def test_an_earlier_sessions_prices_are_not_those_of_a_session_that_trades(
    publishers: Publishers, sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    daily = sources["akshare.em"]
    assert isinstance(daily, EastmoneyDaily)
    monkeypatch.setattr(publishers["akshare.em"], "quotes", good_quotes(BEFORE))
    with refused("day"):
        read(EastmoneySpot(daily.akshare))


def test_yesterdays_net_values_are_not_todays(sources: Sources, publishers: Publishers) -> None:
    publishers["akshare.ths"].answers_about = BEFORE
    with pytest.raises(NotPublishedError, match="0 of 230 net asset values"):
        read(sources["akshare.ths"])


def test_net_values_of_a_later_day_are_refused(sources: Sources, publishers: Publishers) -> None:
    publishers["akshare.ths"].answers_about = DAY
    with refused("day"):
        read(sources["akshare.ths"], BEFORE)


def test_szse_margin_of_another_day_cannot_be_told_by_its_source(sources: Sources, publishers: Publishers) -> None:
    publishers["akshare.szse_margin"].answers_about = BEFORE
    assert read(sources["akshare.szse_margin"]).table.loc["SZSE", "financing"] == 1.38e12


def test_dates_go_out_in_the_form_that_each_publisher_reads(sources: Sources, publishers: Publishers) -> None:
    for name in (
        "akshare.sse_shares",
        "akshare.szse_shares",
        "akshare.ths",
        "akshare.sse_margin",
        "akshare.szse_margin",
    ):
        read(sources[name])
    asked = {
        publishers[name].asked[0][key]
        for name, key in [
            ("akshare.sse_shares", "STAT_DATE"),
            ("akshare.szse_shares", "txtStart"),
            ("akshare.ths", "date"),
            ("akshare.szse_margin", "txtDate"),
        ]
    }
    assert asked == {"2026-11-20"}
    assert publishers["akshare.sse_margin"].asked[0]["beginDate"] == "20261120"


@pytest.mark.parametrize("name", ["akshare.sse_shares", "akshare.szse_shares"])
@pytest.mark.parametrize("factor", [1e-4, 1e4])
def test_share_counts_in_another_unit_are_refused(
    name: str, factor: float, sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = read(sources[name])
    monkeypatch.setattr(publishers[name], "counts", scaled(publishers[name].counts, factor))
    with refused("unit"):
        read(sources[name], last_good=good)


def test_a_heading_that_names_another_unit_is_refused(
    sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = SzseShareCounts(publishers["akshare.szse_shares"].counts, count_heading="基金规模(万份)")
    monkeypatch.setattr(publishers["akshare.szse_shares"], "headings", other.headings)
    with refused("columns"):
        read(sources["akshare.szse_shares"])


def test_volume_in_another_unit_is_refused(
    sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishers["akshare.em"], "quotes", [{**row, "f5": 200_000} for row in good_quotes()])
    with refused("unit"):
        read(sources["akshare.em"])


@pytest.mark.parametrize("name", ["akshare.sse_margin", "akshare.szse_margin"])
def test_balances_in_another_unit_are_refused(
    name: str, sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishers[name], "balances", {DAY: (1.39e8, 7.2e5)})
    with refused("unit"):
        read(sources[name])


@pytest.mark.parametrize(
    ("swap", "gate"),
    [(("rzye", "rqylje"), "unit"), (("rzye", "rzmre"), "margin_sum"), (("rzrqjyzl", "rzye"), "margin_sum")],
)
def test_margin_columns_in_each_others_place_are_refused_even_where_they_add_up(
    swap: tuple[str, str], gate: str, sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = swap
    endpoint = publishers["akshare.sse_margin"]
    true_rows = endpoint.rows
    monkeypatch.setattr(
        endpoint, "rows", lambda query: [{**row, one: row[other], other: row[one]} for row in true_rows(query)]
    )
    with refused(gate):
        read(sources["akshare.sse_margin"])


@pytest.mark.parametrize("name", ["akshare.em", "akshare.sse_shares", "akshare.szse_shares", "akshare.ths"])
def test_a_list_cut_short_is_refused(name: str, sources: Sources, publishers: Publishers) -> None:
    good = read(sources[name])
    publishers[name].twist = Twist.CUT
    with refused("row_count"):
        read(sources[name], last_good=good)


def test_a_list_whose_later_pages_say_null_is_not_out(
    sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishers["akshare.em"], "last_page", 1)
    with pytest.raises(NotPublishedError):
        read(sources["akshare.em"])


def test_szse_counts_are_provisional_over_the_weekend_and_final_on_the_next_sessions_morning(sources: Sources) -> None:
    source = sources["akshare.szse_shares"]
    saturday = MORNING.replace(day=21)
    assert source.read(DAY, saturday).provisional
    assert source.read(DAY, MORNING.replace(hour=7, minute=59)).provisional
    assert not source.read(DAY, MORNING.replace(hour=8, minute=0)).provisional


def test_a_count_of_zero_is_a_hole_and_not_a_redemption(
    sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = shares_of(SSE_CODES)
    counts[DAY][SSE_CODES[7]] = 0.0
    monkeypatch.setattr(publishers["akshare.sse_shares"], "counts", counts)
    table = read(sources["akshare.sse_shares"]).table
    assert table.index[table["shares"].isna()].to_list() == [SSE_CODES[7]]


def test_late_net_values_keep_their_rows_without_figures(
    sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = set(CODES[:40])
    today = {code: nav for code, nav in NAVS.items() if code not in late}
    monkeypatch.setattr(publishers["akshare.ths"], "values", {BEFORE: NAVS, DAY: today})
    table = read(sources["akshare.ths"]).table
    assert set(table.index) == set(CODES)
    assert set(table.index[table["nav"].isna()]) == late


def test_a_young_evening_with_few_net_values_is_not_out(
    sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = {code: NAVS[code] for code in CODES[:170]}
    monkeypatch.setattr(publishers["akshare.ths"], "values", {BEFORE: NAVS, DAY: today})
    with pytest.raises(NotPublishedError, match="170 of 230"):
        read(sources["akshare.ths"])


def test_a_suspended_fund_is_unknown_and_one_that_did_not_trade_today_is_left_out(
    sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    suspended, stale = SSE_CODES[0], SSE_CODES[1]
    others = [row for row in good_quotes() if row["f12"] not in {suspended, stale}]
    quotes = [*others, quote(suspended, DAY, prev_close=1.5, iopv=0), quote(stale, BEFORE, close=1.5)]
    monkeypatch.setattr(publishers["akshare.em"], "quotes", quotes)
    table = read(sources["akshare.em"]).table
    assert table.loc[suspended].dropna().to_dict() == {"prev_close": 1.5}
    assert stale not in table.index


def test_a_few_rows_that_are_no_etfs_are_left_out(
    sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed_in = [quote(code, DAY, close=1.0) for code in ("600519", "501018", "180101", "113050")]
    monkeypatch.setattr(publishers["akshare.em"], "quotes", [*good_quotes(), *mixed_in])
    assert set(read(sources["akshare.em"]).table.index) == set(CODES)


def test_a_list_of_something_else_is_refused(
    sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    stocks = [quote(f"6005{number:02}", DAY, close=10.0) for number in range(40)]
    monkeypatch.setattr(publishers["akshare.em"], "quotes", [*good_quotes(), *stocks])
    with refused("codes"):
        read(sources["akshare.em"])


def test_nothing_is_known_of_a_session_to_come(sources: Sources) -> None:
    for name in ("akshare.sse_shares", "akshare.szse_shares", "akshare.sse_margin", "akshare.szse_margin"):
        with pytest.raises(NotPublishedError):
            read(sources[name], AFTER)


def test_counts_in_ten_thousands_become_whole_shares(
    sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {code: 100_000_400.0 + 100 * number for number, code in enumerate(SSE_CODES)}
    assert any(float(f"{one / 1e4:.2f}") * 1e4 != one for one in counts.values())
    monkeypatch.setattr(publishers["akshare.sse_shares"], "counts", {DAY: counts})
    for name in ("sse.shares", "akshare.sse_shares"):
        assert read(sources[name]).table["shares"].to_dict() == counts
