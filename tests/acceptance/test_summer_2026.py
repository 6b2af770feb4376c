"""The real full market through the whole program, against figures worked out here from the same tables."""

import csv
import io
import json
import os
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.program import Program, Said

pytestmark = pytest.mark.market

DATABASE = ("--database", "sqlite:///summer.db")
REPLAY = ("replay", "--from", "2026-07-06", "--to", "2026-08-07", "--json", "alerts.json", *DATABASE)
FLOW_KINDS = {"inflow_streak", "outflow_streak", "bought_while_falling", "sold_while_rising"}
MEMORY_MIB_MAX = 1024

REBASED = 0.2
"""A previous close that differs so much from the close before it was divided by a split."""


@dataclass(frozen=True, eq=False)
class Summer:
    """What the program said, and the tables that it read."""

    etfbot: Program
    imported: Said
    replayed: Said
    memory_mib: float
    shares: pd.DataFrame
    bars: pd.DataFrame

    @property
    def alerts(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.etfbot.folder / "alerts.json").read_text("utf-8").splitlines()]

    @cache  # noqa: B019 - one table a session; the object lives as long as this module's tests
    def export(self, day: str) -> dict[str, dict[str, str]]:
        said = self.etfbot.run("export", "--day", day, "--asof", f"{day}T22:00", *DATABASE)
        assert said.code == 0
        return {one["code"]: one for one in csv.DictReader(io.StringIO(said.out))}


@pytest.fixture(scope="module")
def told(summer: Path, tmp_path_factory: pytest.TempPathFactory) -> Summer:
    etfbot = Program(tmp_path_factory.mktemp("summer"))
    imported = etfbot.run_cold("import", str(summer), *DATABASE)
    replayed, memory_mib = measured(etfbot.start(*REPLAY))
    tables = {
        name: pd.read_csv(summer / f"etf_{name}.csv.gz", dtype={"code": "str"}).drop_duplicates(["date", "code"])
        for name in ("shares", "daily")
    }
    return Summer(
        etfbot=etfbot,
        imported=imported,
        replayed=replayed,
        memory_mib=memory_mib,
        shares=tables["shares"].pivot_table(index="date", columns="code", values="shares"),
        bars=tables["daily"].set_index(["date", "code"])[["close", "prev_close", "iopv"]].unstack(),
    )


def measured(process: "subprocess.Popen[str]") -> tuple[Said, float]:
    """What a process says until its end, and the most memory it held."""
    with process:
        out, err = process.stdout.read(), process.stderr.read()  # type: ignore[union-attr]
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Said(process.returncode, out, err), used.ru_maxrss / 1024


def test_every_session_is_replayed_within_a_small_servers_memory(told: Summer) -> None:
    assert (told.replayed.code, told.replayed.err) == (0, "")
    assert re.search(r"^25 sessions, \d{4} new alerts$", told.replayed.out, re.MULTILINE)
    assert len({one["session"] for one in told.alerts}) == 25
    assert told.memory_mib < MEMORY_MIB_MAX


def test_each_refused_table_is_named_once(told: Summer) -> None:
    assert (told.imported.code, told.imported.err) == (0, "")
    refused = [line for line in told.imported.out.splitlines() if "refused S" in line]
    assert len(refused) == 2, "the cut lists of Shanghai until June, and the one of Shenzhen"
    assert sum("SSE 2026-05-14 … 2026-06-12 (22 sessions) by row_count" in line for line in refused) == 1
    assert sum("SZSE 2026-06-08 by row_count" in line for line in refused) == 1
    assert "limit_up.csv.gz: not used" in told.imported.out
    again = told.etfbot.run("import", str(os.environ["ETFBOT_MARKET_DATA"]) + "/summer2026", *DATABASE)
    assert set(re.findall(r"(\d[\d,]*) new", again.out)) == {"0"}


def test_a_second_replay_adds_nothing(told: Summer) -> None:
    before = (told.etfbot.folder / "alerts.json").read_bytes()
    assert told.etfbot.run(*REPLAY).out.startswith("25 sessions, 0 new alerts\n")
    assert (told.etfbot.folder / "alerts.json").read_bytes() == before


