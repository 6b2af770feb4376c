"""Thresholds over the files: read as their detector wants them, set beside the others, and tried out before."""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from difflib import get_close_matches
from enum import Enum
from typing import Any

from bot.admin.errors import CannotError
from signals.core.detector import WINDOW_SESSIONS, Detector, Tell
from signals.core.panel import Panel
from signals.core.signal import Signal

PREVIEW_SESSIONS = 20
_PREFIX = "detectors."
_COUNT_MAX = 1000
_AMOUNT_LEAST, _AMOUNT_MAX = 1e-9, 1e15
_EXAMPLES = 5
_SCALES = {"": 1.0, "%": 0.01, "千": 1e3, "万": 1e4, "亿": 1e8, "万亿": 1e12, "k": 1e3, "m": 1e6, "bn": 1e9}
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%|千|万亿|万|亿|k|m|bn)?元?")
_FLAGS = {"true": True, "on": True, "yes": True, "是": True, "开": True} | {
    "false": False,
    "off": False,
    "no": False,
    "否": False,
    "关": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One parameter of a detector, as it is now and where that comes from."""

    detector: str
    parameter: str
    value: Any
    """In plain data: an enum's word, a number, a flag."""
    default: Any
    origin: str
    """File or variable that sets it; empty = an administrator."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a detector would have told of the last sessions, with its present thresholds and with others."""

    days: tuple[date, ...]
    now: Mapping[date, int]
    then: Mapping[date, int]
    examples: tuple[Signal, ...]
    """Of the newest that only one of the two tells."""


def key_of(detector: str, parameter: str) -> str:
    """Where a threshold is kept among the overrides."""
    return f"{_PREFIX}{detector}.{parameter}"


def thresholds_of(detector: Detector, overrides: Mapping[str, Any], where: Callable[[str], str]) -> list[Threshold]:
    """Every threshold of a detector in force; `where` tells what set a dotted key."""
    return [
        Threshold(
            detector=detector.name,
            parameter=one.name,
            value=_plain(getattr(detector, one.name)),
            default=_plain(one.default),
            origin="" if key_of(detector.name, one.name) in overrides else where(key_of(detector.name, one.name)),
        )
        for one in fields(detector)
    ]


def read_threshold(detector: Detector, parameter: str, text: str) -> Any:
    """A value as it is written (3%, 2亿, 0.03, digest), as plain data.

    Raises CannotError that names the word at fault and what would do.
    """
    present = _present(detector, parameter)
    word = text.strip().lower()
    match present:
        case bool():
            if word not in _FLAGS:
                raise CannotError("admin-threshold-wrong", word=text, wanted="on, off")
            return _FLAGS[word]
        case Enum():
            known = [str(each.value) for each in type(present)]
            if word not in known:
                raise CannotError("admin-threshold-wrong", word=text, wanted=", ".join(known))
            return word
        case int() | float():
            return _number(parameter, present, text)
    raise CannotError("admin-threshold-fixed", parameter=parameter)


def tuned(base: Mapping[str, Detector], overrides: Mapping[str, Any]) -> tuple[dict[str, Detector], list[str]]:
    """The detectors with what is set over the files, and the keys that no detector of this program can use."""
    made, left = dict(base), list[str]()
    for key, value in overrides.items():
        if not key.startswith(_PREFIX):
            continue
        name, _, parameter = key.removeprefix(_PREFIX).rpartition(".")
        try:
            made[name] = changed(made[name], parameter, value)
        except (KeyError, CannotError):
            left.append(key)
    return made, left


def changed(detector: Detector, parameter: str, value: Any) -> Detector:
    """A detector with another value of one threshold; raises CannotError when it cannot have it."""
    plain = read_threshold(detector, parameter, _written(value))
    present = _present(detector, parameter)
    return replace(detector, **{parameter: type(present)(plain)})


def preview(panel: Panel, now: Detector, then: Detector, sessions: int = PREVIEW_SESSIONS) -> Preview:
    """What both would have told of the last sessions of a panel: an episode where it begins, and each higher rung.

    Where neither is an alert, what digests show is counted. Prices within sessions have no past to be shown.
    """
    days = tuple(panel.sessions[-sessions:])
    counted = {Tell.ALERT} if Tell.ALERT in {now.tell, then.tell} else {Tell.DIGEST}
    before, after = (_told(panel, one, days) if one.tell in counted else [] for one in (now, then))
    known = {_identity(one) for one in before} ^ {_identity(one) for one in after}
    differing = [one for one in (*before, *after) if _identity(one) in known]
    newest = sorted(differing, key=lambda one: (one.day, one.strength), reverse=True)[:_EXAMPLES]
    counts = [Counter(one.day for one in told) for told in (before, after)]
    return Preview(days=days, now=counts[0], then=counts[1], examples=tuple(newest))


def _told(panel: Panel, detector: Detector, days: Sequence[date]) -> list[Signal]:
    if detector.intraday:
        return []
    try:
        return [one for one in detector.detect(panel, days) if one.reached == one.day]
    finally:
        detector.forget(panel)


def _identity(one: Signal) -> tuple[date, str, int]:
    return one.day, one.subject.code, one.rung


def _present(detector: Detector, parameter: str) -> Any:
    known = [one.name for one in fields(detector)]
    if parameter not in known:
        near = get_close_matches(parameter, known, n=1) or known
        raise CannotError("admin-threshold-unknown", word=parameter, some=", ".join(near))
    return getattr(detector, parameter)


def _number(parameter: str, present: int | float, text: str) -> int | float:
    found = _NUMBER.fullmatch(text.strip().lower().replace(",", ""))
    if found is None:
        raise CannotError("admin-threshold-wrong", word=text, wanted="0.03, 3%, 2亿")
    value = round(float(found[1]) * _SCALES[found[2] or ""], 12)
    least, most = _bounds(parameter, present)
    if not (math.isfinite(value) and least <= value <= most) or (isinstance(present, int) and value != int(value)):
        wanted = f"{least:g} … {most:g}"
        raise CannotError("admin-threshold-wrong", word=text, wanted=wanted)
    return int(value) if isinstance(present, int) else value


def _bounds(parameter: str, present: int | float) -> tuple[float, float]:
    """Whole numbers count from 1; what divides something is never 0, and no threshold changes its sign."""
    if isinstance(present, int):
        return 1, WINDOW_SESSIONS if parameter.endswith("days") else _COUNT_MAX
    if present < 0:
        return -_AMOUNT_MAX, -_AMOUNT_LEAST
    most = 1.0 if parameter == "percentile" else _AMOUNT_MAX
    return (0.0, most) if present == 0 or parameter.startswith("least_") else (_AMOUNT_LEAST, most)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _written(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value).lower()
