"""Which class a fund is summed in: by its class and, for equity, by whether its index is a broad one."""

import pytest

from signals.core.field import Axis
from signals.core.groups import BROAD_INDICES, FundGroup, group_of, group_subjects
from signals.core.profile import FundClass, Profile


def fund(
    fund_class: FundClass = FundClass.EQUITY,
    key: str = "",
    index: str = "",
    name: str = "某某ETF",
    code: str = "510300",
) -> Profile:
    return Profile(code=code, name=name, exchange="SSE", fund_class=fund_class, index_key=key, index_name=index)


@pytest.mark.parametrize(
    ("fund_class", "group"),
    [
        (FundClass.CROSS_BORDER, FundGroup.CROSS_BORDER),
        (FundClass.BOND, FundGroup.BOND),
        (FundClass.COMMODITY, FundGroup.COMMODITY),
        (FundClass.MONEY, FundGroup.MONEY),
        (FundClass.OTHER, None),
    ],
)
def test_other_than_equity_the_class_is_the_group(fund_class: FundClass, group: FundGroup | None) -> None:
    assert group_of(fund(fund_class, key="000300")) is group


@pytest.mark.parametrize(
    ("key", "index"),
    [
        ("000300", "沪深300"),
        ("000510", ""),
        ("中证A500指数", "中证A500指数"),
        ("创业板指数(价格)", "创业板指数(价格)"),
        ("上证科创板50成份指数", "上证科创板50成份指数"),
        ("深证成份指数(价格)", "深证成份指数(价格)"),
        ("MSCI中国A50互联互通人民币指数", "MSCI中国A50互联互通人民币指数"),
        ("上证科创板综合", "上证科创板综合"),
    ],
)
def test_a_broad_index_is_known_by_its_code_or_by_any_publishers_name(key: str, index: str) -> None:
    assert group_of(fund(key=key, index=index)) is FundGroup.BROAD


@pytest.mark.parametrize(
    ("key", "index"),
    [
        ("931247", "中证信创"),
        ("930740", "300红利低波"),
        ("沪深300ESG基准指数", "沪深300ESG基准指数"),
        ("上证科创板芯片指数", "上证科创板芯片指数"),
        ("000922", "中证红利"),
        ("创业板新能源指数", "创业板新能源指数"),
    ],
)
def test_every_other_equity_index_is_a_sector_or_theme(key: str, index: str) -> None:
    assert group_of(fund(key=key, index=index, name="沪深300ETF")) is FundGroup.SECTOR


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("中证500ETF国联", FundGroup.BROAD),
        ("N科创200ETF华宝", FundGroup.BROAD),
        ("A100ETF南方", FundGroup.BROAD),
        ("信创ETF易方达", FundGroup.SECTOR),
        ("沪深300成长ETF华夏", FundGroup.SECTOR),
        ("510999", None),
    ],
)
def test_without_an_index_the_name_is_the_last_resort(name: str, group: FundGroup | None) -> None:
    assert group_of(fund(name=name)) is group


def test_no_name_stands_for_two_broad_indices() -> None:
    names = [name for told in BROAD_INDICES.values() for name in told]
    assert len(names) == len(set(names))
    assert all(BROAD_INDICES.values())


def test_the_subjects_are_all_classes_and_the_indices_that_somebody_tracks() -> None:
    subjects = group_subjects([fund(key="931247"), fund(key="000300"), fund(key="931247"), fund()])
    assert subjects == {Axis.CLASS: tuple(map(str, FundGroup)), Axis.TRACKED: ("000300", "931247")}
    assert group_subjects([])[Axis.TRACKED] == ()
