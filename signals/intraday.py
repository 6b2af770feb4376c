"""What moves while the exchanges trade: big moves, and prices far from what a share is worth."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from signals.core.detector import Detector, Findings, Topic, one_day, rungs, scaled
from signals.core.field import SPOT_IOPV, SPOT_PREV_CLOSE, SPOT_PRICE
from signals.core.matrix import Floats, Rows
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.prices import of_class
from signals.core.profile import PRICED
from signals.core.spot import SPOT, SPOT_CHANGE, SPOT_PREMIUM_IOPV, SPOT_PREMIUM_NAV
from signals.core.text import Text
from signals.core.values import PREMIUM_IOPV
from signals.core.windows import against_own_past

_ROUNDING = 1e-9
"""A size that is at its threshold but for rounding is at it."""


@dataclass(frozen=True, kw_only=True)
class Intraday(Detector):
    """Judges the newest session's prices before it has closed; told again at each further step."""

    topic = Topic.INTRADAY
    intraday = True


def _steps(size: Floats, first: float, step: float) -> Rows:
    """How many steps a size is beyond its threshold, the threshold itself being the first; 0 where it is not."""
    return rungs(size >= first - _ROUNDING, lambda cells: 1 + np.floor((size[cells] - first) / step + _ROUNDING))


@dataclass(frozen=True, kw_only=True)
class IntradayMove(Intraday):
    """A price far from the last close."""

    needs = frozenset({SPOT_PRICE, SPOT_PREV_CLOSE})
    rising: ClassVar[bool]

    min_move: float = 0.05
    step_move: float = 0.02
    """Told again at each further step."""

    @property
    def window(self) -> int:
        """The session itself is enough."""
        return 1

    def find(self, panel: Panel) -> Findings:
        """The move since the exchange's previous close, in steps."""
        change = SPOT_CHANGE.on(panel)
        size = change.values if self.rising else -change.values
        rung = _steps(size, self.min_move, self.step_move)
        return Findings(
            fires=rung > 0,
            known=knowable(change) & of_class(panel, PRICED),
            strength=scaled(size, self.min_move),
            rung=rung,
            since=one_day(rung > 0),
            evidence={"change": change, "price": SPOT.on(panel)},
        )


_MOVE_ABOUT = Text(
    "盘中涨跌幅 = 现价 ÷ 交易所前收盘价 − 1（除权除息日的前收盘价已调整）。超过起始幅度时提醒，同一天每再扩大一档再提醒一次。",
    "Move = price / the exchange's own previous close − 1, which ex-days have adjusted already. Told beyond the first "
    "size, and again on the same day at each further step.",
)


@dataclass(frozen=True, kw_only=True)
class IntradayRise(IntradayMove):
    """盘中大涨."""

    name = "intraday_rise"
    rising = True
    title = Text("盘中大涨", "Intraday rise")
    sentence = Text("盘中上涨{ $change_size }，现价{ $price }", "up { $change_size } so far, price { $price }")
    about = _MOVE_ABOUT


@dataclass(frozen=True, kw_only=True)
class IntradayFall(IntradayMove):
    """盘中大跌."""

    name = "intraday_fall"
    rising = False
    title = Text("盘中大跌", "Intraday fall")
    sentence = Text("盘中下跌{ $change_size }，现价{ $price }", "down { $change_size } so far, price { $price }")
    about = _MOVE_ABOUT


