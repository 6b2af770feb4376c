"""Evidence at hand: studies over a poll's panel and over all of the history, each worked out once."""

import asyncio
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias, TypeVar

import structlog

from bot.messages.study import Evidence, EvidenceKey, evidence_key
from bot.store.market import MarketStore
from signals.core.calendar import TradingCalendar
from signals.core.detector import Detector
from signals.core.field import Unit
from signals.core.panel import Panel
from signals.core.profile import FundClass
from signals.core.quantity import Quantity
from signals.core.signal import Signal
from signals.study.evidence import Study, Terms, busiest_class, study, study_thresholds

ALL_SESSIONS = 100_000
"""More than any market has had."""

KEPT_MAX = 256
"""Studies that are remembered; each is a few numbers."""

log = structlog.get_logger(__name__)

_Key: TypeAlias = tuple[object, ...]
_Made = TypeVar("_Made")


@dataclass(frozen=True, kw_only=True)
class StudyPlan:
    """What is told of the past of signals, and how it is worked out."""

    lines: bool = False
    """A line under each kind of alert, and in the description of a signal."""
    horizon_sessions: int = 5
    """What the line speaks of."""
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A study over the history, and what its reader has to be told of the data."""

    study: Study | None
    demo: bool


@dataclass(frozen=True, kw_only=True)
class ToldOfEach:
    """The same for each of several thresholds."""

    studies: tuple[Study, ...]
    unit: Unit
    demo: bool


class Studies:
    """Makes studies and keeps the newest ones; may be used from several threads."""

    def __init__(self, plan: StudyPlan | None = None) -> None:
        self.plan = plan or StudyPlan()
        self._kept: dict[_Key, Study | None] = {}
        self._keeping = threading.Lock()
        self._histories: dict[_Key, Told] = {}
        self._loading = asyncio.Lock()

    def of(self, panel: Panel, detector: Detector, fund_class: FundClass | None) -> Study | None:
        """The study of a detector over a panel, once per detector, class and day; None where there can be none."""
        if not panel.sessions:
            return None
        key = (detector, fund_class, len(panel.sessions), panel.sessions[-1])
        with self._keeping:
            if key in self._kept:
                return self._kept[key]
        made = study(panel, detector, fund_class, self.plan.terms)
        with self._keeping:
            _keep(self._kept, key, made)
        return made

    def busiest(self, panel: Panel, detector: Detector) -> Study | None:
        """The study of the class of funds that a detector speaks of most."""
        return self.of(panel, detector, busiest_class(panel, detector))

    def evidence(self, panel: Panel, detectors: Mapping[str, Detector], signals: Iterable[Signal]) -> Evidence:
        """The studies that belong to signals; a detector that breaks has none, and the others go on."""
        found: dict[EvidenceKey, Study] = {}
        if self.plan.lines:
            for key in dict.fromkeys(evidence_key(one, panel.profiles) for one in signals):
                made = self._attempted(panel, detectors[key[0]], key[1])
                if made is not None:
                    found[key] = made
        return Evidence(studies=found, horizon_sessions=self.plan.horizon_sessions)

    async def history(
        self,
        market: MarketStore,
        calendar: TradingCalendar,
        detector: Detector,
        *,
        day: date,
        asof: datetime,
        sessions: int = ALL_SESSIONS,
        fund_class: FundClass | None = None,
    ) -> Told:
        """The study over everything that is known of the sessions up to a day, or of the last ones of them.

        One at a time: a long history takes room. Without a class it is that of which the detector speaks most.
        """
        async with self._loading:
            key = (detector, fund_class, day, sessions, await market.stamp(asof))
            if key not in self._histories:
                panel = await market.panel(calendar, day, asof, sessions=sessions)
                _keep(self._histories, key, await asyncio.to_thread(self._told, panel, detector, fund_class))
                panel.release()
            return self._histories[key]

    async def thresholds(
        self,
        market: MarketStore,
        calendar: TradingCalendar,
        quantity: Quantity,
        values: Sequence[float],
        *,
        day: date,
        asof: datetime,
        sessions: int = ALL_SESSIONS,
        fund_class: FundClass = FundClass.EQUITY,
    ) -> ToldOfEach:
        """What followed, over everything that is known, when a quantity of funds came to each of several values."""
        async with self._loading:
            panel = await market.panel(calendar, day, asof, sessions=sessions)
            made = await asyncio.to_thread(study_thresholds, panel, quantity, values, fund_class, self.plan.terms)
            panel.release()
        return ToldOfEach(studies=tuple(made), unit=quantity.unit, demo=panel.demo)

    def _told(self, panel: Panel, detector: Detector, fund_class: FundClass | None) -> Told:
        chosen = fund_class or busiest_class(panel, detector)
        return Told(study=study(panel, detector, chosen, self.plan.terms), demo=panel.demo)

    def _attempted(self, panel: Panel, detector: Detector, fund_class: FundClass | None) -> Study | None:
        try:
            return self.of(panel, detector, fund_class)
        except Exception:
            log.exception("defect in a study", detector=detector.name)
            return None
        finally:
            detector.forget(panel)


def _keep(kept: dict[_Key, _Made], key: _Key, made: _Made) -> None:
    kept[key] = made
    while len(kept) > KEPT_MAX:
        del kept[next(iter(kept))]
