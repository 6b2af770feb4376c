"""Daily price limits of stocks (2.9): how far a price may move, and whether a close stands at the end of it."""

import re

import numpy as np
import numpy.typing as npt

from signals.core.matrix import Floats

_STAR_AND_CHINEXT = re.compile(r"68[89]\d{3}|30\d{4}")
_BEIJING = re.compile(r"[48]\d{5}|92\d{4}")
_SPECIAL_TREATMENT = re.compile(r"\*?ST", re.IGNORECASE)


def limit_percent(code: str, name: str = "") -> int:
    """The limit of a stock: 30 in Beijing, 20 on STAR and ChiNext, 5 for ST stocks of the main board, else 10."""
    if _BEIJING.fullmatch(code):
        return 30
    if _STAR_AND_CHINEXT.fullmatch(code):
        return 20
    return 5 if _SPECIAL_TREATMENT.match(name) else 10


def at_limit(close: Floats, prev_close: Floats, percents: npt.NDArray[np.int64]) -> Floats:
    """1 where a close is the upper limit price, −1 where it is the lower one, 0 elsewhere; NaN where unknown.

    Limit prices are rounded half up to 0.01元, in whole cents: no binary fraction has a say.
    """
    known = np.isfinite(close) & np.isfinite(prev_close)
    cents, before = (np.rint(np.where(known, price, 0.0) * 100) for price in (close, prev_close))
    upper, lower = (np.floor((before * (100 + sign * percents) + 50) / 100) for sign in (1, -1))
    sides = (cents == upper).astype(np.float64) - (cents == lower)
    return np.where(known, sides, np.nan)
