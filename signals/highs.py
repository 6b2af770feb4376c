"""New highs of a fund's price, share count and AUM."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from signals.core.detector import Detector, Findings, Later, Tell, Topic, beyond
from signals.core.field import CLOSE, SHARES, Unit
from signals.core.levels import PRICE_LEVEL, ROUNDING, SHARE_LEVEL, above_high, settled
from signals.core.lookback import pauses, reach_before
from signals.core.measure import Measure, knowable
from signals.core.panel import Panel
from signals.core.prices import CLOSE_PRICE, of_class
from signals.core.profile import PRICED
from signals.core.quantity import Quantity
from signals.core.sizes import AUM, SHARE_COUNT
from signals.core.standing import YEAR_SESSIONS
from signals.core.text import Text

_FAR_ABOVE = 1.0
"""Twice the high before is half way from a bare one to the strongest there can be."""


@dataclass(frozen=True, kw_only=True)
class NewHigh(Detector):
    """A level above all of its last sessions."""

    level: ClassVar[Quantity]
    shown: ClassVar[Mapping[str, Quantity]] = MappingProxyType({})
    """The figure that a reader knows the level by, where nothing else says it."""

    tell: Tell = field(default=Tell.DIGEST)
    days: int = YEAR_SESSIONS
    least_days: int = 200
    """Sessions of that past that must be known."""
    pause_days: int = 60
    """A high after so many sessions without one is news; the next ones are not."""
    min_above: float = 0.0
    """Least distance above the former high."""

    def find(self, panel: Panel) -> Findings:
        """Above the highest of the sessions before; a climb is one episode as long as its pauses are short."""
        above = above_high(panel, self.level, self.days, self.least_days)
        judged = of_class(panel, PRICED)
        fires = (above.values > self.min_above + ROUNDING) & judged
        return Findings(
            fires=fires,
            known=knowable(above) & judged,
            strength=beyond(above.values, _FAR_ABOVE),
            pauses=partial(pauses, fires, self.pause_days),
            evidence=Later(partial(self._evidence, panel, above)),
        )

    def _evidence(self, panel: Panel, above: Measure) -> Mapping[str, Measure]:
        days = reach_before(self.level.on(panel).values, self.days).astype(np.float64)
        return {
            **{name: quantity.on(panel) for name, quantity in self.shown.items()},
            "above": settled(above),
            "days": replace(above, values=days, unit=Unit.SESSIONS, estimated=None),
        }


def _about(zh: str, en: str) -> Text:
    return Text(
        f"{zh}高于此前若干交易日的最高值即为新高，历史不足则不判断；间隔若干交易日后的第一次新高才提醒，连创新高不重复。",
        f"{en} above the highest of the sessions before is a new high; not judged while too few of those are known. "
        "Told at the first one after a pause, not on every further one.",
    )


@dataclass(frozen=True, kw_only=True)
class PriceHigh(NewHigh):
    """价格新高."""

    name = "price_high"
    topic = Topic.PRICE
    needs = frozenset({CLOSE})
    level: ClassVar[Quantity] = PRICE_LEVEL
    shown: ClassVar[Mapping[str, Quantity]] = {"close": CLOSE_PRICE}
    title = Text("价格创新高", "New price high")
    sentence = Text(
        "收盘价{ $close }，创近{ $days }日新高（复权），较前高{ $above }",
        "closes at { $close }, a high of { $days } sessions (adjusted), { $above } on the one before",
    )
    about = _about(
        "复权收盘价（按交易所前收盘价逐日累计涨跌，拆分、分红已还原）",
        "The adjusted close (moves against the exchange's own previous close, compounded, so that splits and "
        "dividends are no moves)",
    )


@dataclass(frozen=True, kw_only=True)
class ShareHigh(NewHigh):
    """份额新高."""

    name = "share_high"
    topic = Topic.SIZE
    needs = frozenset({SHARES})
    level: ClassVar[Quantity] = SHARE_LEVEL
    shown: ClassVar[Mapping[str, Quantity]] = {"shares": SHARE_COUNT}
    title = Text("份额创新高", "New high of shares")
    sentence = Text(
        "份额{ $shares }，创近{ $days }日新高，较前高{ $above }",
        "{ $shares }, a high of { $days } sessions, { $above } on the one before",
    )
    about = _about(
        "交易所公布的份额（拆分已调整）", "The share count that the exchange publishes, adjusted for splits,"
    )

    tell: Tell = field(default=Tell.ALERT)


@dataclass(frozen=True, kw_only=True)
class AumHigh(NewHigh):
    """规模新高."""

    name = "aum_high"
    topic = Topic.SIZE
    needs = frozenset({SHARES})
    level: ClassVar[Quantity] = AUM
    shown: ClassVar[Mapping[str, Quantity]] = {"aum": AUM}
    title = Text("规模创新高", "New high of AUM")
    sentence = Text(
        "规模{ $aum }，创近{ $days }日新高，较前高{ $above }",
        "AUM { $aum }, a high of { $days } sessions, { $above } on the one before",
    )
    about = _about("规模（份额 × 净值）", "AUM (shares × NAV)")
