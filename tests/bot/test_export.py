"""The export: one row per fund in the contract's columns, every figure with its date, nothing guessed."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from bot.alerts import Alert, Reason
from bot.export import Cell, Row, alert_object, export_rows, signal_object, write_csv, write_json
from bot.messages.names import Named
from bot.store.alerts import RecordedAlert
from signals import load_detectors
from signals.core.detector import Detector
from signals.core.field import Axis, Unit
from signals.core.measure import Figure
from signals.core.panel import Panel
from signals.core.signal import Basis, Signal, Subject
from signals.core.snapshot import Dataset
from signals.streak import InflowStreak
from tests.builders import LAST_DAY, Market, market, moment, snapshot

DETECTORS = {name: made() for name, made in load_detectors().items()}

COLUMNS = [
    *("code", "name", "date", "close", "change", "up_streak", "down_streak", "amount", "turnover"),
    *("premium_iopv", "premium_nav", "shares", "shares_date", "flow", "flow_date", "flow_estimated"),
    *("inflow_streak", "inflow_streak_sum", "flow_5", "flow_20", "flow_60", "aum", "aum_change_month"),
    *("share_growth_ytd", "index_code"),
    *(f"rank_{name}{of}" for name in ("premium", "turnover", "flow", "share_growth", "aum") for of in ("", "_of")),
    *("price_from_high_250", "amount_ratio_20", "amount_ratio_60", "premium_zscore_60", "premium_percentile_60"),
    *("flow_share", "flow_share_percentile_250", "shares_from_high_250", "aum_from_high_250"),
    *("fund_financing", "fund_financing_date", "fund_financing_change", "fund_financing_streak"),
    "signals",
]

FUND, PEERS = "510300", ("510310", "510330")
INDEX = {"index_code": "000300", "index_name": "沪深300", "name": "沪深300ETF"}


def rows(panel: Panel, *detectors: Detector) -> dict[str, Row]:
    return {str(one["code"]): one for one in export_rows(panel, detectors)}


def peers(**more: object) -> Market:
    """Three funds on one index over ten sessions."""
    world = market(10)
    for number, code in enumerate((FUND, *PEERS)):
        figures = {
            "close": [1.0 + at / 100 + number for at in range(10)],
            "iopv": [(1.0 + at / 100 + number) / (1.01 + number / 100) for at in range(10)],
            "volume": 1e7 * (number + 1),
            "amount": 2e7,
            "nav": [1.0 + at / 100 + number for at in range(10)],
            "shares": [1e8 * (number + 1) + 1e6 * at for at in range(10)],
        }
        world = world.fund(code, words=INDEX, **(figures | (more if code == FUND else {})))  # type: ignore[arg-type]
    return world


def test_the_columns_are_those_of_the_contract_in_its_order() -> None:
    for row in rows(peers().panel(), *DETECTORS.values()).values():
        assert list(row) == COLUMNS


def test_the_figures_are_those_of_the_session() -> None:
    row = rows(peers().panel())[FUND]
    assert {name: row[name] for name in ("code", "name", "date", "index_code")} == {
        "code": FUND,
        "name": "沪深300ETF",
        "date": "2025-02-11",
        "index_code": "000300",
    }
    assert row["close"] == 1.09
    assert row["change"] == pytest.approx(1.09 / 1.08 - 1)
    assert (row["up_streak"], row["down_streak"]) == (9, 0)
    assert row["turnover"] == pytest.approx(1e7 / 1.09e8)
    assert row["premium_iopv"] == pytest.approx(0.01)
    assert row["premium_nav"] == 0.0
    assert (row["shares"], row["shares_date"]) == (1.09e8, "2025-02-11")
    assert row["flow"] == pytest.approx(1e6 * 1.09)
    assert (row["flow_date"], row["flow_estimated"]) == ("2025-02-11", False)
    assert row["inflow_streak"] == 9
    assert row["inflow_streak_sum"] == pytest.approx(sum(1e6 * (1 + at / 100) for at in range(1, 10)))
    assert row["flow_5"] == pytest.approx(sum(1e6 * (1 + at / 100) for at in range(5, 10)))
    assert (row["flow_20"], row["flow_60"]) == (None, None)
    assert row["aum"] == pytest.approx(1.09e8 * 1.09)
    assert row["aum_change_month"] == pytest.approx(1.09e8 * 1.09 - 1.04e8 * 1.04)
    assert row["share_growth_ytd"] is None


def test_ranks_stand_with_the_size_of_their_group() -> None:
    found = rows(peers().panel())
    assert [found[code]["rank_premium"] for code in (FUND, *PEERS)] == [3, 2, 1]
    assert [found[code]["rank_aum"] for code in (FUND, *PEERS)] == [3, 2, 1]
    assert {found[code]["rank_premium_of"] for code in found} == {3}
    assert {found[code]["rank_share_growth_of"] for code in found} == {None}


def test_two_funds_on_an_index_have_no_ranks() -> None:
    world = market(3).funds([FUND, PEERS[0]], words=INDEX, close=1.0, iopv=1.0)
    assert {row["rank_premium"] for row in rows(world.panel()).values()} == {None}


def test_counts_that_are_not_out_are_those_of_the_session_before_with_their_date() -> None:
    before_counts = peers().panel(asof=moment(LAST_DAY, "20:00"))
    row = rows(before_counts)[FUND]
    assert (row["date"], row["close"]) == ("2025-02-11", 1.09)
    assert (row["shares"], row["shares_date"], row["flow_date"]) == (1.08e8, "2025-02-10", "2025-02-10")
    assert row["turnover"] == pytest.approx(1e7 / 1.08e8)
    assert row["premium_nav"] is None


def test_before_the_close_nothing_of_the_session_is_known_and_older_prices_are_not_carried_over() -> None:
    row = rows(peers().panel(asof=moment(LAST_DAY, "12:00")))[FUND]
    bar = ("close", "change", "up_streak", "amount", "turnover", "premium_iopv", "rank_premium")
    assert {name: row[name] for name in bar} == dict.fromkeys(bar)
    assert row["shares_date"] == "2025-02-10"


def test_a_fund_that_its_exchanges_table_leaves_out_is_unknown_and_has_no_date() -> None:
    row = rows(peers(shares=[*[1e8] * 9, None]).panel())[FUND]
    empty = ("shares", "shares_date", "flow", "flow_date", "flow_estimated", "aum", "inflow_streak", "flow_5")
    assert {name: row[name] for name in empty} == dict.fromkeys(empty)


@pytest.mark.parametrize("hole", [0.0, -1.0])
def test_a_hole_in_the_counts_is_no_redemption(hole: float) -> None:
    row = rows(peers(shares=[*[1e8] * 9, hole]).panel())[FUND]
    assert (row["shares"], row["flow"], row["aum"]) == (None, None, None)


def test_a_flow_over_a_stand_in_says_that_it_is_estimated() -> None:
    row = rows(peers(nav=[*[1.0] * 9, None]).panel())[FUND]
    assert (row["flow"], row["flow_estimated"]) == (pytest.approx(1e6), True)


def test_a_provisional_count_makes_the_flow_an_estimate() -> None:
    evening = snapshot(
        Dataset.SHARES,
        LAST_DAY,
        {code: {"shares": 1.09e8} for code in (FUND, *PEERS)},
        scope="SSE",
        provisional=True,
        known_at=moment(LAST_DAY, "22:00"),
    )
    assert rows(peers().panel(evening))[FUND]["flow_estimated"] is True


def test_a_suspended_fund_has_a_price_and_neither_a_change_nor_a_turnover() -> None:
    row = rows(peers(volume=[*[1e7] * 9, 0.0], amount=[*[1e7] * 9, 0.0]).panel())[FUND]
    assert row["close"] == 1.09
    assert (row["change"], row["up_streak"], row["turnover"], row["premium_iopv"]) == (None, None, None, None)


def test_a_fund_that_is_gone_has_no_row_and_one_that_paused_has() -> None:
    world = market(25).fund(FUND, close=1.0)
    world = world.fund("510500", close=[1.0] * 3 + [None] * 22).fund("510510", close=[1.0] * 10 + [None] * 15)
    assert set(rows(world.panel())) == {FUND, "510510"}


def test_a_fund_without_an_index_has_none() -> None:
    assert rows(market(3).fund(FUND, close=1.0).panel())[FUND]["index_code"] is None


def test_signals_are_the_kinds_that_fire_strongest_first() -> None:
    found = rows(peers().panel(), *DETECTORS.values())
    assert str(found[FUND]["signals"]).split() == ["inflow_streak", "rising_streak"]
    assert "largest_fund" in str(found[PEERS[1]]["signals"]).split()
    assert rows(peers().panel(), InflowStreak())[FUND]["signals"] == "inflow_streak"


def written(*all_: Mapping[str, Cell]) -> tuple[list[dict[str, str]], list[Row]]:
    tables, objects = io.StringIO(), io.StringIO()
    write_csv((dict(one) for one in all_), tables)
    write_json((dict(one) for one in all_), objects)
    return list(csv.DictReader(io.StringIO(tables.getvalue()))), json.loads(objects.getvalue())


def test_a_table_and_objects_say_the_same() -> None:
    made = list(rows(peers().panel(), *DETECTORS.values()).values())
    table, objects = written(*made)
    assert objects == made
    assert [list(one) for one in table] == [COLUMNS] * 3
    for row, one in zip(table, made, strict=True):
        assert float(row["close"]) == one["close"]
        assert row["flow_estimated"] == "false"
        assert row["flow_60"] == ""


def test_what_is_empty_in_a_table_is_null_in_objects() -> None:
    table, objects = written({"a": None, "b": True, "c": 3, "d": 0.1, "e": 'x, "y"'})
    assert table == [{"a": "", "b": "true", "c": "3", "d": "0.1", "e": 'x, "y"'}]
    assert objects == [{"a": None, "b": True, "c": 3, "d": 0.1, "e": 'x, "y"'}]


def test_a_market_without_funds_is_an_empty_array() -> None:
    assert written() == ([], [])
    assert list(rows(market(3).panel())) == []


SIGNAL = Signal(
    kind="first_pullback",
    subject=Subject(Axis.FUND, FUND),
    day=LAST_DAY,
    since=LAST_DAY,
    reached=LAST_DAY,
    strength=0.6,
    evidence={"change": Figure(value=-0.01, unit=Unit.MOVE, day=date(2025, 2, 10), source="a, b", estimated=True)},
    basis=Basis.NAV,
)


def test_an_alert_is_an_object_with_the_keys_of_the_contract() -> None:
    asof = moment(LAST_DAY, "16:20")
    one = RecordedAlert(id=1, alert=Alert(signal=SIGNAL, reason=Reason.CORRECTED), asof=asof, batch="x")
    assert alert_object(one, Named({})) == {
        "session": "2025-02-11",
        "asof": "2025-02-11T16:20:00+08:00",
        "kind": "first_pullback",
        "code": FUND,
        "name": FUND,
        "reason": "corrected",
        "basis": "nav",
        "evidence": {"change": {"value": -0.01, "date": "2025-02-10", "source": "a, b", "estimated": True}},
    }


def test_whoever_else_takes_part_adds_no_key_that_scripts_do_not_know() -> None:
    one = replace(SIGNAL, others={"former": Subject(Axis.FUND, PEERS[0])})
    named = Named(peers().panel().profiles)
    assert [*signal_object(one, named, moment(LAST_DAY), None)] == [
        *signal_object(SIGNAL, named, moment(LAST_DAY), None)
    ]


def test_financing_balances_are_those_of_the_newest_list_with_its_date() -> None:
    world = peers(fund_financing=[1e8 + at * 1e6 for at in range(10)])
    evening, morning = (rows(world.panel(asof=asof))[FUND] for asof in (moment(LAST_DAY), None))
    assert (evening["fund_financing"], evening["fund_financing_date"]) == (1.08e8, "2025-02-10")
    assert (morning["fund_financing"], morning["fund_financing_date"]) == (1.09e8, "2025-02-11")
    assert (morning["fund_financing_change"], morning["fund_financing_streak"]) == (1e6, 9)


def test_a_fund_that_cannot_be_bought_on_margin_has_no_balance_and_no_date() -> None:
    row = rows(peers().panel())[FUND]
    assert (row["fund_financing"], row["fund_financing_date"]) == (None, None)


def test_a_signal_that_nobody_was_told_has_no_reason() -> None:
    assert signal_object(SIGNAL, Named({}), moment(LAST_DAY), None)["reason"] is None
