"""Fund → index: what is packaged, and what is refused."""

import os
from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from config.index_map import Tracking, load_index_map, profile_tables
from config.problems import ConfigError
from signals.core.profile import lay_profiles
from signals.core.snapshot import Dataset, Snapshot

HEADER = "code,index_code,index_name,since"
ROWS = load_index_map()
INDEX = {one.code: (one.index_code, one.index_name) for one in ROWS}


def _read(directory: Path, *lines: str) -> tuple[Tracking, ...]:
    path = directory / "map.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_index_map(path)


def _refused(directory: Path, *lines: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        _read(directory, HEADER, *lines)
    return [str(problem) for problem in caught.value.problems]


def test_the_packaged_map_knows_some_hundred_funds() -> None:
    assert len(ROWS) >= 150
    assert max(Counter((one.code, one.since) for one in ROWS).values()) == 1


@pytest.mark.parametrize(
    ("index", "funds"),
    [
        ("000300", "510300 510310 510330 159919 515330"),
        ("000016", "510050"),
        ("000905", "510500 512500 159922"),
        ("000852", "512100 159845 560010"),
        ("000688", "588000 588080"),
        ("399006", "159915 159952"),
        ("000510", "159338 512050 563360"),
        ("931247", "560850 562570 562030"),
        ("H30202", "159590 515230 159899"),
        ("399975", "512880 512000"),
        ("399986", "512800 515290"),
        ("000015", "510880"),
        ("000922", "515080 515180"),
        ("AU9999", "518880 159934"),
        ("HSTECH", "513180 513130"),
        ("NDX", "513100 159941"),
    ],
)
def test_the_packaged_map_is_right_about_the_best_known(index: str, funds: str) -> None:
    assert {INDEX[fund][0] for fund in funds.split()} == {index}


def test_the_reference_days_peers_are_exactly_the_groups_of_the_domain() -> None:
    for index, funds in {"931247": {"560850", "562570", "562030"}, "H30202": {"159590", "515230", "159899"}}.items():
        assert {one.code for one in ROWS if one.index_code == index} == funds


def test_tables_make_peers_of_funds_whose_source_names_no_index() -> None:
    moment = datetime(2025, 2, 11, 18, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    snapshots = [
        Snapshot(
            dataset=Dataset.PROFILE,
            source="index_map",
            scope="all",
            day=day,
            fetched_at=moment,
            known_at=moment,
            table=table,
        )
        for day, table in profile_tables(ROWS).items()
    ]
    profiles = lay_profiles(snapshots, ["560850", "159001"])
    assert profiles["560850"].index_key == profiles["562570"].index_key == "931247"
    assert profiles["560850"].index_name == "中证信创"
    assert profiles["159001"].index_key == ""


def test_a_fund_that_changes_its_index_has_a_row_and_a_table_for_each(tmp_path: Path) -> None:
    rows = _read(tmp_path, HEADER, "510300,000905,中证500,2020-06-01", "510300,000300,沪深300,2012-05-28", "")
    tables = profile_tables(rows)
    assert [(day, table.loc["510300", "index_code"]) for day, table in tables.items()] == [
        (date(2012, 5, 28), "000300"),
        (date(2020, 6, 1), "000905"),
    ]


def test_every_bad_row_is_told_with_its_line(tmp_path: Path) -> None:
    assert _refused(
        tmp_path,
        "600519,000300,沪深300,2005-01-04",
        "510300,沪深300,000300,2005-01-04",
        "510300,000300,,2005-01-04",
        "510300,000300,沪深300,20050104",
        "510300,000300,沪深300,2005-02-30",
        "510300,000300",
    ) == [
        "map.csv line 2: '600519' is not the code of an ETF",
        "map.csv line 3: '沪深300' is not the code of an index",
        "map.csv line 4: the index has no name, or one with spaces around it: ''",
        "map.csv line 5: '20050104' is not a date such as 2024-12-16",
        "map.csv line 6: '2005-02-30' is not a date such as 2024-12-16",
        "map.csv line 7: it has 2 columns instead of 4",
    ]


def test_rows_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    assert _refused(
        tmp_path,
        "510300,000300,沪深300,2005-01-04",
        "510300,000905,中证500,2005-01-04",
        "510310,000300,沪深 300,2005-01-04",
        "510050,000016,中证500,2005-01-04",
    ) == [
        "map.csv: 510300 has 2 rows from 2005-01-04 on",
        "map.csv: the index 000300 has more than one name",
        "map.csv: the name 中证500 stands for more than one index",
    ]


def test_another_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the first line must be code,index_code,index_name,since"):
        _read(tmp_path, "code,index", "510300,000300")


@pytest.mark.market
def test_the_packaged_map_agrees_with_what_a_vendor_says_of_the_whole_market() -> None:
    folder = os.environ.get("ETFBOT_MARKET_DATA")
    if not folder:
        pytest.skip("ETFBOT_MARKET_DATA names no folder of market data")
    path = next(Path(folder).rglob("etf_profile.csv*"))
    told = pd.read_csv(path, dtype="str", keep_default_na=False).set_index("code")["index_name"]
    codes = defaultdict(set)
    for one in ROWS:
        codes[told.get(one.code, "")].add(one.index_code)
    named = {name: found for name, found in codes.items() if "指数" in name}
    assert len(named) > 100
    assert {name: found for name, found in named.items() if len(found) > 1} == {}
