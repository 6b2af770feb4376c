"""Who a fund is: name, class, tracked index, exchange; keyed by its 6-digit code."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

import pandas as pd

from signals.core.snapshot import PROFILE_COLUMNS, Snapshot


class FundClass(StrEnum):
    """Asset classes that are ranked apart: money funds at price 100 would swamp every equity list."""

    EQUITY = "equity"
    CROSS_BORDER = "cross_border"
    BOND = "bond"
    COMMODITY = "commodity"
    MONEY = "money"
    OTHER = "other"


EQUITY_LIKE = frozenset({FundClass.EQUITY, FundClass.CROSS_BORDER})
"""The classes of equity lists; the others appear only where they are asked for."""

PRICED = frozenset(FundClass) - {FundClass.MONEY}
"""The classes whose price says something; a money fund's creeps up by its interest every day."""

_TRIMMINGS = ("指数", "(价格)", "（价格）", "成份", "价格")

_MONEY_WORDS = (
    "货币",
    "现金",
    "快线",
    "快钱",
    "保证金",
    "日利",
    "理财金",
    "日日鑫",
    "天天金",
    "添利",
    "增益",
    "添益",
    "财富宝",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known of a fund; `index_key` is what it is compared by (2.8 of the domain rules)."""

    code: str
    name: str
    exchange: str
    fund_class: FundClass
    index_key: str = ""
    index_name: str = ""
    listed: date | None = None


@cache
def exchange_of(code: str) -> str:
    """SSE for 5xxxxx, SZSE for 1xxxxx; raises ValueError for anything that is no ETF code."""
    if len(code) == 6 and code.isascii() and code.isdecimal():
        if code[0] == "5":
            return "SSE"
        if code[0] == "1":
            return "SZSE"
    raise ValueError(f"{code!r} is not the code of an exchange-traded fund")


@cache
def plain_index_name(name: str) -> str:
    """The name of an index without what some publishers add to it and others do not: 上证50指数 is 上证50."""
    for word in _TRIMMINGS:
        name = name.replace(word, "")
    return name.strip()


def lay_profiles(snapshots: Iterable[Snapshot], codes: Iterable[str]) -> dict[str, Profile]:
    """Merge profile tables in the order in which they became known; a later word replaces an earlier.

    Funds whose source names only an index, not its code, share the code that a source told together with the
    same name, be it with 指数 behind it or without, or that funds with a known code and the same name agree on;
    without one the name itself is the key.
    """
    words: dict[str, dict[str, str]] = defaultdict(dict)
    together: dict[str, tuple[str, str]] = {}
    for snapshot in sorted(snapshots, key=lambda one: (one.day, one.known_at)):
        table = snapshot.table
        columns = [column for column in PROFILE_COLUMNS if column in table.columns]
        for code, *row in table[columns].itertuples(name=None):
            told = {column: word for column, word in zip(columns, row, strict=True) if word}
            words[code].update(told)
            if "index_code" in told and "index_name" in told:
                together[code] = told["index_name"], told["index_code"]
    key_by_name: dict[str, set[str]] = defaultdict(set)
    for code, (name, key) in together.items():
        if words[code]["index_code"] == key:
            key_by_name[plain_index_name(name)].add(key)
    for name, keys in _by_later_names(words, together).items():
        key_by_name[name] |= keys
    return {code: _profile(code, words.get(code, {}), key_by_name) for code in sorted({*words, *codes})}


def _by_later_names(
    words: Mapping[str, Mapping[str, str]], together: Mapping[str, tuple[str, str]]
) -> dict[str, set[str]]:
    """The codes that go with names which others gave the indices of funds whose codes are known.

    Who tells the codes may call an index 科创50 that all others call 上证科创板50成份指数. One fund alone proves
    nothing, it may track another index since then, unless the one name is part of the other.
    """
    proofs: dict[str, Counter[str]] = defaultdict(Counter)
    for code, told in words.items():
        if "index_code" in told and "index_name" in told:
            later, (name, key) = plain_index_name(told["index_name"]), together.get(code, ("", ""))
            same = key == told["index_code"] and plain_index_name(name) in later
            proofs[later][told["index_code"]] += 2 if same else 1
    return {name: {*keys} for name, keys in proofs.items() if len(keys) > 1 or keys.total() > 1}


def _profile(code: str, known: dict[str, str], key_by_name: dict[str, set[str]]) -> Profile:
    index_name = known.get("index_name", "")
    keys = key_by_name.get(plain_index_name(index_name), set())
    listed = known.get("listed", "")
    name = known.get("name", code)
    return Profile(
        code=code,
        name=name,
        exchange=known.get("exchange") or exchange_of(code),
        fund_class=_fund_class(known.get("fund_class", ""), name),
        index_key=known.get("index_code") or (next(iter(keys)) if len(keys) == 1 else index_name),
        index_name=index_name,
        listed=date.fromisoformat(listed) if listed else None,
    )


def _fund_class(word: str, name: str) -> FundClass:
    if word in frozenset(FundClass):
        return FundClass(word)
    # The name is the last resort: a source without classes must not put a money fund among equities.
    if any(money in name for money in _MONEY_WORDS):
        return FundClass.MONEY
    return FundClass.OTHER


def as_table(profiles: Iterable[Profile]) -> pd.DataFrame:
    """Profiles as the table of a profile snapshot."""
    rows = {
        one.code: (
            one.name,
            one.exchange,
            one.index_key,
            one.index_name,
            str(one.fund_class),
            one.listed.isoformat() if one.listed else "",
        )
        for one in profiles
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(PROFILE_COLUMNS), dtype="str")
