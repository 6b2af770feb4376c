"""Every cell of an export of the real market, against formulas of the domain rules written here in plain pandas.

Nothing of the program is imported: it is run, and what it prints is compared. The reference reads the same CSV
files and works with what was known on the evening of the day.
"""

import csv
import io
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.cli.program import Program

pytestmark = pytest.mark.market

DAYS = ("2026-07-08", "2026-07-20", "2026-08-07")
"""The last one, and two between whose evenings and mornings funds were split."""

DATABASE = ("--database", "sqlite:///summer.db")

LEAST_REBASE = 0.2
"""A previous close that differs so much from the close before it was divided by a split."""

CARRIED, ALIVE = 5, 20
"""Sessions for which the newest share count is good for turnover; and for which a silent fund is still listed."""

CUT_LISTS = {"SSE": "2026-06-13", "SZSE": "2026-06-09"}
"""Lists of fewer funds than the exchange has: those before (Shanghai) or of the day before (Shenzhen) are refused."""

WORDS = ("code", "name", "date", "shares_date", "flow_date", "fund_financing_date", "index_code", "signals")
"""Columns that hold no figure."""

SCALES = (*(1 / n for n in (2, 3, 4, 5, 10)), 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 20)
"""Ratios at which funds split; a count that jumps nearly so may have been split until a later price says no."""

PLACES = {"shares", "up_streak", "down_streak", "inflow_streak"}
"""Whole numbers, which have to be equal."""


def frame(table: pd.DataFrame, column: str) -> pd.DataFrame:
    return table.pivot_table(index="date", columns="code", values=column)


