"""What one source said about one session: the raw truth that everything is computed from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import pandas as pd

from signals.core.field import (
    AMOUNT,
    CLOSE,
    DIVIDEND,
    FINANCING,
    FUND_FINANCING,
    FUND_SHORT_SHARES,
    HIGH,
    INDEX_CLOSE,
    IOPV,
    LIMIT,
    LOW,
    MARGIN_TOTAL,
    NAV,
    OPEN,
    PREV_CLOSE,
    SHARES,
    SHORT,
    SPLIT,
    SPOT_AMOUNT,
    SPOT_IOPV,
    SPOT_PREV_CLOSE,
    SPOT_PRICE,
    STOCK_AMOUNT,
    STOCK_CLOSE,
    STOCK_PREV_CLOSE,
    VOLUME,
    WEIGHT,
    Axis,
    Field,
)

DEMO_SOURCE = "演示数据"
"""Sources of a generated market carry this name; whoever shows their figures says so."""

ESTIMATED = "estimated"
"""Optional boolean column of a table: the source itself calls this row's figures estimates."""


class Dataset(StrEnum):
    """The tables that sources deliver."""

    DAILY = "etf_daily"
    SPOT = "etf_spot"
    """Prices within a session; ordinary panels leave them out."""
    SHARES = "etf_shares"
    NAV = "etf_nav"
    PROFILE = "etf_profile"
    SPLITS = "splits"
    DIVIDENDS = "dividends"
    INDEX = "index_daily"
    MARGIN = "margin"
    MARGIN_DETAIL = "margin_detail"
    CONSTITUENTS = "index_constituents"
    STOCKS = "stock_daily"
    LIMITS = "limit_pool"
    NEWS = "news"

    @property
    def fields(self) -> tuple[Field, ...]:
        """The figures a row may hold; profiles and news hold words instead."""
        return _FIELDS[self]

    @property
    def axis(self) -> Axis:
        """What a row is about."""
        fields = _FIELDS[self]
        return fields[0].axis if fields else Axis.FUND

    @property
    def in_panel(self) -> bool:
        """Whether a panel holds it; what is kept beside it is about constituents and headlines."""
        return self is not Dataset.NEWS and self.axis is not Axis.STOCK


_FIELDS: Mapping[Dataset, tuple[Field, ...]] = {
    Dataset.DAILY: (OPEN, HIGH, LOW, CLOSE, PREV_CLOSE, VOLUME, AMOUNT, IOPV),
    Dataset.SPOT: (SPOT_PRICE, SPOT_PREV_CLOSE, SPOT_AMOUNT, SPOT_IOPV),
    Dataset.SHARES: (SHARES,),
    Dataset.NAV: (NAV,),
    Dataset.PROFILE: (),
    Dataset.SPLITS: (SPLIT,),
    Dataset.DIVIDENDS: (DIVIDEND,),
    Dataset.INDEX: (INDEX_CLOSE,),
    Dataset.MARGIN: (FINANCING, SHORT, MARGIN_TOTAL),
    Dataset.MARGIN_DETAIL: (FUND_FINANCING, FUND_SHORT_SHARES),
    Dataset.CONSTITUENTS: (WEIGHT,),
    Dataset.STOCKS: (STOCK_CLOSE, STOCK_PREV_CLOSE, STOCK_AMOUNT),
    Dataset.LIMITS: (LIMIT,),
    Dataset.NEWS: (),
}

PROFILE_COLUMNS = ("name", "exchange", "index_code", "index_name", "fund_class", "listed")
"""Words of a profile row; `listed` is an ISO date; empty text where unknown."""

STOCK_NAME = "name"
"""Optional column of words of the tables about stocks: what a stock was called on that day."""

NEWS_COLUMNS = ("title", "published", "publisher", "link")
"""Words of a headline; `published` is an ISO moment of Shanghai; the index is a running number as text."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """One table from one source about one session; appended, never changed.

    A revision is a new snapshot with the same dataset, source, scope and day and a later `known_at`.
    """

    dataset: Dataset
    source: str
    """Who said it, e.g. ``akshare.sse``; printed beside every figure that rests on it."""
    scope: str
    """Which part of the market the table covers: an exchange (SSE, SZSE) or ``all``."""
    day: date
    """The session the figures are about, never the day on which they were read."""
    fetched_at: datetime
    known_at: datetime
    """From when on a reader with `asof` may see it: the reading time of a live source, the documented
    publishing time of an archive."""
    provisional: bool = False
    """The publisher will revise it (SZSE share counts in the evening)."""
    table: pd.DataFrame
    """Index: 6-digit codes (or exchanges, for margin), unique. Columns: field names of the dataset,
    float64, NaN where unknown; or `PROFILE_COLUMNS` as text."""

    def __post_init__(self) -> None:
        for moment in (self.fetched_at, self.known_at):
            if moment.tzinfo is None:
                raise ValueError(f"{self.dataset} {self.day}: a moment without a time zone: {moment}")
        if not self.table.index.is_unique:
            raise ValueError(f"{self.dataset} {self.day}: a code stands in the table twice")