def test_no_flow_is_told_of_a_fund_without_counts(told: Summer) -> None:
    counted = told.shares.where(told.shares > 0)
    days = list(counted.index)
    flows = [one for one in told.alerts if one["kind"] in FLOW_KINDS and one["reason"] != "ended"]
    assert len(flows) > 1000
    for one in flows:
        at = days.index(one["session"])
        assert counted[one["code"]].iloc[at - 1 : at + 1].notna().all(), one
    listed = told.export("2026-08-07")
    uncounted = {code for code in listed if code not in counted or counted[code].isna().all()}
    assert len({code for code in uncounted if code.startswith("15")}) > 300
    assert {listed[code][name] for code in uncounted for name in ("shares", "flow", "flow_5", "aum", "turnover")} == {
        ""
    }
    assert {one["code"] for one in flows} & uncounted == set()


def test_flows_are_new_shares_at_the_value_of_the_day(told: Summer) -> None:
    """Where nothing was split, the flow of the table is the change of the count × the value at the close."""
    for before, day in (("2026-07-13", "2026-07-14"), ("2026-08-06", "2026-08-07")):
        listed, compared = told.export(day), 0
        plain = (told.shares.loc[day] - told.shares.loc[before]) * told.bars["iopv"].loc[day]
        whole = (told.shares.loc[[before, day]] > 0).all()
        for code in plain.index[whole & plain.notna()]:
            if code in rebased(told) or code not in listed or listed[code]["flow_date"] != day:
                continue
            assert float(listed[code]["flow"]) == pytest.approx(plain[code], abs=1.0), code
            compared += 1
        assert compared > 1000


def rebased(told: Summer) -> dict[str, str]:
    """Funds whose price was divided, and the session on which."""
    found = {}
    for before, day in pairwise(told.bars.index):
        ratio = told.bars["prev_close"].loc[day] / told.bars["close"].loc[before]
        found |= dict.fromkeys(ratio.index[(ratio - 1).abs() > REBASED], day)
    return found


def test_the_money_of_a_split_is_what_is_left_without_the_new_paper(told: Summer) -> None:
    """Over five sessions with the split inside: the sum of flows, each in the shares and the value of its day."""
    days, checked = list(told.bars.index), 0
    for code, rebased_on in rebased(told).items():
        at = days.index(rebased_on)
        if at < 5 or code not in told.shares or not (told.shares[code].reindex(days[at - 5 : at + 1]) > 0).all():
            continue
        ratio = round(told.bars["close"][code][days[at - 1]] / told.bars["prev_close"][code][rebased_on])
        total = 0.0
        for before, day in pairwise(days[at - 5 : at + 1]):
            old, new, value = told.shares[code][before], told.shares[code][day], told.bars["iopv"][code][day]
            if new / old > (1 + ratio) / 2:
                old *= ratio
                if day < rebased_on:
                    value /= ratio
                    assert told.export(day)[code]["flow"] == "", (
                        "what only tomorrow's price explains is no flow tonight"
                    )
            total += (new - old) * value
        row = told.export(rebased_on)[code]
        assert float(row["flow_5"]) == pytest.approx(total, rel=1e-6, abs=1.0), code
        assert abs(total) < float(row["aum"])
        checked += 1
    assert checked >= 10


def test_alerts_around_splits_are_of_believable_size(told: Summer) -> None:
    split = rebased(told)
    assert len(split) >= 5
    for one in told.alerts:
        if one["kind"] in FLOW_KINDS and one["code"] in split and "flow" in one["evidence"]:  # type: ignore[operator]
            row = told.export(str(one["session"]))[str(one["code"])]
            flow = one["evidence"]["flow"]["value"]  # type: ignore[index]
            assert abs(flow) < float(row["aum"]), one


def test_the_digest_of_the_last_evening_reads(told: Summer) -> None:
    said = told.etfbot.run("digest", "--day", "2026-08-07", "--asof", "2026-08-07T22:00", *DATABASE)
    assert said.code == 0
    assert "ETF资金日报 2026-08-07" in said.out
    assert "演示数据" not in said.out
    assert "暂估" in said.out, "flows at the closing IOPV are estimates"
