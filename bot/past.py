"""Past firings of signals in a panel, and what followed each: by the study's own measure, one by one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import structlog

from signals.core.detector import Detector
from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.signal import Subject
from signals.core.sparing import once
from signals.study.firings import Firings, find_firings
from signals.study.ground import Ground, ground_of
from signals.study.tally import returns_after

HORIZONS = (1, 5, 20)
"""Sessions from the close of the session after the signal."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """A signal that was, or would have been, told."""

    day: date
    kind: str
    subject: Subject


@dataclass(frozen=True, slots=True)
class _FiringsOf:
    """Worked out once for a panel; what the detector worked it out from is not kept."""

    detector: Detector

    def __call__(self, panel: Panel) -> Firings:
        try:
            return find_firings(self.detector, panel)
        except Exception:
            log.exception("defect in a detector", detector=self.detector.name)
            return Firings(*(np.zeros(0, dtype=np.int64) for _ in range(3)))
        finally:
            self.detector.forget(panel)


@dataclass(frozen=True, slots=True)
class _GroundOf:
    axis: Axis

    def __call__(self, panel: Panel) -> tuple[Ground | None]:
        return (ground_of(panel, self.axis),)


def firings(
    panel: Panel, detectors: Iterable[Detector], *, code: str | None = None, day: date | None = None
) -> list[Firing]:
    """When detectors would have spoken in a panel (of one subject, on one day), newest first."""
    asked = [one for one in detectors if not one.intraday and (code is None or code in panel.columns[one.axis])]
    _work_out(panel, asked)
    found = [
        Firing(day=panel.sessions[row], kind=one.name, subject=Subject(one.axis, panel.subjects[one.axis][column]))
        for one in asked
        for row, column in _cells(panel, one, code, day)
    ]
    return sorted(found, key=lambda one: one.day, reverse=True)


def _work_out(panel: Panel, detectors: Iterable[Detector]) -> None:
    """The firings of several detectors together: what they share is worked out once, and not kept afterwards."""
    missing = [one for one in detectors if not panel.holds(_FiringsOf(one))]
    if len(missing) > 1:
        for one, made in zip(missing, once(_firings_of, panel, missing), strict=True):
            panel.put(_FiringsOf(one), made)


def _firings_of(detector: Detector, panel: Panel) -> Firings:
    return _FiringsOf(detector)(panel)


def _cells(panel: Panel, detector: Detector, code: str | None, day: date | None) -> Iterable[tuple[int, int]]:
    made = panel.derive(_FiringsOf(detector))
    chosen = np.ones(len(made.rows), dtype=np.bool_)
    if code is not None:
        chosen &= made.columns == panel.column(detector.axis, code)
    if day is not None:
        chosen &= made.rows == panel.row(day)
    return zip(made.rows[chosen].tolist(), made.columns[chosen].tolist(), strict=True)


def followed(panel: Panel, told: Sequence[Firing]) -> list[tuple[float | None, ...]]:
    """The return of each firing's subject after each of `HORIZONS`; None where it is not known."""
    return [_after(panel, one) for one in told]


def _after(panel: Panel, one: Firing) -> tuple[float | None, ...]:
    unknown = (None,) * len(HORIZONS)
    axis = one.subject.axis
    (ground,) = panel.derive(_GroundOf(axis))
    if ground is None or one.subject.code not in panel.columns[axis] or one.day not in panel.sessions:
        return unknown
    places = np.flatnonzero(ground.columns == panel.column(axis, one.subject.code))
    if not places.size:
        return unknown
    row = np.array([panel.row(one.day)])
    returns = [float(returns_after(ground.paths, row, places[:1], horizon)[0]) for horizon in HORIZONS]
    return tuple(value if np.isfinite(value) else None for value in returns)
