"""Fourteen real years of 510300 and 159915 through the program: what followed their inflow streaks, worked out anew."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.cli.program import Program

pytestmark = pytest.mark.market

DATABASE = ("--database", "sqlite:///history.db")
TABLES = ("etf_daily_raw", "etf_nav", "etf_shares", "splits", "dividends")
FUNDS = ("510300", "159915")
MIN_DAYS = 3
LADDER = 5


@dataclass(frozen=True, eq=False)
class History:
    """What the program said."""

    etfbot: Program
    folder: Path

    def study(self, *arguments: str) -> Any:
        said = self.etfbot.run("study", *arguments, "--day", "2026-08-07", "--json", *DATABASE)
        assert (said.code, said.err) == (0, "")
        return json.loads(said.out)


@pytest.fixture(scope="module")
def told(history: Path, summer: Path, tmp_path_factory: pytest.TempPathFactory) -> History:
    """The tables under the names that an archive has, of these two funds where others would only add time."""
    etfbot = Program(tmp_path_factory.mktemp("history"))
    archive = etfbot.folder / "archive"
    archive.mkdir()
    for name in TABLES:
        table = pd.read_csv(history / f"{name}.csv.gz", dtype="str")
        table[table["code"].isin(FUNDS)].to_csv(archive / f"{name}.csv", index=False)
    for name in ("index_daily", "margin"):
        (archive / f"{name}.csv.gz").symlink_to(summer / f"{name}.csv.gz")
    said = etfbot.run_cold("import", str(archive), *DATABASE)
    assert (said.code, said.err) == (0, "")
    return History(etfbot, history)


def test_the_study_of_inflow_streaks_is_finite_and_the_same_again(told: History) -> None:
    found = told.study("inflow_streak")
    assert found == told.study("inflow_streak")
    assert found["subjects"] == 2
    assert found["first"] < "2012-06-01"
    assert found["firings"] > 400
    for outcome in found["outcomes"]:
        rates = outcome["rates"]
        figures = [one for value in rates.values() for one in (value if isinstance(value, list) else [value])]
        assert outcome["count"] > 400
        assert np.isfinite(figures).all()
        assert 0.4 < rates["up"] < 0.62
        assert 0.45 < rates["base_up"] < 0.6
        assert rates["up_between"][0] < rates["up"] - rates["base_up"] < rates["up_between"][1]
        assert rates["net_between"][0] < rates["mean_net"] - rates["base_net"] < rates["net_between"][1]


def streaks(told: History, code: str) -> pd.Series:
    """Sessions in a row with more shares than before, straight from the tables; splits taken out."""
    tables = {
        name: pd.read_csv(told.folder / f"{name}.csv.gz", dtype={"code": "str"}).query(f"code == '{code}'")
        for name in ("etf_shares", "splits", "etf_daily_raw")
    }
    sessions = tables["etf_daily_raw"]["date"].sort_values()
    shares = tables["etf_shares"].set_index("date")["shares"].reindex(sessions)
    grown = shares.diff()
    grown[(shares / shares.shift() - 1).abs() > 0.2] = np.nan  # a split, or a day that needs a closer look
    known = grown.dropna()
    return (known > 0).groupby((known <= 0).cumsum()).cumsum()


def test_the_firings_are_about_those_of_a_straightforward_count(told: History) -> None:
    """Only prices from 2018 on are known of 159915, so that the sessions of both funds are counted where they trade."""
    expected = 0
    for code in FUNDS:
        length = streaks(told, code)
        expected += int(((length == MIN_DAYS) | ((length > MIN_DAYS) & (length % LADDER == 0))).sum())
    found = told.study("inflow_streak")
    assert sum(one["count"] for one in found["outcomes"][:1]) == pytest.approx(expected, rel=0.06)


def test_the_margin_balance_is_studied_on_the_broad_index(told: History) -> None:
    found = told.study("margin_rise")
    assert found["index"] == "000985"
    assert found["outcomes"][1]["count"] > 250
    assert 0.4 < found["outcomes"][1]["rates"]["base_up"] < 0.6


def test_later_sessions_change_nothing_of_what_was_known(told: History) -> None:
    early = told.etfbot.run("study", "inflow_streak", "--day", "2019-12-31", "--json", *DATABASE)
    asof = told.etfbot.run(
        "study", "inflow_streak", "--day", "2019-12-31", "--asof", "2020-01-02T09:00", "--json", *DATABASE
    )
    assert json.loads(early.out) == json.loads(asof.out)


def test_a_picture_is_drawn(told: History) -> None:
    told.study("inflow_streak", "--png", "inflow.png")
    assert (told.etfbot.folder / "inflow.png").stat().st_size > 10_000
