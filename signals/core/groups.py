"""Groups of funds: by what they hold (宽基, 行业, 跨境 …), and by the index that they track."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from signals.core.field import Axis
from signals.core.profile import FundClass, Profile, plain_index_name


class FundGroup(StrEnum):
    """What the press sums funds by; equity funds are parted by whether their index is a broad one."""

    BROAD = "broad"
    SECTOR = "sector"
    """Industries, themes and strategies: every equity index that is not broad."""
    CROSS_BORDER = "cross_border"
    BOND = "bond"
    COMMODITY = "commodity"
    MONEY = "money"


BROAD_INDICES: Mapping[str, tuple[str, ...]] = {
    "000001": ("上证综合", "上证综指", "上证指数"),
    "000009": ("上证380",),
    "000010": ("上证180",),
    "000016": ("上证50",),
    "000044": ("上证中盘",),
    "000300": ("沪深300",),
    "000510": ("中证A500", "A500"),
    "000680": ("上证科创板综合", "科创综指"),
    "000688": ("上证科创板50", "科创50", "科创板50"),
    "000698": ("上证科创板100", "科创100"),
    "000699": ("上证科创板200", "科创200"),
    "000852": ("中证1000",),
    "000903": ("中证A100", "中证100", "A100"),
    "000905": ("中证500",),
    "000906": ("中证800",),
    "000985": ("中证全指",),
    "399001": ("深证成份", "深证成指"),
    "399006": ("创业板", "创业板指"),
    "399007": ("深证300",),
    "399019": ("创业板200",),
    "399102": ("创业板综合", "创业板综", "创业板综指"),
    "399303": ("国证2000",),
    "399330": ("深证100",),
    "399673": ("创业板50",),
    "399850": ("深证50",),
    "930050": ("中证A50", "A50"),
    "930903": ("中证A股",),
    "931643": ("中证科创创业50", "科创创业50", "双创50"),
    "932000": ("中证2000",),
    "899050": ("北证50",),
}
"""Indices of the whole market, a board, or the largest or smallest of them, with the names that publishers give."""

_WITHOUT_CODE = ("上证580", "MSCI中国A股国际", "MSCI中国A股国际通", "MSCI中国A股人民币", "MSCI中国A50互联互通人民币")
"""Further ones that publishers tell by name alone."""

_BROAD_NAMES = frozenset(plain_index_name(name) for names in (*BROAD_INDICES.values(), _WITHOUT_CODE) for name in names)

_NEW = "N"
"""Stands before the name of a fund on its first day."""


def group_of(profile: Profile) -> FundGroup | None:
    """The group of a fund; None where its class, or for an equity fund its index, is not known."""
    if profile.fund_class is FundClass.EQUITY:
        broad = _is_broad(profile)
        return None if broad is None else FundGroup.BROAD if broad else FundGroup.SECTOR
    return None if profile.fund_class is FundClass.OTHER else FundGroup(profile.fund_class.value)


def _is_broad(profile: Profile) -> bool | None:
    if profile.index_key in BROAD_INDICES:
        return True
    if name := profile.index_name or profile.index_key:
        return plain_index_name(name) in _BROAD_NAMES
    # The last resort for a fund of which no index is told: its name begins with that of its index.
    before, word, _ = profile.name.removeprefix(_NEW).partition("ETF")
    return before in _BROAD_NAMES if word else None


def group_subjects(profiles: Iterable[Profile]) -> dict[Axis, tuple[str, ...]]:
    """The subjects of the axes of groups: every `FundGroup`, and every index that some fund tracks."""
    tracked = {one.index_key for one in profiles if one.index_key}
    return {Axis.CLASS: tuple(map(str, FundGroup)), Axis.TRACKED: tuple(sorted(tracked))}
