"""SZSE's workbook of margin by security, by its headings."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from bot.sources.base import NotPublishedError, SourceChangedError
from bot.sources.direct.szse_margin_detail import SzseMarginByFund
from bot.sources.gates import Baseline, check
from signals.core.snapshot import Snapshot
from tests.fakes.endpoint import Row
from tests.fakes.margin_endpoints import BySecurity, SzseMarginList
from tests.upstream.matrix import break_way, cells, meaning_of, twist
from tests.upstream.served import mend, served
from tests.upstream.world import AFTER, BEFORE, DAY, MORNING, SZSE_CODES

CONTENT = """
                    good   empty  null   renamed  wider    reordered  cut
szse.margin_detail  table  wait   wait   changed  table    table      changed
"""

TRANSPORT = """
                    blank    html     403      429      500      short  reset    banned   hang
szse.margin_detail  down     down     limited  limited  down     down   limited  limited  down
"""

FUNDS = {code: (3e7 + number, 2e5 + number) for number, code in enumerate(SZSE_CODES)}
SECURITIES: BySecurity = {**FUNDS, **{f"00{number:04}": (2e10, 1e7) for number in range(70)}}
TOLD = pd.DataFrame.from_dict(FUNDS, orient="index", columns=["fund_financing", "fund_short_shares"])


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[SzseMarginByFund, SzseMarginList]]:
    exchange = SzseMarginList({BEFORE: SECURITIES, DAY: SECURITIES})
    with served(exchange) as line:
        yield SzseMarginByFund(line.http), exchange


@pytest.fixture
def source(running: tuple[SzseMarginByFund, SzseMarginList]) -> SzseMarginByFund:
    return running[0]


@pytest.fixture
def exchange(running: tuple[SzseMarginByFund, SzseMarginList]) -> Iterator[SzseMarginList]:
    yield running[1]
    mend(running[1])


def read(source: SzseMarginByFund, day: date = DAY, before: Snapshot | None = None) -> Snapshot:
    snapshot = source.read(day, MORNING)
    check(snapshot, day, Baseline(last_good=before.table, last_day=before.day) if before else Baseline())
    return snapshot


def bent(exchange: SzseMarginList, monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, str]) -> None:
    """Show figures in another's place: for each heading the one whose figure stands there."""
    say = exchange.rows

    def rows(query: Mapping[str, str]) -> list[Row]:
        return [{**row, **{heading: row[other] for heading, other in changes.items()}} for row in say(query)]

    monkeypatch.setattr(exchange, "rows", rows)


@pytest.mark.parametrize(("name", "said", "meaning"), cells(CONTENT))
def test_what_an_answer_means(
    name: str, said: str, meaning: str, source: SzseMarginByFund, exchange: SzseMarginList
) -> None:
    assert source.name == name
    twist(exchange, said)
    assert meaning_of(source, DAY, MORNING) == meaning


@pytest.mark.parametrize(("name", "fault", "meaning"), cells(TRANSPORT))
def test_what_a_broken_way_means(
    name: str, fault: str, meaning: str, source: SzseMarginByFund, exchange: SzseMarginList
) -> None:
    assert source.name == name
    break_way(exchange, fault, [exchange])
    assert meaning_of(source, DAY, MORNING) == meaning


def test_the_funds_are_told_in_yuan_and_shares_in_one_request(
    source: SzseMarginByFund, exchange: SzseMarginList
) -> None:
    snapshot = read(source)
    pd.testing.assert_frame_equal(snapshot.table, TOLD)
    assert (snapshot.scope, snapshot.day) == ("SZSE", DAY)
    assert [query["txtDate"] for query in exchange.asked] == ["2026-11-20"]


@pytest.mark.parametrize("heading", ["融资余额", "融资余额（元）", "融资余额 (元)"])
def test_how_a_heading_states_its_unit_does_not_matter(
    heading: str, source: SzseMarginByFund, exchange: SzseMarginList, monkeypatch: pytest.MonkeyPatch
) -> None:
    headings = tuple(heading if one == "融资余额(元)" else one for one in exchange.HEADINGS)
    monkeypatch.setattr(exchange, "HEADINGS", headings)
    pd.testing.assert_frame_equal(read(source).table, TOLD)


@pytest.mark.parametrize(
    ("changes", "gate"),
    [
        ({"融资余额(元)": "融资买入额(元)"}, "margin_sum"),
        ({"融资余额(元)": "融券余额(元)", "融券余额(元)": "融资余额(元)"}, "unit"),
        ({"融券余量(股/份)": "融券卖出量(股/份)", "融券卖出量(股/份)": "融券余量(股/份)"}, "columns"),
        ({"证券代码": "融券余量(股/份)"}, "codes"),
    ],
)
def test_figures_in_each_others_place_are_refused(
    changes: Mapping[str, str],
    gate: str,
    source: SzseMarginByFund,
    exchange: SzseMarginList,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bent(exchange, monkeypatch, changes)
    with pytest.raises(SourceChangedError) as caught:
        read(source)
    assert caught.value.gate == gate


def test_a_fund_whose_figures_do_not_add_up_keeps_its_row_without_them(
    source: SzseMarginByFund, exchange: SzseMarginList, monkeypatch: pytest.MonkeyPatch
) -> None:
    say: Any = exchange.rows

    def rows(query: Mapping[str, str]) -> list[Row]:
        return [{**row, **({"融资余额(元)": "1"} if row["证券代码"] == SZSE_CODES[0] else {})} for row in say(query)]

    monkeypatch.setattr(exchange, "rows", rows)
    table = read(source).table
    assert table.loc[SZSE_CODES[0]].isna().all()
    pd.testing.assert_frame_equal(table.iloc[1:], TOLD.iloc[1:])


def test_the_table_of_the_session_before_is_told_by_its_figures(
    source: SzseMarginByFund, exchange: SzseMarginList
) -> None:
    yesterday = replace(read(source, BEFORE), day=BEFORE)
    exchange.answers_about = BEFORE
    assert read(source).day == DAY
    with pytest.raises(SourceChangedError, match="session before"):
        read(source, before=yesterday)


def test_nothing_is_known_of_a_session_to_come(source: SzseMarginByFund) -> None:
    with pytest.raises(NotPublishedError):
        read(source, AFTER)