@dataclass(frozen=True, eq=False)
class Reference:
    """The formulas over data frames, sessions down and funds across."""

    day: str
    daily: pd.DataFrame
    counts: pd.DataFrame

    @classmethod
    def of(cls, folder: Path, day: str) -> "Reference":
        read = {
            name: pd.read_csv(folder / f"etf_{name}.csv.gz", dtype={"code": "str"}).drop_duplicates(["date", "code"])
            for name in ("daily", "shares")
        }
        daily, shares = (one[one["date"] <= day] for one in read.values())
        cut = (shares["exchange"] == "SSE") & (shares["date"] < CUT_LISTS["SSE"])
        cut |= (shares["exchange"] == "SZSE") & (shares["date"] == "2026-06-08")
        return cls(day, daily, shares[~cut])

    @cached_property
    def codes(self) -> list[str]:
        return sorted({*self.daily["code"], *self.counts["code"]})

    @cached_property
    def days(self) -> list[str]:
        return sorted({*self.daily["date"], *self.counts["date"]})

    def laid(self, table: pd.DataFrame, column: str) -> pd.DataFrame:
        return frame(table, column).reindex(index=self.days, columns=self.codes)

    @cached_property
    def close(self) -> pd.DataFrame:
        return self.laid(self.daily, "close")

    @cached_property
    def prev_close(self) -> pd.DataFrame:
        return self.laid(self.daily, "prev_close")

    @cached_property
    def volume(self) -> pd.DataFrame:
        return self.laid(self.daily, "volume")

    @cached_property
    def amount(self) -> pd.DataFrame:
        return self.laid(self.daily, "amount")

    @cached_property
    def iopv(self) -> pd.DataFrame:
        raw = self.laid(self.daily, "iopv")
        return raw.where(raw > 0)

    @cached_property
    def shares(self) -> pd.DataFrame:
        raw = self.laid(self.counts, "shares")
        return raw.where(raw > 0)

    @cached_property
    def traded(self) -> pd.DataFrame:
        return self.close.notna() & (self.volume > 0)

    @cached_property
    def splits(self) -> list[tuple[str, float, str, str | None]]:
        """Fund, ratio, session of the rebased price, session of the jump of the count (None = no count is known).

        The price is divided on T+1 where the count has jumped on the evening of T, or on T itself.
        """
        found = []
        ratios = self.close.ffill(limit=ALIVE).shift() / self.prev_close
        steps = self.shares / self.shares.shift()
        for day, code in ratios.stack().loc[lambda ratio: (ratio - 1).abs() >= LEAST_REBASE].index:
            measured = float(ratios.loc[day, code])
            whole = round(measured) if measured > 1 else 1 / round(1 / measured)
            at = self.days.index(day)
            near = steps[code].iloc[at - 1 : at + 1]
            apart = (np.log(near) - np.log(whole)).abs().dropna()
            jumped = str(apart.idxmin()) if len(apart) and apart.min() < abs(np.log(whole)) / 2 else None
            found.append((code, float(whole), day, jumped))
        return found

    def scaled(self, *, counts: bool) -> pd.DataFrame:
        """What counts (or else prices) of each session are finer by than those of the first one."""
        ratio = pd.DataFrame(1.0, index=self.days, columns=self.codes)
        for code, split, priced, jumped in self.splits:
            ratio.loc[(jumped or priced) if counts else priced, code] *= split
        return ratio.cumprod()

    @cached_property
    def steps(self) -> pd.DataFrame:
        """How many times the count of the session before each count is, splits taken out."""
        fine = self.scaled(counts=True)
        return self.shares / self.shares.shift() / (fine / fine.shift())

    @cached_property
    def waiting(self) -> pd.DataFrame:
        """A step that may be a split, of which the next session's price would show one, and is not there yet.

        2.5 calls a rise of more than 60 % a jump; a fall as large as taking it back is as doubtful.
        """
        may = (self.steps > 1.6) | (self.steps < 1 / 1.6)
        for ratio in SCALES:
            may |= (self.steps / ratio - 1).abs() <= 0.03
        return may & self.close.shift(-1).isna()

    @cached_property
    def jumped(self) -> pd.DataFrame:
        return (self.steps - 1).abs() > 0.6

    @cached_property
    def worth(self) -> pd.DataFrame:
        """The closing IOPV stands in for the NAV, on the scale of the session's share count."""
        return self.iopv * self.scaled(counts=False) / self.scaled(counts=True)

    @cached_property
    def change(self) -> pd.DataFrame:
        return (self.close / self.prev_close - 1).where(self.traded)

    @cached_property
    def flow(self) -> pd.DataFrame:
        fine = self.scaled(counts=True)
        created = self.shares - self.shares.shift() * fine / fine.shift()
        return (created * self.worth).mask(self.jumped | self.waiting)

    @cached_property
    def aum(self) -> pd.DataFrame:
        return (self.shares * self.worth).mask(self.waiting)

    @cached_property
    def turnover(self) -> pd.DataFrame:
        fine, coarse = self.scaled(counts=True), self.scaled(counts=False)
        settled = self.shares.mask(self.jumped | self.waiting)
        return (self.volume / ((settled / fine).ffill(limit=CARRIED) * coarse)).where(self.traded)

    @cached_property
    def premium(self) -> pd.DataFrame:
        return (self.close / self.iopv - 1).where(self.traded).where(lambda one: one.abs() <= 0.4)

    def month_end(self) -> str:
        return max(one for one in self.days if one < f"{self.day[:7]}-01")

    def streak(self, moves: pd.DataFrame, sign: int, *, total: bool = False) -> pd.Series:
        """Sessions in a row with one sign up to the day, unknown ones skipped, and no more than five of them."""
        found = {}
        for code in self.codes:
            known = [(at, one) for at, one in enumerate(moves[code]) if np.isfinite(one)]
            length, amount, later = 0, 0.0, len(self.days) - 1
            for at, one in reversed(known):
                if np.sign(one) != sign or later - at > CARRIED + 1:
                    break
                length, amount, later = length + 1, amount + one, at
            unknown = not np.isfinite(moves[code].iloc[-1]) or (total and not length)
            found[code] = np.nan if unknown else amount if total else float(length)
        return pd.Series(found)

    def against(self, values: pd.DataFrame, sessions: int, least: int) -> tuple[pd.Series, pd.Series]:
        """Z-score and percentile of the day's value among those of the sessions before; ties count half."""
        past, now = values.iloc[-1 - sessions : -1], values.iloc[-1]
        known = past.notna().sum()
        below = (past < now).sum() + (past == now).sum() / 2
        enough = (known >= least) & now.notna()
        return ((now - past.mean()) / past.std()).where(enough), (below / known).where(enough)

    def from_high(self, level: pd.DataFrame) -> pd.Series:
        """Over the highest of 250 sessions before, of which two thirds have to be known."""
        past = level.iloc[-251:-1]
        return (level.iloc[-1] / past.max() - 1).where(past.notna().sum() >= 167)

    def mean_ratio(self, sessions: int, least: int) -> pd.Series:
        amount = self.amount.where(self.traded)
        past = amount.iloc[-1 - sessions : -1]
        return (amount.iloc[-1] / past.mean()).where(past.notna().sum() >= least)

    @cached_property
    def listed(self) -> list[str]:
        seen = (self.close.notna() | self.laid(self.counts, "shares").notna()).iloc[-1 - ALIVE :].any()
        return sorted(seen[seen].index)

    def ranks(self, values: pd.Series, index: pd.Series) -> tuple[pd.Series, pd.Series]:
        """2.8: largest first, ties share the better rank; nine tenths of three funds or more have to be known."""
        mine = values[self.listed].groupby(index[self.listed].where(index[self.listed] != ""))
        known, members = mine.transform("count"), mine.transform("size")
        stated = (members >= 3) & (10 * known >= 9 * members) & values[self.listed].notna()
        return mine.rank(ascending=False, method="min").where(stated), known.where(stated)

    def columns(self, index: pd.Series) -> dict[str, pd.Series]:
        """Each column of figures; `index` says what each fund tracks."""
        nothing = pd.Series(np.nan, index=self.codes)
        premium_zscore, premium_percentile = self.against(self.premium, 60, 40)
        flow_share = self.flow / self.aum.shift()
        made = {
            "close": self.close.iloc[-1],
            "change": self.change.iloc[-1],
            "up_streak": self.streak(self.change, 1),
            "down_streak": self.streak(self.change, -1),
            "amount": self.amount.iloc[-1],
            "turnover": self.turnover.iloc[-1],
            "premium_iopv": self.premium.iloc[-1],
            "premium_nav": nothing,
            "shares": self.shares.iloc[-1],
            "flow": self.flow.iloc[-1],
            "flow_estimated": self.flow.iloc[-1].notna().astype(float).where(self.flow.iloc[-1].notna()),
            "inflow_streak": self.streak(self.flow, 1),
            "inflow_streak_sum": self.streak(self.flow, 1, total=True),
            **{f"flow_{n}": self.flow.rolling(n, min_periods=n).sum().iloc[-1] for n in (5, 20, 60)},
            "aum": self.aum.iloc[-1],
            "aum_change_month": self.aum.iloc[-1] - self.aum.loc[self.month_end()],
            "share_growth_ytd": nothing,
            "price_from_high_250": self.from_high((1 + self.change).cumprod()),
            "amount_ratio_20": self.mean_ratio(20, 13),
            "amount_ratio_60": self.mean_ratio(60, 40),
            "premium_zscore_60": premium_zscore,
            "premium_percentile_60": premium_percentile,
            "flow_share": flow_share.iloc[-1],
            "flow_share_percentile_250": self.against(flow_share, 250, 167)[1],
            "shares_from_high_250": self.from_high(self.shares / self.scaled(counts=True)),
            "aum_from_high_250": self.from_high(self.aum),
            "fund_financing": nothing,
            "fund_financing_change": nothing,
            "fund_financing_streak": nothing,
        }
        ranked = {"premium": "premium_iopv", "share_growth": "share_growth_ytd"}
        for name in ("premium", "turnover", "flow", "share_growth", "aum"):
            made[f"rank_{name}"], made[f"rank_{name}_of"] = self.ranks(made[ranked.get(name, name)], index)
        return {name: values.reindex(self.listed) for name, values in made.items()}


