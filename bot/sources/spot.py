"""Prices within a session, out of lists that are read for closes once the session is over."""

from bot.sources.base import Answer
from signals.core.field import (
    AMOUNT,
    CLOSE,
    IOPV,
    PREV_CLOSE,
    SPOT_AMOUNT,
    SPOT_IOPV,
    SPOT_PREV_CLOSE,
    SPOT_PRICE,
)

_NAMES = {
    CLOSE.name: SPOT_PRICE.name,
    PREV_CLOSE.name: SPOT_PREV_CLOSE.name,
    AMOUNT.name: SPOT_AMOUNT.name,
    IOPV.name: SPOT_IOPV.name,
}


def as_spot(answer: Answer) -> Answer:
    """The same list under the names of prices that are no closes yet; what has no price is left out."""
    table = answer.table[[name for name in _NAMES if name in answer.table.columns]].rename(columns=_NAMES)
    return Answer(day=answer.day, table=table[table[SPOT_PRICE.name] > 0])
