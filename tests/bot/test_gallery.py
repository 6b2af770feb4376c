"""What the gallery chooses to show, and what it misses."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.alerts import Alert, Reason
from bot.gallery import (
    REASONS,
    GalleryIncompleteError,
    beginnings,
    chosen_of,
    reason_of,
    require,
    require_all,
)
from bot.store.alerts import RecordedAlert
from signals import load_detectors
from signals.core.field import Axis
from signals.core.signal import Signal, Subject
from signals.streak import InflowStreak
from tests.builders import LAST_DAY, market, moment

DETECTORS = {name: one() for name, one in load_detectors().items()}


def told(
    kind: str, reason: Reason = Reason.NEW, *, day: date = LAST_DAY, strength: float = 0.5, rung: int = 1
) -> RecordedAlert:
    made = Signal(
        kind=kind,
        subject=Subject(Axis.FUND, "560850"),
        day=day,
        since=day,
        rung=rung,
        reached=day,
        strength=strength,
        evidence={},
    )
    return RecordedAlert(id=1, alert=Alert(signal=made, reason=reason), asof=moment(day), batch="made")


def everything() -> list[RecordedAlert]:
    """Each kind as news, and one kind for each other reason."""
    others = [told("premium_spike", one) for one in Reason if one is not Reason.NEW]
    return [*map(told, DETECTORS), *others, told("premium_spike", Reason.CORRECTED, rung=0)]


def test_a_correction_that_leaves_nothing_is_a_withdrawal() -> None:
    assert reason_of(told("premium_spike", Reason.CORRECTED)) == "corrected"
    assert reason_of(told("premium_spike", Reason.CORRECTED, rung=0)) == "withdrawn"
    assert reason_of(told("premium_spike", Reason.ENDED, rung=0)) == "ended"


def test_of_one_kind_and_reason_the_newest_and_then_the_strongest_is_shown() -> None:
    old = told("inflow_streak", day=LAST_DAY - timedelta(days=1), strength=0.9)
    weak, strong = told("inflow_streak", strength=0.2), told("inflow_streak", strength=0.7)
    assert chosen_of([strong, old, weak], DETECTORS) == [strong]


def test_each_kind_stands_where_its_detector_does_and_news_first() -> None:
    chosen = chosen_of([told("premium_spike", Reason.ENDED, rung=0), *everything()], DETECTORS)
    kinds = [one.alert.signal.kind for one in chosen]
    assert list(dict.fromkeys(kinds)) == [*DETECTORS]
    assert [reason_of(one) for one in chosen if one.alert.signal.kind == "premium_spike"] == [*REASONS]


def test_reasons_that_read_alike_are_shown_twice_a_topic_and_others_always() -> None:
    flows = [name for name, one in DETECTORS.items() if one.topic == "flow"]
    assert len(flows) > 3
    reminded = [told(name, Reason.REMINDER) for name in flows]
    corrected = [told(name, Reason.CORRECTED) for name in flows]
    chosen = [reason_of(one) for one in chosen_of([*reminded, *corrected], DETECTORS)]
    assert (chosen.count("reminder"), chosen.count("corrected")) == (2, len(flows))


def test_all_kinds_and_reasons_are_enough() -> None:
    require_all(everything(), DETECTORS)
    require([])


def test_a_kind_that_is_never_news_is_named() -> None:
    missing = [one for one in everything() if one.alert.signal.kind not in ("margin_fall", "share_high")]
    with pytest.raises(GalleryIncompleteError, match=r"never gives rise to share_high, margin_fall$"):
        require_all([*missing, told("margin_fall", Reason.STRONGER)], DETECTORS)


def test_a_reason_that_nobody_is_told_for_is_named() -> None:
    without = [one for one in everything() if reason_of(one) != "withdrawn"]
    with pytest.raises(GalleryIncompleteError, match=r"because it is withdrawn$"):
        require_all(without, DETECTORS)


def test_a_kind_begins_where_it_comes_to_a_rung() -> None:
    shares = [1e8, 1.01e8, 1.02e8, 1.03e8, 1.04e8, 1.05e8, 1.06e8, 1.07e8]
    panel = market(8).fund("560850", shares=shares, nav=1.0, close=1.0).panel()
    assert beginnings(panel, replace(InflowStreak(), min_days=3, step_days=3)) == [
        panel.sessions[3],
        panel.sessions[6],
    ]
    assert beginnings(panel, InflowStreak(min_days=20)) == []