@dataclass(frozen=True, eq=False)
class Told:
    """What the program printed of one evening in both formats, and the reference."""

    rows: dict[str, dict[str, str]]
    objects: dict[str, dict[str, object]]
    reference: Reference

    @cached_property
    def table(self) -> pd.DataFrame:
        """The objects as a table of figures; what is not known is NaN."""
        made = pd.DataFrame(self.objects.values(), index=list(self.objects))
        return made.drop(columns=[*WORDS]).astype(float)

    @cached_property
    def index(self) -> pd.Series:
        return pd.Series({code: one["index_code"] or "" for code, one in self.objects.items()})

    @cached_property
    def expected(self) -> pd.DataFrame:
        return pd.DataFrame(self.reference.columns(self.index)).reindex(self.table.index)


@pytest.fixture(scope="module")
def imported(summer: Path, tmp_path_factory: pytest.TempPathFactory) -> Program:
    etfbot = Program(tmp_path_factory.mktemp("export"))
    assert etfbot.run_cold("import", str(summer), *DATABASE).code == 0
    return etfbot


@pytest.fixture(scope="module", params=DAYS)
def told(request: pytest.FixtureRequest, imported: Program, summer: Path) -> Told:
    return exported(imported, summer, str(request.param))


def exported(etfbot: Program, summer: Path, day: str) -> Told:
    asked = ("export", "--day", day, "--asof", f"{day}T22:00", *DATABASE, "--format")
    table, objects = etfbot.run_all([(*asked, "csv"), (*asked, "json")])
    assert (table.code, objects.code) == (0, 0)
    return Told(
        rows={one["code"]: one for one in csv.DictReader(io.StringIO(table.out))},
        objects={one["code"]: one for one in json.loads(objects.out)},
        reference=Reference.of(summer, day),
    )


