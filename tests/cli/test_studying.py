"""`etfbot study`: a table, an object, a picture; and one line where there is nothing to study."""

import json
from pathlib import Path

import pytest

from tests.cli.program import Program

DAY = ("--day", "2025-02-11", "--asof", "2025-02-11T22:00")


def study(etfbot: Program, url: str, *more: str) -> dict[str, object]:
    said = etfbot.run("study", "inflow_streak", "--json", *DAY, "--database", url, "--source", "demo", *more)
    assert (said.code, said.err) == (0, "")
    return dict(json.loads(said.out))


def test_it_prints_the_table_of_a_signal(etfbot: Program, demo_url: str) -> None:
    said = etfbot.run("study", "inflow_streak", *DAY, "--database", demo_url, "--source", "demo")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("研究：连续净流入 〔演示数据〕")
    assert "同期基准" in said.out
    english = etfbot.run("study", "inflow_streak", *DAY, "--lang", "en", "--database", demo_url, "--source", "demo")
    assert english.out.startswith("Study: Inflow streak")


def test_its_figures_are_the_same_again(etfbot: Program, demo_url: str) -> None:
    found = study(etfbot, demo_url)
    assert found == study(etfbot, demo_url)
    assert (found["kind"], found["axis"], found["fund_class"]) == ("inflow_streak", "fund", "equity")
    assert found["last"] == "2025-02-11"
    assert found["settings"] == {"flat": "breaks", "least_flow_cny": 0.0, "min_days": 3, "step_days": 5}
    outcomes = found["outcomes"]
    assert isinstance(outcomes, list)
    assert [one["horizon_sessions"] for one in outcomes] == [1, 5, 10, 20]
    assert all(one["rates"] is None or 0 < one["rates"]["up"] < 1 for one in outcomes)


def test_fewer_sessions_and_another_class_are_another_study(etfbot: Program, demo_url: str) -> None:
    whole, short = study(etfbot, demo_url), study(etfbot, demo_url, "--days", "100")
    assert int(str(short["firings"])) < int(str(whole["firings"]))
    assert str(short["first"]) > str(whole["first"])
    assert study(etfbot, demo_url, "--class", "bond")["fund_class"] == "bond"


def test_it_draws_a_picture(etfbot: Program, demo_url: str, tmp_path: Path) -> None:
    study(etfbot, demo_url, "--png", "study.png")
    assert (tmp_path / "study.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("inflow_streek",), 2, "did you mean inflow_streak"),
        (("inflow_streak", "--days", "0"), 2, "days"),
        (("inflow_streak", "--class", "shares"), 2, "class"),
        (("inflow_streak", "--days", "25", "--class", "bond", "--png", "x.png"), 1, "too seldom for a picture"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    etfbot: Program, demo_url: str, arguments: tuple[str, ...], code: int, reason: str
) -> None:
    said = etfbot.run("study", *arguments, *DAY, "--database", demo_url, "--source", "demo")
    assert said.code == code
    assert reason in said.complaint


def test_an_empty_database_is_said_to_be_so(etfbot: Program) -> None:
    etfbot.run("migrate", "--database", "sqlite:///new.db")
    said = etfbot.run("study", "inflow_streak", *DAY, "--database", "sqlite:///new.db")
    assert said.code == 1
    assert "nothing is known" in said.complaint


def test_several_values_of_a_quantity_are_studied_at_once(etfbot: Program, demo_url: str) -> None:
    ask = ("study", "inflow_streak", "--at", "2,3,50", *DAY, "--database", demo_url, "--source", "demo")
    told = json.loads(etfbot.run(*ask, "--json").out)
    assert [one["at"] for one in told] == [2, 3, 50]
    assert told[0]["firings"] > told[1]["firings"] > told[2]["firings"] == 0
    shown = etfbot.run(*ask)
    assert (shown.code, shown.err) == (0, "")
    assert "连续净流入由下而上达到各值，5日之后（权益类ETF" in shown.out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("inflow_streak", "--at", "2,x"), "'2,x' is no list of numbers"),
        (("inflow_streek", "--at", "2"), "did you mean inflow_streak"),
    ],
)
def test_values_that_cannot_be_studied_are_named(
    etfbot: Program, demo_url: str, arguments: tuple[str, ...], reason: str
) -> None:
    said = etfbot.run("study", *arguments, *DAY, "--database", demo_url, "--source", "demo")
    assert said.code == 2
    assert reason in said.complaint
