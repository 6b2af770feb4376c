"""Where an axis is marked and what stands there: months under sessions, amounts in one unit, percentages."""

from collections.abc import Sequence
from datetime import date

from bot.subscriptions import Language
from signals.core.field import Unit

_FEW_SESSIONS = 30
"""Shorter charts are marked by days."""

_DAY_MARKS = 4
_LEAST_APART = 10
"""Sessions between two marks: a label needs the room."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_MINUS = "−"

_SIZES = {Language.ZH: ((1e8, "亿"), (1e4, "万")), Language.EN: ((1e9, "bn"), (1e6, "m"), (1e3, "k"))}
"""What amounts are counted in, the largest first."""


def day_marks(days: Sequence[date], slots: int, language: Language) -> list[tuple[int, str]]:
    """Positions and labels under an axis of `slots` places of which the days take the last ones."""
    shift = slots - len(days)
    if len(days) < _FEW_SESSIONS:
        step = max(1, -(-len(days) // _DAY_MARKS), slots // (_DAY_MARKS + 2))
        return [(at + shift, f"{days[at]:%m-%d}") for at in range(len(days) - 1, -1, -step)][::-1]
    firsts = [at for at in range(1, len(days)) if days[at].month != days[at - 1].month]
    return [(at + shift, _month(days[at], language)) for at in firsts if len(days) - at >= _LEAST_APART // 2]


def _month(day: date, language: Language) -> str:
    if language is Language.ZH:
        return f"{day.year}年1月" if day.month == 1 else f"{day.month}月"
    return f"Jan {day.year}" if day.month == 1 else _MONTHS[day.month - 1]


def value_label(value: float, unit: Unit, language: Language, largest: float) -> str:
    """What stands beside a line of the grid; amounts of one axis share the size of the `largest` of them."""
    if abs(value) < largest * 1e-9 or not value:
        return "0" if unit is not Unit.FRACTION else "0%"
    sign, value = _MINUS if value < 0 else "", abs(value)
    if unit is Unit.FRACTION:
        return f"{sign}{value * 100:g}%"
    if unit is Unit.CNY_PER_SHARE:
        return f"{sign}{value:.3f}" if largest < 10 else f"{sign}{value:.2f}"
    size, word = next(((size, word) for size, word in _SIZES[language] if largest >= size), (1.0, ""))
    digits = f"{value / size:,.6g}"
    return f"{sign}{digits.replace(',', '') if language is Language.ZH else digits}{word}"