def test_every_listed_fund_has_a_row_and_no_other(told: Told) -> None:
    assert sorted(told.objects) == sorted(told.rows) == told.reference.listed
    assert len(told.reference.listed) > 1500


def test_the_reference_has_every_column_of_figures(told: Told) -> None:
    assert {*told.table.columns} == {*told.expected.columns}


def test_every_cell_is_that_of_the_reference(told: Told) -> None:
    cells, wrong = 0, list[str]()
    for name, got in told.table.items():
        expected = told.expected[name]
        same = np.isclose(got, expected, rtol=1e-9, atol=0 if name in PLACES else 1e-6, equal_nan=True)
        cells += len(same)
        wrong += [f"{name} {code}: {got[code]} for {expected[code]}" for code in got.index[~same]]
    assert wrong == []
    assert cells > 60_000


def test_what_is_compared_is_known(told: Told) -> None:
    """Not all that agrees is empty: prices of nearly all funds, counts of Shanghai's, and the ranks of many."""
    known = told.table.notna().mean()
    assert known[["close", "change", "amount", "premium_iopv"]].min() > 0.9
    assert known[["shares", "flow", "turnover", "aum"]].min() > 0.6
    assert known[["rank_premium", "rank_turnover", "rank_flow", "rank_aum"]].min() > 0.1


def test_both_formats_say_the_same(told: Told) -> None:
    said = {True: "true", False: "false", None: ""}
    for code, one in told.objects.items():
        words = {name: said[cell] if isinstance(cell, bool | None) else str(cell) for name, cell in one.items()}
        assert words == told.rows[code]


def test_a_dated_figure_is_of_the_evening_and_an_unknown_one_has_no_date(told: Told) -> None:
    for one in told.objects.values():
        for name in ("shares", "flow"):
            assert one[f"{name}_date"] == (None if one[name] is None else told.reference.day)


def test_funds_on_an_index_of_one_name_are_peers(told: Told, summer: Path) -> None:
    profile = pd.read_csv(summer / "etf_profile.csv.gz", dtype="str").drop_duplicates("code").set_index("code")
    keys = told.index.groupby(profile["index_name"].reindex(told.index.index)).nunique()
    assert len(keys) > 200
    assert (keys == 1).mean() > 0.95
