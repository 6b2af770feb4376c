"""`digest`, `signals`, `export`: what is known of a session, as scripts read it."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.bot.test_export import COLUMNS
from tests.cli.program import Program, Said

DAY = ("--day", "2025-02-11")
EVENING = (*DAY, "--asof", "2025-02-11T18:21")


@pytest.fixture
def read(etfbot: Program, demo_url: str):  # type: ignore[no-untyped-def]
    """Runs a command on the demo market; it must not complain."""

    def done(*command: str) -> Said:
        said = etfbot.run(*command, "--database", demo_url)
        assert (said.code, said.err) == (0, "")
        return said

    return done


def test_the_digest_of_a_session_is_printed_in_either_language(read) -> None:  # type: ignore[no-untyped-def]
    chinese, english = (read("digest", *EVENING, "--watchlist", "演示", *more).out for more in ((), ("--lang", "en")))
    for text in ("ETF资金日报 2025-02-11", "演示数据", "数据截至 02-11 18:21", "560850", "159590", "6连涨", "1572万元"):
        assert text in chinese
    assert "风险提示" in chinese
    assert "ETF flows 2025-02-11" in english
    assert "Risk notice" in english
    assert "风险提示" not in english


def test_without_a_list_the_funds_are_those_of_a_new_subscriber(read) -> None:  # type: ignore[no-untyped-def]
    assert "510300" in read("digest", *EVENING).out


def test_a_digest_can_be_short_of_some_sections_or_of_the_week(read) -> None:  # type: ignore[no-untyped-def]
    short = read("digest", *EVENING, "--watchlist", "演示", "--length", "short").out
    assert len([one for one in short.splitlines() if one]) < 20
    assert "尚未公布：02-11两融" in short
    chosen = ("--sections", "market, leaders", "--layout", "table", "--edition", "weekly")
    week = read("digest", *EVENING, *chosen).out
    assert "ETF资金周报 2025-02-10 至 02-11" in week
    assert "点位" in week
    assert "我的关注" not in week


def test_a_section_that_is_none_is_named(etfbot: Program, demo_url: str) -> None:
    refused = etfbot.run("digest", *EVENING, "--sections", "market,weather", "--database", demo_url)
    assert refused.code
    assert "weather" in refused.err


def test_signals_are_lines_for_people_and_objects_for_scripts(read) -> None:  # type: ignore[no-untyped-def]
    lines = read("signals", *EVENING).out.splitlines()
    objects = [json.loads(line) for line in read("signals", *EVENING, "--json").out.splitlines()]
    assert len(lines) == len(objects) > 10
    keys = ["session", "asof", "kind", "code", "name", "reason", "basis", "evidence"]
    assert {tuple(one) for one in objects} == {tuple(keys)}
    assert {tuple(figure) for one in objects for figure in one["evidence"].values()} == {
        ("value", "date", "source", "estimated")
    }
    assert {one["asof"] for one in objects} == {"2025-02-11T18:21:00+08:00"}
    assert {one["reason"] for one in objects} == {None}
    assert {figure["source"] for one in objects for figure in one["evidence"].values()} == {"演示数据"}
    (pullback,) = [one for one in objects if (one["kind"], one["code"]) == ("first_pullback", "560850")]
    assert (pullback["session"], pullback["name"], pullback["basis"]) == ("2025-02-11", "信创50ETF", "nav")
    assert pullback["evidence"]["streak"] == {
        "value": 6.0,
        "date": "2025-02-10",
        "source": "演示数据",
        "estimated": False,
    }
    assert any(line.startswith("560850 信创50ETF  first_pullback  6连涨（按净值）后首次回调") for line in lines)


def test_signals_can_be_asked_for_one_fund(read) -> None:  # type: ignore[no-untyped-def]
    objects = [json.loads(line) for line in read("signals", *EVENING, "--json", "--code", "560850").out.splitlines()]
    assert {one["code"] for one in objects} == {"560850"}
    assert read("signals", *EVENING, "--code", "600000").out == ""


def test_a_moment_without_a_zone_is_of_shanghai_and_any_zone_is_understood(read) -> None:  # type: ignore[no-untyped-def]
    said = {
        read("signals", *DAY, "--asof", moment, "--json", "--code", "560850").out
        for moment in ("2025-02-11T18:21", "2025-02-11 18:21:00+08:00", "2025-02-11T10:21Z", "2025-02-11T05:21-05:00")
    }
    assert len(said) == 1


def test_the_export_is_a_table_in_the_contracts_columns(read) -> None:  # type: ignore[no-untyped-def]
    rows = list(csv.DictReader(io.StringIO(read("export", *EVENING).out)))
    assert [list(one) for one in rows] == [COLUMNS] * len(rows)
    assert len({one["code"] for one in rows}) == len(rows) == 43
    (row,) = [one for one in rows if one["code"] == "560850"]
    assert {name: row[name] for name in ("date", "close", "amount", "shares_date", "flow_date", "flow_estimated")} == {
        "date": "2025-02-11",
        "close": "1.43",
        "amount": "59560556.0",
        "shares_date": "2025-02-10",
        "flow_date": "2025-02-10",
        "flow_estimated": "false",
    }
    assert f"{float(row['turnover']):.4f}" == "0.3151"
    assert (row["rank_turnover"], row["rank_turnover_of"], row["index_code"]) == ("1", "3", "931247")
    assert "first_pullback" in row["signals"].split()


def test_the_export_as_objects_says_the_same(read) -> None:  # type: ignore[no-untyped-def]
    rows = list(csv.DictReader(io.StringIO(read("export", *EVENING).out)))
    objects = json.loads(read("export", *EVENING, "--format", "json").out)
    assert [list(one) for one in objects] == [COLUMNS] * len(rows)
    for row, one in zip(rows, objects, strict=True):
        assert row["code"] == one["code"]
        assert row["close"] == ("" if one["close"] is None else str(one["close"]))
        assert (row["flow"] == "") == (one["flow"] is None)


def test_money_is_in_yuan_and_ratios_are_fractions(read) -> None:  # type: ignore[no-untyped-def]
    (row,) = [one for one in csv.DictReader(io.StringIO(read("export", *EVENING).out)) if one["code"] == "560850"]
    assert round(float(row["flow"]) / 1e4) == 1572
    assert abs(float(row["premium_iopv"]) - 0.0056) < 5e-5
    assert abs(float(row["change"]) - (1.430 / 1.449 - 1)) < 1e-9


def test_reading_changes_nothing_and_leaves_nothing(read, etfbot: Program) -> None:  # type: ignore[no-untyped-def]
    before = (etfbot.folder / "demo.db").read_bytes()
    read("export", *EVENING)
    assert (etfbot.folder / "demo.db").read_bytes() == before
    assert [one.name for one in Path(etfbot.folder).iterdir() if not one.name.startswith("demo.db")] == []