@dataclass(frozen=True, kw_only=True)
class IntradayGap(Intraday):
    """A price far from the IOPV of the same moment."""

    needs = frozenset({SPOT_PRICE, SPOT_IOPV})
    above: ClassVar[bool]

    min_premium: float = 0.03
    step_premium: float = 0.02
    """Told again at each further step."""
    floor: float = 0.015
    """Least distance for the comparison with the fund's own past."""
    zscore: float = 4.0
    lookback_days: int = 60
    least_days: int = 40

    @property
    def window(self) -> int:
        """Its own past and the session."""
        return self.lookback_days + 1

    def find(self, panel: Panel) -> Findings:
        """Beyond the threshold, or from the floor on far outside its closing premiums of the last sessions."""
        premium = SPOT_PREMIUM_IOPV.on(panel)
        size = premium.values if self.above else -premium.values
        closes = PREMIUM_IOPV.on(panel).values if self.above else -PREMIUM_IOPV.on(panel).values
        past = np.where(np.isfinite(size), size, closes)
        unusual = (against_own_past(past, self.lookback_days, self.least_days).zscore >= self.zscore) & (
            size >= self.floor - _ROUNDING
        )
        rung = np.maximum(_steps(size, self.min_premium, self.step_premium), unusual)
        return Findings(
            fires=rung > 0,
            known=knowable(premium),
            strength=scaled(size, self.min_premium),
            rung=rung,
            since=one_day(rung > 0),
            evidence={
                "premium": premium if self.above else replace(premium, values=size),
                "price": SPOT.on(panel),
            },
        )


@dataclass(frozen=True, kw_only=True)
class IntradayPremium(IntradayGap):
    """盘中溢价."""

    name = "intraday_premium"
    above = True
    title = Text("盘中溢价", "Intraday premium")
    sentence = Text(
        "盘中溢价率{ $premium }（IOPV），现价{ $price }", "premium { $premium } over IOPV, price { $price }"
    )
    about = Text(
        "盘中溢价率 = 现价 ÷ 同一时刻的IOPV − 1。超过固定阈值，或不低于起看值且远高于自身近期收盘溢价（z值）时提醒；"
        "行情约延迟15分钟。",
        "Premium = price / IOPV of the same moment − 1. Told beyond a fixed threshold, or from a least premium on when "
        "it is far above the fund's recent closing premiums (z-score). Quotes are about 15 minutes late.",
    )


@dataclass(frozen=True, kw_only=True)
class IntradayDiscount(IntradayGap):
    """盘中折价."""

    name = "intraday_discount"
    above = False
    title = Text("盘中折价", "Intraday discount")
    sentence = Text("盘中折价率{ $premium }（IOPV），现价{ $price }", "discount { $premium } to IOPV, price { $price }")
    about = Text(
        "盘中折价率 = 1 − 现价 ÷ 同一时刻的IOPV。超过固定阈值，或不低于起看值且远高于自身近期收盘折价（z值）时提醒；"
        "行情约延迟15分钟。",
        "Discount = 1 − price / IOPV of the same moment. Told beyond a fixed threshold, or from a least discount on when "
        "it is far above the fund's recent closing discounts (z-score). Quotes are about 15 minutes late.",
    )


@dataclass(frozen=True, kw_only=True)
class IntradayNavPremium(Intraday):
    """跨境基金盘中溢价."""

    name = "intraday_nav_premium"
    needs = frozenset({SPOT_PRICE})
    title = Text("跨境盘中溢价", "Intraday premium of a cross-border fund")
    sentence = Text(
        "盘中价较最近公布的净值溢价{ $premium }，现价{ $price }",
        "premium { $premium } over the latest NAV, price { $price }",
    )
    about = Text(
        "跨境基金的净值晚一至两天公布，IOPV在境外休市时不动：此处溢价率 = 现价 ÷ 最近一次公布的净值 − 1，标明净值日期，"
        "其间境外市场的涨跌也在其中。超过阈值时提醒，每再扩大一档再提醒一次。",
        "NAVs of cross-border funds come one or two days late, and their IOPV stands still while their market sleeps. "
        "Premium = price / latest published NAV − 1, with the NAV's date; what the foreign market did since is in it. "
        "Told beyond a threshold and again at each further step.",
    )

    min_premium: float = 0.06
    step_premium: float = 0.03
    """Told again at each further step."""

    @property
    def window(self) -> int:
        """Long enough to find the latest NAV."""
        return 10

    def find(self, panel: Panel) -> Findings:
        """Beyond the threshold over the latest NAV."""
        premium = SPOT_PREMIUM_NAV.on(panel)
        rung = _steps(premium.values, self.min_premium, self.step_premium)
        return Findings(
            fires=rung > 0,
            known=knowable(premium),
            strength=scaled(premium.values, self.min_premium),
            rung=rung,
            since=one_day(rung > 0),
            evidence={"premium": premium, "price": SPOT.on(panel)},
        )
