"""What detectors would have told: worked out for all kinds together, and kept; what it was made from is not."""

import pytest

from bot import past
from bot.past import firings
from signals import load_detectors
from signals.core.flows import FLOW
from signals.core.prices import CHANGE
from tests.builders import market


def test_all_kinds_together_are_worked_out_once_and_leave_nothing_else_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    shares = [1e9, 1e9, 0.9e9, 1e9, 1.1e9, 1.2e9, 1.3e9, 1.2e9]
    panel = market(8).fund("510300", close=4.0, nav=4.0, shares=shares).fund("510500", close=6.0, shares=1e9).panel()
    detectors = [one() for one in load_detectors().values()]
    one_by_one = [each for one in detectors for each in firings(panel, [one])]
    assert one_by_one
    panel.release()

    together = firings(panel, detectors)
    assert sorted(together, key=lambda one: (one.kind, one.day, one.subject.code)) == sorted(
        one_by_one, key=lambda one: (one.kind, one.day, one.subject.code)
    )
    assert not panel.holds(FLOW.compute)
    assert not panel.holds(CHANGE.compute)

    monkeypatch.setattr(past, "find_firings", None)
    assert firings(panel, detectors) == together
    assert firings(panel, detectors, code="510300") == [one for one in together if one.subject.code == "510300"]
