"""Balances of margin trading as the exchanges print them, brought to 元 and checked against their own total."""

from collections.abc import Mapping

import pandas as pd

from bot.sources.base import SourceChangedError
from signals.core.field import FINANCING, MARGIN_TOTAL, SHORT, Field

YI_CNY = 1e8
"""亿元 in 元."""

ROUNDING_CNY = 2e6
"""SZSE rounds each of the three figures to 0.01亿元."""


def balances(exchange: str, rows: pd.DataFrame, columns: Mapping[str, Field], *, unit_cny: float) -> pd.DataFrame:
    """The balances of one exchange, a row for each of its rows, to the 元.

    `columns` leads to FINANCING, SHORT and MARGIN_TOTAL; figures may be text with commas. Raises
    SourceChangedError for a row in which financing and short are not the total within `ROUNDING_CNY`.
    """
    texts = {one.name: rows[column].astype("str").str.replace(",", "") for column, one in columns.items()}
    figures = {
        name: (pd.to_numeric(text, errors="coerce") * unit_cny).round().to_list() for name, text in texts.items()
    }
    table = pd.DataFrame(figures, index=[exchange] * len(rows), dtype="float64")
    gaps = (table[FINANCING.name] + table[SHORT.name] - table[MARGIN_TOTAL.name]).abs().to_numpy()
    for gap in gaps[~(gaps <= ROUNDING_CNY)]:
        raise SourceChangedError("margin_sum", f"{exchange}: financing + short is off the total by {gap:g} 元")
    return table
