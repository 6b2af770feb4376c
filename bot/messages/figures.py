"""Numbers as people write them: 1572万元, 1.26亿元, 31.51%; CNY 15.72m, 31.51%."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.subscriptions import Language
from signals.core.field import Unit
from signals.core.measure import Figure

_MINUS = "−"
_NONZERO = re.compile("[1-9]")


@dataclass(frozen=True, slots=True)
class _Scale:
    """Amounts that are written in one size, so long as their rounded number stays below a limit."""

    size: float
    digits: int
    word: str
    below: float = math.inf


_ZH_SCALES = (_Scale(1, 0, "", 1e4), _Scale(1e4, 1, "万", 100), _Scale(1e4, 0, "万", 1e4), _Scale(1e8, 2, "亿"))
_EN_SCALES = (_Scale(1, 0, "", 1e6), _Scale(1e6, 2, "m", 1e3), _Scale(1e9, 2, "bn"))


def number(value: float, unit: Unit, language: Language) -> str:
    """A value with its unit; changes always carry their sign, and what is printed as zero has none."""
    text = _FORMATS[language][unit](abs(value))
    if not _NONZERO.search(text):
        return text
    sign = _MINUS if value < 0 else "+" if unit in (Unit.CNY_CHANGE, Unit.MOVE) else ""
    return sign + text


def figure_text(figure: Figure, language: Language) -> str:
    """A figure's value with its unit, without its date."""
    return number(figure.value, figure.unit, language)


def day_text(day: date, today: date) -> str:
    """A session as month and day; with the year where it is not this year's."""
    return f"{day:%m-%d}" if day.year == today.year else day.isoformat()


def _amount(value: float, scales: Sequence[_Scale]) -> str:
    """In the first size whose limit the rounded number does not reach: 99,999,999 元 are 1.00亿."""
    one = next(each for each in scales if round(value / each.size, each.digits) < each.below)
    return f"{value / one.size:,.{one.digits}f}{one.word}"


def _rounded(amount: str) -> str:
    """Without the decimals of a round amount: 19000亿, 1,900bn."""
    return re.sub(r"\.0+(?=\D|$)", "", amount)


def _zh_amount(value: float) -> str:
    return _amount(value, _ZH_SCALES).replace(",", "")


def _percent(value: float) -> str:
    return f"{value * 100:.2f}%"


def _price(value: float) -> str:
    return f"{value:.3f}"


def _points(value: float) -> str:
    return f"{value:.2f}"


def _whole(value: float) -> str:
    return f"{value:.0f}"


def _zh_money(value: float) -> str:
    return f"{_zh_amount(value)}元"


def _zh_shares(value: float) -> str:
    return f"{_zh_amount(value)}份"


def _zh_round(value: float) -> str:
    return f"{_rounded(_zh_amount(value))}元"


def _zh_times(value: float) -> str:
    return f"{value:.1f}倍"


def _zh_ratio(value: float) -> str:
    return f"1拆{value:.4g}" if value >= 1 else f"{1 / value:.4g}并1"


def _en_money(value: float) -> str:
    return f"CNY {_amount(value, _EN_SCALES)}"


def _en_shares(value: float) -> str:
    return f"{_amount(value, _EN_SCALES)} shares"


def _en_round(value: float) -> str:
    return f"CNY {_rounded(_amount(value, _EN_SCALES))}"


def _en_times(value: float) -> str:
    return f"{value:.1f} times"


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
    Unit.DEVIATIONS: _points,
}
_FORMATS: dict[Language, dict[Unit, Callable[[float], str]]] = {
    Language.ZH: _COMMON
    | {Unit.CNY: _zh_money, Unit.CNY_CHANGE: _zh_money, Unit.CNY_ROUND: _zh_round}
    | {Unit.SHARES: _zh_shares, Unit.RATIO: _zh_ratio, Unit.TIMES: _zh_times},
    Language.EN: _COMMON
    | {Unit.CNY: _en_money, Unit.CNY_CHANGE: _en_money, Unit.CNY_ROUND: _en_round}
    | {Unit.SHARES: _en_shares, Unit.RATIO: _en_ratio, Unit.TIMES: _en_times},
}
