"""Margin balances from where they are asked for second, Beijing's, and margin fund by fund."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from bot.sources.akshare.bse_margin import BseMargin
from bot.sources.akshare.jin10_margin import Jin10Margin
from bot.sources.akshare.margin_detail import SseMarginDetail, SzseMarginDetail
from bot.sources.base import NotPublishedError, Source, SourceChangedError
from bot.sources.gates import Baseline, check
from signals.core.snapshot import Snapshot
from tests.fakes.margin_endpoints import (
    BseMarginTable,
    BySecurity,
    Jin10SseReport,
    Jin10SzseReport,
    SseMarginList,
    SzseMarginList,
)
from tests.fakes.publishers import SseMarginTable
from tests.upstream.matrix import break_way, cells, meaning_of, twist
from tests.upstream.served import mend, served
from tests.upstream.world import (
    AFTER,
    BEFORE,
    CALENDAR,
    DAY,
    MORNING,
    SSE_BALANCE,
    SSE_CODES,
    SZSE_BALANCE,
    SZSE_CODES,
)

CONTENT = """
                           good   empty  null   renamed  wider    reordered
jin10.margin.sse           table  wait   wait   table    changed  changed
jin10.margin.szse          table  wait   wait   table    changed  changed
akshare.bse_margin         table  wait   wait   changed  table    table
akshare.sse_margin_detail  table  wait   wait   table    changed  changed
akshare.szse_margin_detail table  wait   wait   table    changed  changed
"""
"""All but Beijing's name their columns by position: new names do not hurt them, a new order would."""

TRANSPORT = """
                           blank    html     403      429      500      short  reset    banned   hang
jin10.margin.sse           down     down     limited  limited  down     down   limited  limited  down
jin10.margin.szse          down     down     limited  limited  down     down   limited  limited  down
akshare.bse_margin         down     down     limited  limited  down     down   limited  limited  down
akshare.sse_margin_detail  down     down     limited  limited  down     down   limited  limited  down
akshare.szse_margin_detail down     down     limited  limited  down     down   limited  limited  down
"""

BSE_BALANCE = (7_103_456_700.0, 3_216_500.0)
SSE_FUNDS = {code: (3e7 + number, 2e5 + number) for number, code in enumerate(SSE_CODES)}
SZSE_FUNDS = {code: (3e7 + number, 2e5 + number) for number, code in enumerate(SZSE_CODES)}
SHANGHAI = {**SSE_FUNDS, **{f"60{number:04}": (2e10, 1e7) for number in range(70)}}
SHENZHEN = {**SZSE_FUNDS, **{f"00{number:04}": (2e10, 1e7) for number in range(70)}}

Sources = dict[str, Source]
Publishers = dict[str, Any]


@pytest.fixture(scope="module")
def world() -> Publishers:
    return {
        "jin10.margin.sse": Jin10SseReport({BEFORE: (1.38e12, 7e9), DAY: SSE_BALANCE}),
        "jin10.margin.szse": Jin10SzseReport({BEFORE: (1.38e12, 7e9), DAY: SZSE_BALANCE}),
        "akshare.bse_margin": BseMarginTable({BEFORE: (7.1e9, 3e6), DAY: BSE_BALANCE}),
        "akshare.sse_margin": SseMarginTable({DAY: SSE_BALANCE}),
        "akshare.sse_margin_detail": SseMarginList({BEFORE: SHANGHAI, DAY: SHANGHAI}),
        "akshare.szse_margin_detail": SzseMarginList({BEFORE: SHENZHEN, DAY: SHENZHEN}),
    }


@pytest.fixture(scope="module")
def sources(world: Publishers) -> Iterator[Sources]:
    with served(*world.values()) as one:
        asked = one.akshare
        told = (
            Jin10Margin(asked, "SSE"),
            Jin10Margin(asked, "SZSE"),
            BseMargin(asked),
            SseMarginDetail(asked),
            SzseMarginDetail(asked),
        )
        yield {source.name: source for source in told}


@pytest.fixture
def publishers(world: Publishers) -> Iterator[Publishers]:
    yield world
    mend(*world.values())


def read(source: Source, day: date = DAY, last_good: Snapshot | None = None) -> Snapshot:
    snapshot = source.read(day, MORNING)
    baseline = Baseline(last_good=last_good.table, last_day=last_good.day) if last_good else Baseline()
    check(snapshot, day, baseline)
    return snapshot


def gate_of(source: Source, day: date = DAY, last_good: Snapshot | None = None) -> str:
    """The gate that closes."""
    with pytest.raises(SourceChangedError) as caught:
        read(source, day, last_good)
    return caught.value.gate


def balance_table(exchange: str, financing: float, short: float) -> pd.DataFrame:
    return pd.DataFrame({"financing": financing, "short": short, "total": financing + short}, index=[exchange])


def detail_table(funds: BySecurity) -> pd.DataFrame:
    return pd.DataFrame.from_dict(dict(funds), orient="index", columns=["fund_financing", "fund_short_shares"])


@pytest.mark.parametrize(("name", "said", "meaning"), cells(CONTENT))
def test_what_an_answer_means(name: str, said: str, meaning: str, sources: Sources, publishers: Publishers) -> None:
    twist(publishers[name], said)
    assert meaning_of(sources[name], DAY, MORNING) == meaning


@pytest.mark.parametrize(("name", "fault", "meaning"), cells(TRANSPORT))
def test_what_a_broken_way_means(name: str, fault: str, meaning: str, sources: Sources, publishers: Publishers) -> None:
    break_way(publishers[name], fault, publishers.values())
    assert meaning_of(sources[name], DAY, MORNING) == meaning


