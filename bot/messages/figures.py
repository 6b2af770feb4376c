"""Numbers as people write them: 1572万元, 1.26亿元, 31.51%; CNY 15.72m, 31.51%."""

from collections.abc import Callable
from datetime import date

from bot.subscriptions import Language
from signals.core.field import Unit
from signals.core.measure import Figure

_WAN, _YI = 1e4, 1e8
_MINUS = "−"


def number(value: float, unit: Unit, language: Language) -> str:
    """A value with its unit; changes always carry their sign."""
    if unit in (Unit.CNY_CHANGE, Unit.MOVE):
        return _sign(value, plus=True) + _FORMATS[language][unit](abs(value))
    return _sign(value, plus=False) + _FORMATS[language][unit](abs(value))


def figure_text(figure: Figure, language: Language) -> str:
    """A figure's value with its unit, without its date."""
    return number(figure.value, figure.unit, language)


def day_text(day: date, today: date) -> str:
    """A session as month and day; with the year where it is not this year's."""
    return f"{day:%m-%d}" if day.year == today.year else day.isoformat()


def _sign(value: float, *, plus: bool) -> str:
    if value < 0:
        return _MINUS
    return "+" if plus and value > 0 else ""


def _zh_amount(value: float, counted: str) -> str:
    if value >= _YI:
        return f"{value / _YI:.2f}亿{counted}"
    if value >= 100 * _WAN:
        # Rounding may reach the next unit: 99,999,999 元 are 1.00亿元, not 10000万元.
        return f"{value / _WAN:.0f}万{counted}" if round(value / _WAN) < _YI / _WAN else f"1.00亿{counted}"
    if value >= _WAN:
        return f"{value / _WAN:.1f}万{counted}"
    return f"{value:.0f}{counted}"


def _en_amount(value: float) -> str:
    for size, letters in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if round(value / size, 2) >= 1:
            return f"{value / size:,.2f}{letters}"
    return f"{value:.0f}"


def _percent(value: float) -> str:
    return f"{value * 100:.2f}%"


def _price(value: float) -> str:
    return f"{value:.3f}"


def _points(value: float) -> str:
    return f"{value:.2f}"


def _whole(value: float) -> str:
    return f"{value:.0f}"


def _zh_money(value: float) -> str:
    return _zh_amount(value, "元")


def _zh_shares(value: float) -> str:
    return _zh_amount(value, "份")


def _zh_ratio(value: float) -> str:
    return f"1拆{value:.4g}" if value >= 1 else f"{1 / value:.4g}并1"


def _en_money(value: float) -> str:
    return f"CNY {_en_amount(value)}"


def _en_shares(value: float) -> str:
    return f"{_en_amount(value)} shares"


def _en_ratio(value: float) -> str:
    return f"{value:.4g}-for-1" if value >= 1 else f"1-for-{1 / value:.4g}"


_COMMON: dict[Unit, Callable[[float], str]] = {
    Unit.CNY_PER_SHARE: _price,
    Unit.FRACTION: _percent,
    Unit.MOVE: _percent,
    Unit.PERCENTILE: _percent,
    Unit.POINTS: _points,
    Unit.SESSIONS: _whole,
    Unit.COUNT: _whole,
    Unit.RANK: _whole,
}
_FORMATS: dict[Language, dict[Unit, Callable[[float], str]]] = {
    Language.ZH: _COMMON
    | {Unit.CNY: _zh_money, Unit.CNY_CHANGE: _zh_money, Unit.SHARES: _zh_shares, Unit.RATIO: _zh_ratio},
    Language.EN: _COMMON
    | {Unit.CNY: _en_money, Unit.CNY_CHANGE: _en_money, Unit.SHARES: _en_shares, Unit.RATIO: _en_ratio},
}