@pytest.mark.parametrize(
    ("name", "exchange", "balance"),
    [
        ("jin10.margin.sse", "SSE", SSE_BALANCE),
        ("jin10.margin.szse", "SZSE", SZSE_BALANCE),
        ("akshare.bse_margin", "BSE", BSE_BALANCE),
    ],
)
def test_balances_come_in_yuan_though_beijing_publishes_ten_thousands(
    name: str, exchange: str, balance: tuple[float, float], sources: Sources
) -> None:
    snapshot = read(sources[name])
    pd.testing.assert_frame_equal(snapshot.table, balance_table(exchange, *balance))
    assert (snapshot.source, snapshot.scope, snapshot.day) == (name, exchange, DAY)


@pytest.mark.parametrize(
    ("name", "funds"), [("akshare.sse_margin_detail", SSE_FUNDS), ("akshare.szse_margin_detail", SZSE_FUNDS)]
)
def test_of_margin_by_security_the_funds_are_kept_in_yuan_and_shares(
    name: str, funds: Mapping[str, tuple[float, float]], sources: Sources
) -> None:
    pd.testing.assert_frame_equal(read(sources[name]).table, detail_table(funds))


def test_dates_go_out_in_the_form_that_each_publisher_reads(sources: Sources, publishers: Publishers) -> None:
    keys = {
        "akshare.bse_margin": ("transDate", "2026-11-20"),
        "akshare.sse_margin_detail": ("detailsDate", "20261120"),
        "akshare.szse_margin_detail": ("txtDate", "2026-11-20"),
    }
    for name, (key, text) in keys.items():
        read(sources[name])
        assert publishers[name].asked[-1][key] == text


@pytest.mark.parametrize("name", [line.split()[0] for line in CONTENT.strip().splitlines()[1:]])
def test_nothing_is_known_of_a_session_to_come(name: str, sources: Sources) -> None:
    with pytest.raises(NotPublishedError):
        read(sources[name], AFTER)


@pytest.mark.parametrize("name", ["akshare.bse_margin", "akshare.szse_margin_detail"])
def test_another_day_is_told_where_no_date_is_only_by_the_table_that_came_before(
    name: str, sources: Sources, publishers: Publishers
) -> None:
    yesterday = read(sources[name], BEFORE)
    publishers[name].answers_about = BEFORE
    assert read(sources[name]).day == DAY
    assert gate_of(sources[name], last_good=yesterday) == "day"


@pytest.mark.parametrize("name", ["jin10.margin.sse", "jin10.margin.szse", "akshare.bse_margin"])
@pytest.mark.parametrize("factor", [1e-4, 1e4])
def test_balances_in_another_unit_are_refused(
    name: str, factor: float, sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    financing, short = BSE_BALANCE if name == "akshare.bse_margin" else SSE_BALANCE
    monkeypatch.setattr(publishers[name], "balances", {DAY: (financing * factor, short * factor)})
    assert gate_of(sources[name]) == "unit"


@pytest.mark.parametrize("name", ["jin10.margin.sse", "jin10.margin.szse", "akshare.bse_margin"])
def test_financing_and_short_in_each_others_place_are_refused_though_they_add_up(
    name: str, sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    financing, short = publishers[name].balances[DAY]
    monkeypatch.setattr(publishers[name], "balances", {DAY: (short, financing)})
    assert gate_of(sources[name]) == "unit"


def test_one_request_to_jin10_fills_the_past_as_it_became_known(sources: Sources, publishers: Publishers) -> None:
    source = sources["jin10.margin.sse"]
    told = source.history(BEFORE - timedelta(days=30), AFTER, MORNING, CALENDAR)
    assert [(one.day, one.known_at.date()) for one in told] == [(BEFORE, DAY), (DAY, AFTER)]
    assert len(publishers["jin10.margin.sse"].asked) == 1


def test_jin10_without_shenzhen_for_months_gives_no_figure(
    sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = BEFORE - timedelta(days=240)
    monkeypatch.setattr(publishers["jin10.margin.szse"], "balances", {gone: (1.2e12, 6e9)})
    source = sources["jin10.margin.szse"]
    with pytest.raises(NotPublishedError, match="nothing is told of 2026-11-20"):
        read(source)
    assert source.history(BEFORE, AFTER, MORNING, CALENDAR) == []


def test_the_summary_and_the_list_of_shanghai_share_an_address_and_are_told_apart(
    sources: Sources, publishers: Publishers
) -> None:
    read(sources["akshare.sse_margin_detail"])
    assert [query["tabType"] for query in publishers["akshare.sse_margin_detail"].asked] == ["mxtype"]
    assert publishers["akshare.sse_margin"].asked == []


def test_shanghais_list_of_another_day_is_refused(sources: Sources, publishers: Publishers) -> None:
    publishers["akshare.sse_margin_detail"].answers_about = BEFORE
    assert gate_of(sources["akshare.sse_margin_detail"]) == "day"


def test_a_full_page_of_shanghais_list_that_ends_among_the_stocks_holds_every_fund(
    sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    stocks = {f"60{number:04}": (6e8, 1e6) for number in range(2000)}
    monkeypatch.setattr(publishers["akshare.sse_margin_detail"], "securities", {DAY: {**SSE_FUNDS, **stocks}})
    pd.testing.assert_frame_equal(read(sources["akshare.sse_margin_detail"]).table, detail_table(SSE_FUNDS))


def test_a_full_page_of_shanghais_list_that_ends_among_the_funds_is_refused(
    sources: Sources, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    funds = {f"51{number:04}": (6e8, 1e6) for number in range(2100)}
    monkeypatch.setattr(publishers["akshare.sse_margin_detail"], "securities", {DAY: {**SHANGHAI, **funds}})
    assert gate_of(sources["akshare.sse_margin_detail"]) == "rows"
